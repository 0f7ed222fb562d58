"""Copies as the way back of a run asks for them."""

from __future__ import annotations

import hashlib

from reconciler.plan.undoing.copies import Copies
from reconciler.snapshots.stored import StoredCopies

from .studio import SNAPSHOT, Studio


def test_copies_of_a_run(studio: Studio) -> None:
    task = studio.rich_task()
    copies: Copies = StoredCopies(studio.store)
    assert (copies.of_run(SNAPSHOT), copies.find(f"snapshots/{SNAPSHOT}/task-{task['id']}")) == ((), None)
    taking = studio.taking()
    project, copy = taking.project(task["project_id"]), taking.task(task["id"], backup=True)
    assert list(copies.of_run(SNAPSHOT)) == [project, copy]
    assert copies.find(copy.folder) == copy
    assert copies.damage(copy) is None
    assert copies.task_record(copy).fields["name"] == "task"
    assert copies.project_record(project).fields["name"] == "Street"
    assert copies.annotations(copy).numbers == copy.annotations
    content = copies.content(copy)
    data = studio.store.read(content.name)
    assert data is not None
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (content.sha256, content.size)


def test_damage(studio: Studio) -> None:
    copy = studio.copy(studio.worker.task(1))
    studio.store.remove(f"{copy.folder}/record.json")
    assert StoredCopies(studio.store).damage(copy) == "record.json: it is not there"
