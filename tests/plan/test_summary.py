from __future__ import annotations

from reconciler.plan.model import Action, Change, Conflict, FieldChange
from reconciler.plan.steps import Do
from reconciler.plan.summary import existing, named_users, summarise, task_labels

from .observed import task
from .steps import of_task, project, step


def change(kind: str, number: int, of: int, action: Action = Action.UPDATE, **fields: tuple[object, object]) -> Change:
    changed = [
        FieldChange(path=(name,), before=before, after=after, source="s") for name, (before, after) in fields.items()
    ]
    return Change(address="a", kind=kind, id=number, task=of, action=action, reason="", fields=tuple(changed))


def test_a_task_and_its_jobs_are_one() -> None:
    counts = summarise([change("task", 1, 1), change("job", 11, 1), change("job", 12, 1), change("job", 21, 2)])
    assert (counts.tasks_to_change, counts.jobs_to_change, counts.unchanged) == (2, 3, 0)


def test_unchanged_is_what_nothing_happens_to() -> None:
    no_op = Action.NO_OP
    counts = summarise([change("task", 1, 1, no_op), change("job", 11, 1), change("task", 2, 2, no_op)])
    assert (counts.tasks_to_change, counts.unchanged) == (1, 1)


def test_conflicts_that_are_forced_are_none() -> None:
    left = Conflict(address="a", kind="job", id=1, task=1, field="state", wrote="new", found="completed", before="new")
    assert summarise([], [left, left.model_copy(update={"forced": True})]).conflicts == 1


def test_users_are_named_once_and_sorted() -> None:
    changes = [
        change("task", 1, 1, assignee=("bob", "alice"), name=("carol", "eve")),
        change("job", 11, 1, assignee=(None, "bob")),
    ]
    assert list(named_users(changes, {"bob": 2, "alice": 1, "carol": 3})) == ["alice", "bob"]
    assert named_users(changes, {"bob": 2}) == {"bob": 2}


def test_labels_are_sorted_by_id() -> None:
    labels = task_labels([task(2, project_id=7), task(1)], {None: None, 7: "Street"}.__getitem__)
    assert [(label.id, label.project_name) for label in labels] == [(1, None), (2, "Street")]


def test_a_task_is_counted_once_whatever_happens_to_it() -> None:
    steps = [
        step(Do.MOVE_TASK, "task.t", 1, project(2)),
        step(Do.PUT_GUIDE, "task.t.guide", of=of_task(1)),
        step(Do.PUT_ANNOTATIONS, "task.u.annotations", of=of_task(2, "task.u")),
    ]
    counts = summarise([change("task", 1, 1), change("task", 2, 2, Action.NO_OP)], steps=steps)
    assert (counts.tasks_to_change, counts.projects_to_change, counts.unchanged) == (2, 0, 0)


def test_what_is_made_and_deleted_is_no_change_besides() -> None:
    steps = [
        step(Do.CREATE_PROJECT, "project.p"),
        step(Do.CREATE_LABEL, "project.p.label[a]", of=project()),
        step(Do.CREATE_LABEL, "project.q.label[a]", of=project(4, "project.q")),
        step(Do.CREATE_TASK, "task.t", of=project()),
        step(Do.UPLOAD_DATA, "task.t.data", of=of_task()),
        step(Do.DELETE_LABEL, "project.q.label[b]", of=project(4, "project.q")),
        step(Do.DELETE_TASK, "task.old", 9),
        step(Do.PATCH_PROJECT, "project.r", 5),
        step(Do.DELETE_PROJECT, "project.s", 6),
    ]
    counts = summarise([change("task", 9, 9)], steps=steps)
    assert (counts.to_create, counts.to_delete) == (4, 3)
    assert (counts.projects_to_change, counts.tasks_to_change) == (2, 0)
    assert existing(steps, "task") == {9}
