"""Ground truth jobs: how their frames are chosen, what is refused, what they leave out."""

from __future__ import annotations

from typing import Any

import pytest

from .tasks import Worker


def order(task: dict[str, Any], method: str | None, **more: Any) -> dict[str, Any]:
    chosen = {"frame_selection_method": method} if method else {}
    return {"type": "ground_truth", "task_id": task["id"], **chosen, **more}


def frames(worker: Worker, job: dict[str, Any]) -> list[int]:
    return list(worker.get(f"/api/jobs/{job['id']}/data/meta")["included_frames"])


@pytest.mark.parametrize(
    ("method", "more", "count"),
    [
        ("random_uniform", {"frame_count": 2}, 2),
        ("random_uniform", {"frame_share": 0.5}, 3),
        ("random_per_job", {"frames_per_job_count": 1}, 3),
        ("random_per_job", {"frames_per_job_share": 1}, 6),
        ("manual", {"frames": [5, 1]}, 2),
    ],
)
def test_ways_of_choosing(worker: Worker, method: str, more: dict[str, Any], count: int) -> None:
    task = worker.task(6)
    job = worker.make("/api/jobs", order(task, method, **more))
    assert (job["frame_count"], job["start_frame"], job["stop_frame"]) == (count, 0, 5)
    assert len(frames(worker, job)) == count
    assert worker.get(f"/api/tasks/{task['id']}")["validation_mode"] == "gt"
    assert worker.ask("POST", "/api/jobs", order(task, method, **more)) == (
        400,
        ['Task with validation mode "gt" cannot have more than 1 GT job'],
    )


@pytest.mark.parametrize(
    ("method", "more", "status", "words"),
    [
        (None, {"frame_count": 1}, 500, ""),
        ("random_uniform", {}, 400, "'frame_count' or 'frame_share'"),
        ("random_uniform", {"frame_count": 1, "frames": [1]}, 400, "can only be used when"),
        ("random_uniform", {"frame_count": 3}, 400, "must not be greater than the number of the task frames (2)"),
        ("random_uniform", {"frame_share": 2}, 400, "range"),
        ("manual", {"frames": [0, 0]}, 400, "Frames must not repeat"),
        ("manual", {"frames": [1, 7, 5]}, 400, "The following frames do not exist in the task: 5, 7"),
        ("chance", {"frame_count": 1}, 400, "is not a valid choice"),
    ],
)
def test_refused(worker: Worker, method: str | None, more: dict[str, Any], status: int, words: str) -> None:
    task = worker.task(2)
    given, answer = worker.ask("POST", "/api/jobs", order(task, method, **more))
    assert given == status
    assert words in str(answer)


def test_what_the_ground_truth_leaves_out_stays_in_the_task(worker: Worker) -> None:
    task = worker.task(4)
    job = worker.make("/api/jobs", order(task, "manual", frames=[1, 3]))
    path = f"/api/jobs/{job['id']}/data/meta"
    assert worker.ask("PATCH", path, {"deleted_frames": [2]}) == (400, ["Frames 2 do not belong to the job"])
    assert worker.ask("PATCH", path, {"deleted_frames": [3]})[1]["deleted_frames"] == [3]
    assert worker.get(f"/api/tasks/{task['id']}/validation_layout")["disabled_frames"] == [3]
    assert worker.get(f"/api/tasks/{task['id']}/data/meta")["deleted_frames"] == []
    # A backup forgets it.
    restored = worker.restore(worker.backup(task))
    assert worker.get(f"/api/tasks/{restored['id']}/validation_layout")["disabled_frames"] == []


def test_frames_are_left_out_by_the_validation_layout_as_well(worker: Worker) -> None:
    task = worker.task(4)
    path = f"/api/tasks/{task['id']}/validation_layout"
    assert worker.ask("PATCH", path, {"disabled_frames": []}) == (400, ["Validation is not configured in the task"])
    worker.make("/api/jobs", order(task, "manual", frames=[1, 3]))
    strange = "Unknown frames requested for exclusion from the validation set: 2"
    assert worker.ask("PATCH", path, {"disabled_frames": [2, 3]}) == (400, [strange])
    assert worker.ask("PATCH", path, {"disabled_frames": [3]})[1]["disabled_frames"] == [3]
    assert worker.ask("PATCH", path, {})[1]["disabled_frames"] == [3]
    status, answer = worker.ask("PATCH", path, {"frame_selection_method": "random_uniform"})
    assert (status, "gt_pool" in str(answer)) == (400, True)


def test_frames_that_are_not_there_cannot_be_deleted(worker: Worker) -> None:
    task = worker.task(2)
    path = f"/api/tasks/{task['id']}"
    for sent, message in (([1, 2, 3], "Unknown frames 2, 3 requested for removal"), ([1, 1], "cannot repeat")):
        status, answer = worker.ask("PATCH", f"{path}/data/meta", {"deleted_frames": sent})
        assert status == 400
        assert message in answer["deleted_frames"][0]
    assert worker.ask("PATCH", f"{path}/data/meta", {"deleted_frames": [1]})[0] == 200
    # So the next backup knows of it.
    assert worker.get(path)["updated_date"] > task["updated_date"]


def test_no_backup_without_data(worker: Worker) -> None:
    task = worker.task(0)
    assert worker.ask("POST", f"/api/tasks/{task['id']}/backup/export") == (
        400,
        ["Backup of a task without data is not allowed"],
    )


def test_a_move_needs_all_parts_of_a_skeleton(worker: Worker) -> None:
    parts: list[dict[str, Any]] = [{"name": name, "type": "points", "attributes": []} for name in ("head", "foot")]
    pose: dict[str, Any] = {"name": "pose", "type": "skeleton", "svg": "", "attributes": []}
    task = worker.task(1, labels=[{**pose, "sublabels": parts[:1]}])
    whole, equal = (
        worker.make("/api/projects", {"name": "p", "labels": [{**pose, "sublabels": some}]})
        for some in (parts, parts[:1])
    )
    path = f"/api/tasks/{task['id']}"
    assert worker.ask("PATCH", path, {"project_id": whole["id"]})[0] == 400
    assert worker.ask("PATCH", path, {"project_id": equal["id"]})[0] == 200
