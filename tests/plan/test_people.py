from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from reconciler.errors import Location, Problem
from reconciler.manifest.models import Selector, TaskFields
from reconciler.plan.model import Warning_
from reconciler.plan.people import NamedPeople, unknown_users, with_role

from .observed import SERVER

HERE, THERE = Location("m.yaml", 1, 1), Location("m.yaml", 2, 2)


class Visible:
    """Some users, and how often they were asked for."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked = 0

    def resolve(self, usernames: Iterable[str]) -> dict[str, int]:
        self.asked += 1
        return {name: self.names.index(name) for name in usernames if name in self.names}

    def visible(self) -> list[str]:
        self.asked += 1
        return list(self.names)

    def with_role(self, roles: Collection[str]) -> list[str]:
        return list(roles)


def resolve(people: NamedPeople, server: Visible) -> tuple[dict[str, int], list[Problem], list[Warning_]]:
    problems: list[Problem] = []
    warnings: list[Warning_] = []
    return people.resolve(server, organization=False, problems=problems, warnings=warnings), problems, warnings


def test_nobody_named_nobody_asked_for() -> None:
    server = Visible("alice")
    people = NamedPeople()
    people.want(None, HERE)
    assert resolve(people, server) == ({}, [], [])
    assert server.asked == 0


def test_every_place_of_an_unknown_user_is_told_and_only_once() -> None:
    people = NamedPeople()
    for where in (HERE, THERE, HERE):
        people.want("Alice", where)
    _, problems, _ = resolve(people, Visible("alice"))
    assert [(problem.where, problem.hint) for problem in problems] == [
        (HERE, "did you mean `alice`?"),
        (THERE, "did you mean `alice`?"),
    ]


def test_everybody_whom_a_rule_assigns() -> None:
    people = NamedPeople()
    people.want_all_in(
        TaskFields.model_validate({"assignee": "a", "owner": "b", "jobs": {"assignee": "c"}}), lambda *_: None
    )
    people.want_all_in(TaskFields.model_validate({"assignee": None, "jobs": {"stage": "annotation"}}), lambda *_: None)
    assert resolve(people, Visible("c", "a", "b"))[0] == {"a": 1, "b": 2, "c": 0}


def test_somebody_to_select_by_whom_nobody_knows_is_a_warning() -> None:
    people = NamedPeople()
    nested = {"owner": ["alise", None, "eve"], "job": {"assignee": ["bobb", "alice"]}}
    people.select(Selector.model_validate(nested), "rule.r", ["eve"], lambda *_: None)
    _, problems, warnings = resolve(people, Visible("alice", "bob"))
    assert problems == []
    assert [(warning.address, warning.text.partition(",")[0]) for warning in warnings] == [
        ("rule.r", "selects by user 'alise'"),
        ("rule.r", "selects by user 'bobb'"),
    ]
    assert warnings[0].text.endswith("; did you mean `alice`?")


@pytest.mark.parametrize(
    ("nested", "once"), [({"not": {"job": {"assignee": "bobb"}}}, False), ({"owner": "bobb"}, True)]
)
def test_mistyped_in_a_not_or_once_is_an_error(nested: dict[str, object], once: bool) -> None:
    people = NamedPeople()
    people.select(
        Selector.model_validate(nested), "rule.r", [], lambda *path: Location(".".join(path), 1, 1), once=once
    )
    _, [problem], warnings = resolve(people, Visible("alice", "bob"))
    assert problem.what == "there is no user 'bobb' on this server, or you cannot see them"
    assert problem.where == Location("owner.0" if once else "not.job.assignee.0", 1, 1)
    assert warnings == []


def test_whom_a_selection_names() -> None:
    nested = {"owner": ["alise", None], "not": {"job": {"assignee": "bobb"}, "not": {"assignee": ["eve", "alice"]}}}
    told = unknown_users(
        Selector.model_validate(nested), ["eve"], Visible("alice", "bob"), lambda *path: Location(".".join(path), 1, 1)
    )
    assert [(str(one.where), one.hint) for one in told] == [
        ("owner.0:1:1", "did you mean `alice`?"),
        ("not.job.assignee.0:1:1", "did you mean `bob`?"),
    ]


def test_members_with_a_role() -> None:
    assert with_role(["worker"], Visible(), SERVER, HERE) == (("worker",), None)
    nobody = with_role([], Visible(), SERVER, HERE)
    assert nobody == ((), Problem("nobody in organization acme has the role ", HERE))
    _, problem = with_role(["worker"], Visible(), SERVER.model_copy(update={"organization": None}), HERE)
    assert problem is not None
    assert problem.what == "only an organization has members with the role worker, and none is given"
