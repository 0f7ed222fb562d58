from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifest.assigned_stages import assigned_stages
from reconciler.manifest.assigning import Assignees
from reconciler.manifest.models import RuleBlock, TaskFields
from reconciler.plan.standing import definition_digest


def rule(**parts: Any) -> RuleBlock:
    return RuleBlock.model_validate({"select": {"project": "a"}, "assign": {"to": ["ann"]}, **parts})


def test_a_plain_list_is_the_users_and_so_is_one_name() -> None:
    assert Assignees.model_validate(["ann", "bob"]).users == ("ann", "bob")
    assert Assignees.model_validate("ann") == Assignees.model_validate({"users": ["ann"]})
    assert Assignees.model_validate({"role": "worker"}).role == ("worker",)


@pytest.mark.parametrize(
    ("parts", "stages"),
    [
        ({}, {"annotation"}),
        ({"assign": {"to": ["ann"], "stage": "validation"}}, {"validation"}),
        ({"set": {"jobs": {"stage": "validation"}}}, {"validation"}),
        ({"set": {"status": "completed"}}, {"acceptance"}),
        ({"set": {"subset": "Train"}}, {"annotation"}),
        ({"select": {"job": {"stage": ["annotation", "validation"]}}}, {"annotation", "validation"}),
        ({"select": {"job": {"assignee": None}}}, None),
        ({"select": {"job": {"stage": "annotation"}}, "set": {"jobs": {"stage": "validation"}}}, {"validation"}),
    ],
)
def test_the_stages_that_are_shared_out(parts: dict[str, Any], stages: set[str] | None) -> None:
    assert assigned_stages(rule(**parts)) == stages


def test_another_list_is_another_rule() -> None:
    """A one-time rule that was edited is told from the one that was applied; `assign` is part of what it says."""
    assert definition_digest(rule()) != definition_digest(rule(assign={"to": ["bob"]}))
    assert definition_digest(rule()) == definition_digest(rule(mode="once"))


def test_without_set_nothing_is_set() -> None:
    assert rule().set == TaskFields()
    assert rule().set.model_fields_set == set()
