"""Which rules chase each other: what is found, and what is not taken for a circle."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifest.circles import circles
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest


def told(*rules: dict[str, Any]) -> list[tuple[str, str]]:
    manifest = Manifest.model_validate(
        {"version": 1, "rules": {chr(ord("a") + number): rule for number, rule in enumerate(rules)}}
    )
    return [(one.severity, one.what.partition(" chase")[0]) for one in circles(manifest, Locations())]


def rule(select: dict[str, Any], wanted: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"select": select, **({"set": wanted} if wanted is not None else {}), **more}


FORWARD = rule({"job": {"stage": "annotation", "state": "completed"}}, {"jobs": {"stage": "validation"}})
REJECTED = rule(
    {"job": {"stage": "validation", "state": "rejected"}},
    {"jobs": {"stage": "annotation", "state": "new", "assignee": {"previous": "annotator"}}},
)
STALE = rule(
    {"job": {"stage": "annotation", "updated": {"older_than": "14d"}, "state": "in progress"}},
    {"jobs": {"assignee": None}},
)
SHARE = rule({"job": {"stage": "annotation", "assignee": None}}, assign={"to": ["bob", "carol"]})


def test_a_workflow_that_people_move_on_is_none() -> None:
    assert told(FORWARD, REJECTED, STALE, SHARE) == []
    reviewed = {**FORWARD, "assign": {"to": ["erin", "frank"], "exclude_previous": True}}
    assert told(reviewed, REJECTED, STALE, SHARE) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FORWARD, rule({"job": {"stage": "validation"}}, {"jobs": {"stage": "annotation", "state": "completed"}})),
        (rule({"subset": "Train"}, {"subset": "Test"}), rule({"subset": "Test"}, {"subset": "Train"})),
        (rule({"subset": "Train"}, {"subset": None}), rule({"subset": None}, {"subset": "Train"})),
        (rule({"priority": 1}, {"priority": 2}), rule({"priority": {"min": 2}}, {"priority": 1})),
        (rule({"priority": 1}, {"priority": None}), rule({"priority": None}, {"priority": 1})),
        (rule({"assignee": "bob"}, {"assignee": None}), rule({"assignee": None}, assign={"to": ["bob"], "by": "task"})),
        (SHARE, rule({"job": {"assignee": "bob"}}, {"jobs": {"assignee": None}})),
        (
            rule({"status": "completed"}, {"status": "validation"}),
            rule({"status": "validation"}, {"status": "completed"}),
        ),
        (rule({"not": {"owner": "ann"}}, {"owner": "ann"}), rule({"owner": "ann"}, {"owner": "eve"})),
        (
            rule({"project": "p", "subset": "Train"}, {"subset": "Test"}),
            rule({"project": ["p", "q"], "subset": "Test"}, {"subset": "Train"}),
        ),
    ],
)
def test_each_selects_what_the_other_makes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert told(one, other) == [("error", "rule.a and rule.b")] or told(one, other) == [("error", "rule.b and rule.a")]
    assert told({**one, "mode": "once"}, other) == []


@pytest.mark.parametrize(
    ("here", "there", "severity"),
    [
        ({"project": "p"}, {"project": "q"}, None),
        ({"project": "p"}, {"project": {"id": 7}}, "warning"),  # may be the same
        ({"id": [1, 2]}, {"id": [3]}, None),
        ({"mode": "annotation"}, {"mode": "interpolation"}, None),
        ({"name": "batch-*"}, {"name": "night-*"}, None),
        ({"name": "batch-*"}, {"name": "*-7"}, "warning"),
        ({"name": "batch-*"}, {"name": "batch-*"}, "error"),
        ({"name": "batch-*"}, {}, "error"),
        ({"labels": "car"}, {"labels": "van"}, "warning"),
        ({"owner": "ann"}, {"owner": "eve"}, None),
        ({"job": {"type": "ground_truth"}}, {"job": {"type": "annotation"}}, None),
        ({"updated": {"older_than": "2d"}}, {}, None),
        ({"not": {"project": "p"}}, {"project": "p"}, "warning"),
    ],
)
def test_only_where_they_meet(here: dict[str, Any], there: dict[str, Any], severity: str | None) -> None:
    found = told(rule({"subset": "A", **here}, {"subset": "B"}), rule({"subset": "B", **there}, {"subset": "A"}))
    assert [one for one, _ in found] == ([severity] if severity else [])


def test_a_third_that_comes_between_breaks_it() -> None:
    """All rules that select a job act at once: it is moved away before it comes round."""
    away = rule({"subset": "B"}, {"owner": "eve"})
    one = rule({"subset": "A", "owner": "ann"}, {"subset": "B"})
    assert told(one, rule({"subset": "B", "owner": "ann"}, {"subset": "A"})) != []
    assert told(one, rule({"subset": "B", "owner": "ann"}, {"subset": "A"}), away) == []


def test_what_contradicts_itself_is_no_circle() -> None:
    assert told(rule({"subset": "A"}, {"owner": "ann"}), rule({"subset": "A"}, {"owner": "eve"})) == []


def test_three_go_round() -> None:
    rules = [rule({"subset": one}, {"subset": other}) for one, other in ("AB", "BC", "CA")]
    assert told(*rules) == [("error", "rule.a and rule.b and rule.c")]


def test_people_that_no_selection_tells_apart_are_one() -> None:
    """Else thirty of them, as assignees of jobs and of tasks, were more situations than can be tried."""
    people = [f"user-{number}" for number in range(30)]
    share = [rule({"job": {"assignee": None}}, assign={"to": people}), rule({"assignee": None}, {"assignee": "eve"})]
    free = rule({"not": {"job": {"assignee": None}}, "job": {"assignee": people}}, {"jobs": {"assignee": None}})
    assert told(*share, free) == [("error", "rule.a and rule.c")]


def test_who_may_have_a_role_is_a_doubt() -> None:
    """Offline nobody knows whether bob is a worker."""
    workers = {"to": {"role": "worker"}}
    share = rule({"project": "p", "job": {"assignee": None, "stage": "annotation"}}, assign=workers)
    bob = rule({"project": "p", "job": {"assignee": "bob", "stage": "annotation"}}, {"jobs": {"assignee": None}})
    assert told(share, bob) == [("warning", "rule.a and rule.b")]
    anybody = rule({"project": "p", "not": {"job": {"assignee": None}}}, {"jobs": {"assignee": None}})
    assert told(share, anybody) == [("error", "rule.a and rule.b")]
    elsewhere = rule({"project": "p", "job": {"assignee": "bob", "stage": "validation"}}, {"jobs": {"assignee": None}})
    assert told(share, elsewhere) == []
