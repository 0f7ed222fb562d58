from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest.jumping_back import jumping_back
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest


def verdict(select: dict[str, Any], wanted: dict[str, Any], mode: str = "always") -> list[str]:
    manifest = Manifest.model_validate({"version": 1, "rules": {"r": {"mode": mode, "select": select, "set": wanted}}})
    return [problem.severity for problem in jumping_back(manifest, Locations())]


@pytest.mark.parametrize(
    ("select", "wanted"),
    [
        ({"status": "completed"}, {"status": "annotation"}),
        ({"status": "validation"}, {"status": "annotation"}),
        ({"status": "completed", "project": "x", "name": "a*"}, {"status": "validation"}),
        ({"job": {"stage": "acceptance", "assignee": None}}, {"jobs": {"stage": "annotation"}}),
        ({"job": {"state": "completed"}}, {"jobs": {"state": "rejected"}}),
        ({"job": {"state": ["completed", "rejected"]}}, {"jobs": {"stage": "annotation", "state": "new"}}),
        ({"not": {"job": {"stage": "annotation"}}}, {"status": "annotation"}),
        ({"not": {"name": "x", "status": "completed"}}, {"status": "annotation"}),
    ],
)
def test_back(select: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert verdict(select, wanted) == ["error"]
    assert verdict(select, wanted, mode="once") == []


@pytest.mark.parametrize(
    ("select", "wanted"),
    [
        ({"status": "annotation"}, {"status": "validation"}),
        ({"status": "annotation"}, {"status": "completed"}),
        ({"job": {"state": "rejected"}}, {"jobs": {"stage": "annotation", "state": "new"}}),
        ({"job": {"stage": "annotation", "state": "completed"}}, {"jobs": {"stage": "validation"}}),
        ({"not": {"not": {"job": {"state": "rejected"}}}}, {"status": "annotation"}),
        ({"status": "completed"}, {"assignee": "alice", "jobs": {"assignee": None}}),
        ({"status": "completed"}, {"jobs": {"stage": "acceptance"}}),
    ],
)
def test_not_back(select: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert verdict(select, wanted) == []


@pytest.mark.parametrize(
    "wanted", [{"status": "annotation"}, {"jobs": {"stage": "validation"}}, {"jobs": {"state": "new"}}]
)
def test_without_a_test_of_the_workflow_it_is_a_warning(wanted: dict[str, Any]) -> None:
    assert verdict({"project": "x"}, wanted) == ["warning"]


stages = st.sampled_from(["annotation", "validation", "acceptance"])
states = st.sampled_from(["new", "in progress", "completed", "rejected"])
conditions = st.fixed_dictionaries(
    {"name": st.just("*")},
    optional={
        "status": st.sampled_from(["annotation", "validation", "completed"]),
        "job": st.fixed_dictionaries({"stage": st.lists(stages, min_size=1)}, optional={"state": states}),
    },
)


@settings(deadline=None)
@given(conditions)
def test_the_end_is_never_back(select: dict[str, Any]) -> None:
    assert verdict(select, {"status": "completed"}) == []


@settings(deadline=None)
@given(conditions)
def test_to_negate_twice_changes_nothing(select: dict[str, Any]) -> None:
    assert verdict({"not": {"not": select}}, {"status": "annotation"}) == verdict(select, {"status": "annotation"})
