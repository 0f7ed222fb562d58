"""Snapshots of selections, and the proof that their copies bring tasks back."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.cvat.reading import Reader
from reconciler.errors import LockedError, PlanError, ReconcilerError
from reconciler.history.lock import locked
from reconciler.manifest.models import Selector
from reconciler.snapshots.checking import check_copy
from reconciler.snapshots.creating import create_snapshot
from reconciler.snapshots.reading import snapshots
from reconciler.snapshots.restoring import Restoring
from reconciler.snapshots.selecting import selected_tasks
from reconciler.snapshots.trying import try_restoring

from .studio import Studio


def select(studio: Studio, **conditions: Any) -> list[int]:
    chosen = Selector.model_validate(conditions)
    return [task.id for task in selected_tasks(Reader(studio.session), chosen)]


def create(studio: Studio, *ids: int) -> Any:
    tasks = Reader(studio.session).tasks_by_id(ids)
    return create_snapshot(studio.session, studio.store, tasks, reason="a test", stop=studio.stop)


def test_the_words_of_a_rule(studio: Studio) -> None:
    inside, outside = studio.rich_task(name="a-1"), studio.worker.task(1, name="b-1")
    assert select(studio, project={"name": "Street"}) == [inside["id"]]
    assert select(studio, name="b-*") == [outside["id"]]
    assert select(studio, id=[outside["id"]]) == [outside["id"]]
    assert select(studio, labels=["car"], subset="Test") == [inside["id"]]


@pytest.mark.parametrize(
    ("conditions", "problem"),
    [
        ({"project": {"name": "Nowhere"}}, "no project called 'Nowhere'"),
        ({"id": 99}, "there is no task 99"),
        ({"name": "z*"}, "no task is selected"),
        ({"labels": ["trian"]}, "no label is called 'trian'"),
    ],
)
def test_what_selects_nothing(studio: Studio, conditions: dict[str, Any], problem: str) -> None:
    studio.worker.task(1)
    with pytest.raises(PlanError, match=problem):
        select(studio, **conditions)


def test_tasks_and_their_projects(studio: Studio) -> None:
    task = studio.rich_task()
    created = create(studio, task["id"], studio.worker.task(2)["id"])
    assert ([copy.kind for copy in created.snapshot.copies], created.failures) == (["project", "task", "task"], [])
    assert snapshots(studio.store) == [created.snapshot]
    assert created.snapshot.reason == "a test"
    assert [check_copy(studio.store, copy) for copy in created.snapshot.copies] == [[], [], []]
    assert all(asked.method in ("GET", "POST") for asked in studio.sandbox.requests[-20:])
    assert studio.private()


def test_what_fails_is_said_and_the_others_are_copied(studio: Studio) -> None:
    ids = [studio.worker.task(2)["id"] for _ in range(2)]
    studio.sandbox.fail_work("export:backup", "broken pipe")
    created = create(studio, *ids)
    assert [copy.id for copy in created.snapshot.copies] == ids[1:]
    assert [str(ids[0]) in error.what for error in created.failures] == [True]


def test_one_at_a_time(studio: Studio) -> None:
    task = studio.worker.task(1)
    with locked(studio.store, "somebody", "a run"), pytest.raises(LockedError):
        create(studio, task["id"])


def test_an_interrupted_one_lists_what_is_whole(studio: Studio) -> None:
    ids = [studio.worker.task(2)["id"] for _ in range(2)]
    orders = iter([None, studio.stop.set])
    studio.sandbox.before("POST", r"/backup/export", lambda: (next(orders) or (lambda: None))(), times=2)
    created = create(studio, *ids)
    assert (created.interrupted, [copy.id for copy in created.snapshot.copies]) == (True, ids[:1])
    assert {name.split("/")[2] for name in studio.store.names("snapshots/")} == {"snapshot.json", f"task-{ids[0]}"}


def test_a_copy_is_tried_and_nothing_is_left(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    before = studio.sandbox.dump()
    assert try_restoring(studio.session, studio.store, copy) == []
    after = studio.sandbox.dump()
    for table in ("projects", "tasks", "jobs", "issues", "labels"):
        assert after[table] == before[table], table


def test_what_is_not_as_it_was_is_said(studio: Studio) -> None:
    """A backup of somebody else's task with the right hash: only restoring it tells."""
    task, other = studio.worker.task(4), studio.worker.task(4)
    studio.worker.annotate(task)
    copy, wrong = studio.copy(task), studio.copy(other)
    backup = next(file for file in wrong.files if file.name == "backup.zip")
    mixed = copy.model_copy(update={"files": (*copy.files[:2], backup)})
    studio.backup_of(copy).write_bytes(studio.backup_of(wrong).read_bytes())
    told = try_restoring(studio.session, studio.store, mixed)
    assert "frame 0: a rectangle `car` is missing" in told
    assert len(studio.worker.get("/api/tasks")["results"]) == 2


def test_the_scratch_task_goes_even_if_comparing_fails(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    task = studio.worker.task(2)
    copy = studio.copy(task)

    def interrupted(*_: object) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Restoring, "compare", interrupted)
    with pytest.raises(KeyboardInterrupt):
        try_restoring(studio.session, studio.store, copy)
    assert [one["id"] for one in studio.worker.get("/api/tasks")["results"]] == [task["id"]]


def test_a_scratch_task_that_cannot_be_deleted_is_named(studio: Studio) -> None:
    copy = studio.copy(studio.worker.task(2, name="batch"))
    studio.sandbox.fail("DELETE", r"/api/tasks/\d+", status=403, times=None)
    with pytest.raises(ReconcilerError, match=r"the scratch task \d+ could not be deleted"):
        try_restoring(studio.session, studio.store, copy)
    names = [one["name"] for one in studio.worker.get("/api/tasks")["results"]]
    assert "[scratch, can be deleted] batch" in names


def test_a_backup_that_does_not_restore(studio: Studio) -> None:
    copy = studio.copy(studio.worker.task(2))
    studio.sandbox.fail_work("import:backup", "ValueError: no")
    with pytest.raises(ReconcilerError, match=r"cannot be restored: .*ValueError: no"):
        try_restoring(studio.session, studio.store, copy)
    assert len(studio.worker.get("/api/tasks")["results"]) == 1
