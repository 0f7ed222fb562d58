"""The way back, over a run that reopened, renamed and assigned; and what others did meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from reconciler.cvat.models import Job, Task
from reconciler.history.bindings import Bindings, Successor
from reconciler.plan.model import Action, Change, Plan
from reconciler.plan.reversal import GONE, Reversal
from reconciler.plan.written import Done

from .observed import SERVER, Server, job, plan_for, task

ASSIGNED: dict[str, Any] = {"assignee": "bob"}
DONE: dict[str, Any] = {"stage": "acceptance", "state": "completed", "status": "completed"}
OPEN: dict[str, Any] = {"stage": "annotation", "state": "new", "status": "annotation"}


def reopening() -> Plan:
    """One task of two jobs: renamed, assigned to bob, reopened; its jobs were carol's."""
    block = {"id": 1, "name": "new", "assignee": "bob", "status": "annotation", "jobs": ASSIGNED}
    return plan_for(Server([before()], [job(11, **DONE, assignee="carol"), job(12, **DONE)]), {"tasks": {"t": block}})


def before() -> Task:
    return task(name="old", status="completed", jobs={"count": 2}, project_id=7)


def after(**fields: Any) -> Task:
    known: dict[str, Any] = {"name": "new", "status": "annotation", "jobs": {"count": 2}, "project_id": 7}
    return task(**(known | ASSIGNED | fields))


def after_jobs() -> list[Job]:
    return [job(11, **OPEN, **ASSIGNED), job(12, **OPEN, **ASSIGNED)]


def reverse(
    plan: Plan,
    tasks: Iterable[Task],
    jobs: Iterable[Job],
    *,
    force: bool = False,
    people: Iterable[str] = ("bob", "carol"),
    written: Iterable[int] | None = None,
    bindings: Bindings | None = None,
) -> Plan:
    """The way back of a run that made the plan's writes (or those of these objects)."""
    reached = None if written is None else set(written)
    done = [
        Done(change, write)
        for change in plan.updates
        for write in change.writes
        if reached is None or change.id in reached
    ]
    ids = {name: number for number, name in enumerate(people, 1)}
    return Reversal("R1", plan, done, list(tasks), list(jobs), ids, SERVER, force, bindings or Bindings()).reverse()


def told(plan: Plan) -> list[tuple[str, int, dict[str, Any]]]:
    return [(change.kind, change.id, write.body) for change in plan.updates for write in change.writes]


def by_id(plan: Plan, number: int) -> Change:
    return next(change for change in plan.changes if change.id == number)


def test_everything_comes_back_with_the_smallest_writes() -> None:
    back = reverse(reopening(), [after()], after_jobs())
    assert told(back) == [
        ("task", 1, {"name": "old", "assignee_id": None}),
        ("job", 11, {"stage": "acceptance", "state": "completed", "assignee": 2}),
        ("job", 12, {"stage": "acceptance", "state": "completed", "assignee": None}),
    ]
    assert by_id(back, 1).fields[-1].path == ("status",)
    assert (by_id(back, 1).fields[-1].before, by_id(back, 1).fields[-1].after) == ("annotation", "completed")
    assert (back.conflicts, back.warnings, back.of_run) == ((), (), "R1")


def test_a_rollback_of_a_rollback_is_the_run_again() -> None:
    back = reverse(reopening(), [after()], after_jobs())
    again = reverse(back, [before()], [job(11, **DONE, assignee="carol"), job(12, **DONE)])
    assert told(again) == [
        ("task", 1, {"name": "new", "assignee_id": 1}),
        ("job", 11, {"stage": "annotation", "state": "new", "assignee": 1}),
        ("job", 12, {"stage": "annotation", "state": "new", "assignee": 1}),
    ]
    assert by_id(again, 1).fields[-1].after == "annotation"
    third = reverse(again, [after()], after_jobs())
    assert told(third) == told(back)


def test_what_is_as_it_was_stays() -> None:
    back = reverse(reopening(), [before()], [job(11, **DONE, assignee="carol"), job(12, **DONE)])
    assert back.is_empty
    assert {change.reason for change in back.changes} == {"is as it was before the run"}


def test_only_what_the_run_wrote_comes_back() -> None:
    jobs = [job(11, **OPEN, **ASSIGNED), job(12, **DONE)]
    back = reverse(reopening(), [after(name="old", assignee=None)], jobs, written=[11])
    assert [(kind, number) for kind, number, _ in told(back)] == [("job", 11)]
    assert by_id(back, 1).fields[-1].after == "completed"


def test_a_write_that_may_or_may_not_have_arrived() -> None:
    """Of an interrupted run: the server tells which."""
    back = reverse(reopening(), [after(name="old", assignee=None)], [job(11, **OPEN, **ASSIGNED), job(12, **DONE)])
    assert [(kind, number) for kind, number, _ in told(back)] == [("job", 11)]
    assert back.conflicts == ()


