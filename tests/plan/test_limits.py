from __future__ import annotations

import pytest

from reconciler.errors import LimitError
from reconciler.plan.limits import check_limits, exceeded, scope
from reconciler.plan.model import Limits, Plan, Summary
from reconciler.plan.steps import Do, Step
from reconciler.plan.summary import summarise

from .observed import SERVER, task
from .steps import step


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


def test_a_rollback_may_delete_what_its_run_has_made() -> None:
    back = plan(0, Limits(), deletes=3).model_copy(update={"kind": "rollback", "of_run": "R1"})
    assert exceeded(back) == []


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


def of_steps(limits: Limits, *steps: Step) -> Plan:
    return Plan(kind="apply", server=SERVER, limits=limits, scope=10, steps=steps, summary=summarise([], steps=steps))


def test_tasks_that_are_made_count_as_changes_but_not_into_the_percentage() -> None:
    made = [step(Do.CREATE_TASK, f"task.{number}") for number in range(6)]
    assert exceeded(of_steps(Limits(max_changed_percent=10), *made)) == []
    assert exceeded(of_steps(Limits(max_changes=5), *made)) == ["6 tasks would change; `max_changes` allows 5"]


def test_tasks_that_go_count_into_both() -> None:
    gone = [step(Do.DELETE_TASK, f"task.{number}", number) for number in range(1, 4)]
    limits = Limits(max_changes=2, max_changed_percent=20, max_deletes=3)
    assert exceeded(of_steps(limits, *gone)) == [
        "3 tasks would change; `max_changes` allows 2",
        "3 of 10 tasks (30.0 %) would change; `max_changed_percent` allows 20 %",
    ]


def test_a_task_that_never_got_any_data_is_no_loss() -> None:
    gone = step(Do.DELETE_TASK, "task.t.replaced[1]", 1, destroys=None)
    assert exceeded(of_steps(Limits(), gone)) == []


def test_labels_and_projects_that_go_count_as_deletions_only() -> None:
    gone = [step(Do.DELETE_LABEL, "project.p.label[a]"), step(Do.DELETE_PROJECT, "project.p", 4)]
    assert exceeded(of_steps(Limits(max_changes=0, max_deletes=2), *gone)) == []
    assert exceeded(of_steps(Limits(), *gone)) == ["2 objects would be deleted; `max_deletes` allows 0"]


def test_what_is_protected_is_refused_by_name_whatever_the_limits_are() -> None:
    gone = step(Do.DELETE_TASK, "task.t", 9, name="t", prevented="lifecycle.prevent_delete of task.t")
    with pytest.raises(LimitError) as refused:
        check_limits(of_steps(Limits(max_deletes=9), gone))
    assert "task.t (task 9 t) would be deleted, which lifecycle.prevent_delete of task.t forbids" in refused.value.what
