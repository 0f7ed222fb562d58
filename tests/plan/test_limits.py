from __future__ import annotations

import pytest

from reconciler.errors import LimitError
from reconciler.plan.limits import check_limits, exceeded, scope
from reconciler.plan.model import Limits, Plan, Summary

from .observed import SERVER, task


def plan(changes: int, limits: Limits, *, of: int = 100, deletes: int = 0) -> Plan:
    counts = Summary(tasks_to_change=changes, jobs_to_change=0, to_create=0, to_delete=deletes, unchanged=0)
    return Plan(kind="apply", server=SERVER, limits=limits, scope=of, summary=counts)


@pytest.mark.parametrize(
    ("changes", "limits", "refused"),
    [
        (5, Limits(), False),
        (5, Limits(max_changes=5), False),
        (6, Limits(max_changes=5), True),
        (1, Limits(max_changes=0), True),
        (0, Limits(max_changes=0, max_changed_percent=0), False),
        (30, Limits(max_changed_percent=30), False),
        (31, Limits(max_changed_percent=30), True),
        (1, Limits(max_changed_percent=0), True),
    ],
)
def test_limits_allow_what_they_name(changes: int, limits: Limits, refused: bool) -> None:
    assert bool(exceeded(plan(changes, limits))) is refused


def test_deletions_are_refused_unless_allowed() -> None:
    assert exceeded(plan(0, Limits(), deletes=1)) == ["1 object would be deleted; `max_deletes` allows 0"]
    assert not exceeded(plan(0, Limits(max_deletes=1), deletes=1))


def test_a_refusal_names_every_limit() -> None:
    with pytest.raises(LimitError) as refused:
        check_limits(plan(40, Limits(max_changes=5, max_changed_percent=12.5)))
    assert refused.value.exit_code == 6
    assert "40 tasks would change; `max_changes` allows 5" in refused.value.what
    assert "40 of 100 tasks (40.0 %) would change; `max_changed_percent` allows 12.5 %" in refused.value.what


def test_a_percentage_counts_from_all_tasks_of_the_projects_concerned() -> None:
    tasks = [task(1, project_id=7), task(2, project_id=7), task(3, project_id=8), task(4), task(5)]
    assert scope(tasks, {7: 10, 8: 20}.__getitem__) == 32


def test_a_project_that_cannot_be_seen_counts_with_its_known_tasks() -> None:
    """Else a percentage of nothing would let everything through."""
    assert scope([task(1, project_id=7), task(2, project_id=7)], lambda _: 0) == 2
