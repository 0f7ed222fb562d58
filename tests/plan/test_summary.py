from __future__ import annotations

from reconciler.plan.model import Action, Change, Conflict, FieldChange
from reconciler.plan.summary import named_users, summarise, task_labels

from .observed import task


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
