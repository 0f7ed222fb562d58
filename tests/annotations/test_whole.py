"""A task's annotations on a server: written and read, backed up and restored, a label taken away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.numbers import Numbers
from reconciler.annotations.server import to_server
from reconciler.annotations.whole import WholeTask, jobs_apart, jobs_sharing, read_whole
from reconciler.cvat.models import Job, Task
from reconciler.cvat.reading import Reader

from ..sandbox.tasks import Worker
from .drawn import LABELS, LAST, box, contents, held

on_a_server = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def without_ids(value: Any) -> Any:
    """Labels as they are sent to make them."""
    if isinstance(value, list):
        return [without_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: without_ids(one) for key, one in value.items() if key != "id"} | (
        {"values": []} if "input_type" in value else {}
    )


def made(worker: Worker, **more: Any) -> dict[str, Any]:
    return worker.task(LAST + 1, labels=without_ids(LABELS), **{"segment_size": 0, **more})


def read(reader: Reader, task: dict[str, Any]) -> WholeTask:
    """All annotations of a task, read as the tool does."""
    found = reader.task(task["id"])
    assert found is not None
    return read_whole(reader, found, reader.jobs_of_tasks([found.id]), ids_of(reader, task))


def ids_of(reader: Reader, task: dict[str, Any]) -> LabelIds:
    return LabelIds.of(reader.labels_of("task", task["id"]))


def put(worker: Worker, reader: Reader, task: dict[str, Any], content: Annotations) -> None:
    status, said = worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", to_server(content, ids_of(reader, task)))
    assert status == 200, said


def test_what_is_written_is_what_is_read(worker: Worker, reader: Reader) -> None:
    task = made(worker)

    @on_a_server
    @given(contents)
    def written(content: Annotations) -> None:
        put(worker, reader, task, content)
        assert read(reader, task).task == content

    written()


def test_what_is_left_out_comes_back_as_it_is_compared(worker: Worker, reader: Reader) -> None:
    task = made(worker)
    car = ids_of(reader, task).labels["car"].id
    sparse = {"type": "rectangle", "frame": 1, "label_id": car, "points": [1, 2, 3, 4]}
    keyframes = [{**sparse, "frame": 0}, {**sparse, "frame": 4}]
    body = {"shapes": [sparse], "tracks": [{"frame": 0, "label_id": car, "shapes": keyframes}]}
    assert worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", body)[0] == 200
    wanted = held(
        shapes=[box(1, points=[1, 2, 3, 4])],
        tracks=[{"label": "car", "shapes": [box(0, points=[1, 2, 3, 4]), box(4, points=[1, 2, 3, 4])]}],
    )
    assert read(reader, task).task == wanted


def test_a_restored_backup_has_the_same_digest(worker: Worker, reader: Reader) -> None:
    task = made(worker, segment_size=2)
    head = {"type": "points", "frame": 3, "points": [1, 2]}
    skeleton = {"type": "skeleton", "frame": 3, "label": "body", "group": 2}
    content = held(
        tags=[{"frame": 5, "label": "car"}],
        shapes=[
            box(0, group=2, source="auto", attributes={"make": "acme"}),
            {**skeleton, "elements": [{**head, "label": "foot"}, {**head, "label": "head"}]},
        ],
        tracks=[{"label": "car", "shapes": [box(1), box(3)]}],
    )
    put(worker, reader, task, content)
    before = read(reader, task)
    assert not content.minus(before.task), "the track is there in parts"
    after = read(reader, worker.restore(worker.backup(task)))
    assert after.digest == before.digest
    put(worker, reader, task, before.task)
    assert read(reader, task).digest == before.digest


def test_a_label_takes_with_it_what_uses_it(worker: Worker, reader: Reader) -> None:
    task = made(worker)
    content = held(tags=[{"frame": 0, "label": "car"}], shapes=[box(), box(1, "person"), box(2, group=1)])
    put(worker, reader, task, content)
    car = ids_of(reader, task).labels["car"].id
    label = {"id": car, "name": "car", "color": "#ff0000", "deleted": True}
    assert worker.ask("PATCH", f"/api/tasks/{task['id']}", {"labels": [label]})[0] == 200
    after = read(reader, task)
    assert after.task == content.without(["car"])
    assert content.minus(after.task) == content.using(["car"])


def test_ground_truth_is_read_from_its_job(worker: Worker, reader: Reader) -> None:
    task = made(worker, segment_size=3)
    put(worker, reader, task, held(shapes=[box(0)]))
    job = worker.make(
        "/api/jobs",
        {"type": "ground_truth", "task_id": task["id"], "frames": [1, 2], "frame_selection_method": "manual"},
    )
    before = read(reader, task)
    body = to_server(held(shapes=[box(1), box(2)]), ids_of(reader, task))
    assert worker.ask("PUT", f"/api/jobs/{job['id']}/annotations", body)[0] == 200
    whole = read(reader, task)
    assert whole.jobs == {job["id"]: held(shapes=[box(1), box(2)])}
    assert whole.numbers == Numbers(shapes=3)
    assert whole.digest != before.digest == whole.task.digest
    assert WholeTask.from_json(whole.as_json()).digest == whole.digest
    assert [where for where, _ in whole.parts] == [None, job["id"]]
    assert whole.using(["person"]).numbers == Numbers()


def test_jobs_that_share_frames_are_kept_one_by_one(worker: Worker, reader: Reader) -> None:
    task = made(worker, segment_size=4, overlap=2)
    put(worker, reader, task, held(shapes=[box(0), box(2)]))
    whole = read(reader, task)
    first, second = (job["id"] for job in worker.jobs(task))
    assert whole.sharing == {first: held(shapes=[box(0), box(2)]), second: held(shapes=[box(2)])}
    assert whole.numbers == Numbers(shapes=2)
    assert whole.numbers_held == Numbers(shapes=3)
    assert whole.parts == [*whole.sharing.items()]


def test_the_jobs_of_a_task_with_a_pool_are_kept_one_by_one() -> None:
    """A write to the task would fill the pool's frames in all jobs anew. (The sandbox has no pools.)"""
    task = Task(id=1, size=4, overlap=0, validation_mode="gt_pool")
    jobs = [Job(id=number, type=kind) for number, kind in ((1, "annotation"), (2, "ground_truth"), (3, "replica"))]
    assert [job.id for job in jobs_sharing(task, jobs)] == [1, 2]
    assert [job.id for job in jobs_apart(task, jobs)] == [3]
    assert not jobs_sharing(task.model_copy(update={"validation_mode": "gt"}), jobs)


def test_a_task_without_data_has_nothing_and_is_not_asked(worker: Worker, reader: Reader) -> None:
    task = worker.task(0)
    assert read(reader, task) == WholeTask.nothing()
    assert WholeTask.nothing().digest == Annotations().digest


def test_no_copy_at_all() -> None:
    with pytest.raises(AnnotationsError, match="no copy of a task's annotations"):
        WholeTask.from_json({"task": []})
    with pytest.raises(AnnotationsError, match="no lists of tags, shapes and tracks"):
        WholeTask.from_json({"task": {"tags": []}, "jobs": {}})