def test_a_position_half_changed_by_somebody_else_is_left_whole() -> None:
    jobs = [job(11, **{**OPEN, "state": "in progress"}, **ASSIGNED), job(12, **OPEN, **ASSIGNED)]
    back = reverse(reopening(), [after()], jobs)
    assert told(back)[1] == ("job", 11, {"assignee": 2})
    assert [(one.field, one.wrote, one.found, one.before) for one in back.conflicts] == [
        ("stage", "annotation", "annotation", "acceptance"),
        ("state", "new", "in progress", "completed"),
    ]
    assert back.warnings[0].text == "task 1 will have status annotation, not completed as before the run"
    assert back.summary.conflicts == 1


def test_reasons_that_differ_say_which_field_they_are_about() -> None:
    jobs = [job(11, **{**OPEN, "state": "in progress"}, assignee="carol"), job(12, **DONE)]
    back = reverse(reopening(), [before()], jobs)
    assert by_id(back, 11).reason == ("position: somebody else changed it since; assignee: is as it was before the run")
    assert by_id(back, 12).reason == "is as it was before the run"


def test_force_restores_and_still_names_it() -> None:
    jobs = [job(11, **{**OPEN, "state": "in progress"}, assignee="eve"), job(12, **OPEN, **ASSIGNED)]
    back = reverse(reopening(), [after(name="newer")], jobs, force=True)
    first = by_id(back, 11).writes[0]
    assert first.expect == {"stage": "annotation", "state": "in progress", "assignee": "eve"}
    assert first.body == {"stage": "acceptance", "state": "completed", "assignee": 2}
    assert by_id(back, 1).writes[0].expect == {"name": "newer", "assignee": "bob"}
    assert [(one.id, one.field, one.forced) for one in back.conflicts] == [
        (1, "name", True),
        (11, "stage", True),
        (11, "state", True),
        (11, "assignee", True),
    ]
    assert back.summary.conflicts == 0


@pytest.mark.parametrize("force", [False, True])
def test_a_user_who_is_gone_cannot_be_assigned_again(force: bool) -> None:
    back = reverse(reopening(), [after()], after_jobs(), people=["bob"], force=force)
    (conflict,) = back.conflicts
    assert (conflict.id, conflict.field, conflict.forced) == (11, "assignee", False)
    assert conflict.note == "user 'carol' cannot be seen any more"
    assert told(back)[1] == ("job", 11, {"stage": "acceptance", "state": "completed"})


@pytest.mark.parametrize("force", [False, True])
def test_a_job_that_is_deleted_since(force: bool) -> None:
    back = reverse(reopening(), [after()], after_jobs()[1:], force=force)
    (conflict,) = back.conflicts
    assert (conflict.id, conflict.note, conflict.forced) == (11, "is gone, or you cannot see it", False)
    assert by_id(back, 11).action is Action.NO_OP
    assert by_id(back, 1).fields[-1].after == "completed"


def test_a_task_that_is_deleted_since_or_is_in_another_organization_now() -> None:
    back = reverse(reopening(), [], [])
    assert back.is_empty
    assert [(one.id, one.note) for one in back.conflicts] == [(number, GONE) for number in (1, 11, 12)]
    assert {change.reason for change in back.changes} == {GONE}
    assert back.tasks[0].name == "old"


def test_a_task_that_moved_is_shown_where_it_is() -> None:
    back = reverse(reopening(), [after(project_id=8)], after_jobs())
    assert (back.tasks[0].name, back.tasks[0].project, back.tasks[0].project_name) == ("new", 8, None)
    assert len(told(back)) == 3


def test_a_stale_status_that_was_renewed_cannot_be_made_stale_again() -> None:
    stale = task(status="completed", jobs={"count": 1})
    plan = plan_for(Server([stale], [job(11)]), {"tasks": {"t": {"id": 1, "status": "annotation"}}})
    back = reverse(plan, [task(status="annotation", jobs={"count": 1})], [job(11, **OPEN)])
    assert back.is_empty
    assert [warning.text for warning in back.warnings] == [
        "task 1 will have status annotation, not completed as before the run"
    ]


def test_a_job_that_holds_the_status_is_reckoned_with() -> None:
    added = job(13, type="ground_truth", stage="validation", state="new", status="validation")
    back = reverse(reopening(), [after()], [*after_jobs(), added])
    assert by_id(back, 1).fields[-1].after == "validation"
    assert back.warnings[0].text == "task 1 will have status validation, not completed as before the run"


def test_users_of_the_way_back_are_named() -> None:
    assert list(reverse(reopening(), [after()], after_jobs()).users) == ["bob", "carol"]


def test_what_was_restored_since_is_found_by_its_old_ids() -> None:
    pairs = (("task", 1, 101), ("job", 11, 111), ("job", 12, 112))
    successors = [Successor(server=SERVER.url, kind=kind, old=old, new=new, run="R2") for kind, old, new in pairs]
    tasks = [after().model_copy(update={"id": 101})]
    jobs = [one.model_copy(update={"id": one.id + 100, "task_id": 101}) for one in after_jobs()]
    back = reverse(reopening(), tasks, jobs, bindings=Bindings().with_successors(successors))
    assert [(kind, number) for kind, number, _ in told(back)] == [("task", 101), ("job", 111), ("job", 112)]
    assert [label.id for label in back.tasks] == [101]
    assert by_id(back, 101).fields[-1].path == ("status",)
    assert back.conflicts == ()
