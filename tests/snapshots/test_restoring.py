"""Deleted tasks come back, with all that CVAT's own backup forgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat import Credentials, connect
from reconciler.errors import StateError
from reconciler.history.store import StateStore
from reconciler.sandbox import Sandbox
from reconciler.snapshots.checking import check_copy
from reconciler.snapshots.reading import task_record
from reconciler.snapshots.restoring import Reapplied, usernames_of
from tests.apply.desk import NO_WAITING
from tests.sandbox.replay import RECORDINGS
from tests.sandbox.tasks import Worker

from .studio import Studio, edited, rewritten

FIXTURE = RECORDINGS.parent / "fixture"


def brought_back(studio: Studio, task: dict[str, Any]) -> tuple[int, Reapplied]:
    """Copy, delete, restore, move, reapply."""
    copy = studio.copy(task)
    studio.delete(task)
    restoring = studio.restoring()
    new = restoring.restore_backup(copy)
    if task["project_id"] is not None:
        studio.ask("PATCH", f"/api/tasks/{new}", {"project_id": task["project_id"]})
    return new, restoring.reapply(copy, new)


def test_a_deleted_task_is_as_it_was(studio: Studio) -> None:
    task = studio.rich_task()
    before, jobs = studio.seen(task["id"]), [job["id"] for job in studio.worker.jobs(task)]
    new, done = brought_back(studio, task)
    assert (done.warnings, done.differences) == ([], [])
    assert studio.seen(new) == before
    assert new != task["id"]
    assert done.replaced == dict(zip(jobs, [job["id"] for job in studio.worker.jobs({"id": new})], strict=True))


def test_it_is_safe_to_repeat(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    new, _ = brought_back(studio, task)
    before = studio.seen(new)
    studio.sandbox.requests.clear()
    assert studio.restoring().reapply(copy, new).differences == []
    assert studio.seen(new) == before
    assert [asked for asked in studio.sandbox.requests if asked.method != "GET"] == []


def test_jobs_that_share_frames(studio: Studio) -> None:
    task = studio.worker.task(8, segment_size=4, overlap=2)
    studio.worker.annotate(task)
    before = studio.seen(task["id"])
    new, done = brought_back(studio, task)
    assert done.differences == []
    assert studio.seen(new) == before


def test_replicas(studio: Studio) -> None:
    task = studio.worker.task(4, consensus_replicas=2)
    replica = next(job for job in studio.worker.jobs(task) if job["type"] == "consensus_replica")
    tag = {"frame": 0, "label_id": studio.worker.labels(task)["car"]["id"], "attributes": []}
    studio.ask("PUT", f"/api/jobs/{replica['id']}/annotations", {"tags": [tag], "shapes": [], "tracks": []})
    before = studio.seen(task["id"])
    new, done = brought_back(studio, task)
    assert (done.warnings, done.differences) == ([], [])
    assert studio.seen(new) == before


def test_annotations_that_differ_are_put_right(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    before = studio.seen(task["id"])
    for path in (f"/api/tasks/{task['id']}", f"/api/jobs/{studio.worker.jobs(task)[-1]['id']}"):
        studio.ask("PUT", f"{path}/annotations", {"tags": [], "shapes": [], "tracks": []})
    told = studio.restoring().compare(copy, task["id"])
    assert any("frame 0: a rectangle `car` is missing" in line for line in told)
    assert studio.restoring().reapply(copy, task["id"]).differences == []
    assert studio.seen(task["id"]) == before


def test_a_project_that_has_more_attributes_by_now(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    studio.delete(task)
    car = studio.worker.get(f"/api/labels?project_id={task['project_id']}")["results"][0]
    more = {"name": "dirty", "mutable": False, "input_type": "checkbox", "default_value": "false", "values": ["false"]}
    label = {"id": car["id"], "name": "car", "color": car["color"], "attributes": [more]}
    studio.ask("PATCH", f"/api/projects/{task['project_id']}", {"labels": [label]})
    new = studio.restoring().restore_backup(copy)
    studio.ask("PATCH", f"/api/tasks/{new}", {"project_id": task["project_id"]})
    assert studio.restoring().reapply(copy, new).differences == []


def test_a_label_that_is_called_otherwise_by_now(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    car = studio.worker.get(f"/api/labels?project_id={task['project_id']}")["results"][0]
    label = {"id": car["id"], "name": "auto", "color": car["color"]}
    studio.ask("PATCH", f"/api/projects/{task['project_id']}", {"labels": [label]})
    done = studio.restoring().reapply(copy, task["id"], labels={"car": "auto"})
    assert done.differences == []


def test_people_who_cannot_be_seen_any_more(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    assert usernames_of(task_record(studio.store, copy)) == {"admin"}
    studio.delete(task)
    new = studio.restoring().restore_backup(copy)
    done = studio.restoring().reapply(copy, new, people={})
    assert f"the assignee of task {new} was admin, who cannot be seen any more" in done.warnings
    assert studio.seen(new)["people"] == ["admin", None]
    assert studio.seen(new)["jobs"][0][2:4] == ("acceptance", "completed")


def test_a_refused_field_does_not_stop_the_others(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    studio.delete(task)
    new = studio.restoring().restore_backup(copy)
    studio.sandbox.fail("PATCH", rf"/api/tasks/{new}", status=400, times=2)  # all at once, then the first alone
    done = studio.restoring().reapply(copy, new)
    assert len([line for line in done.warnings if "could not be set" in line]) == 1
    assert studio.seen(new)["subset"] == "Test" or studio.seen(new)["people"][1] == "admin"


def test_a_task_without_data(studio: Studio) -> None:
    task = studio.worker.task(0, name="empty", segment_size=3, subset="Test")
    new, done = brought_back(studio, task)
    assert done == Reapplied()
    made = studio.worker.get(f"/api/tasks/{new}")
    assert (made["name"], made["subset"], made["segment_size"]) == ("empty", "Test", 3)
    assert {name: label["color"] for name, label in studio.worker.labels(made).items()} == {
        "car": "#ff0000",
        "person": "#00ff00",
    }


def test_no_backup_in_the_copy(studio: Studio) -> None:
    copy = studio.copy(studio.worker.task(2), backup=False)
    with pytest.raises(StateError, match="holds no backup of task"):
        studio.restoring().restore_backup(copy)


def test_a_damaged_backup_is_not_sent(studio: Studio) -> None:
    copy = studio.copy(studio.worker.task(2))
    path = studio.backup_of(copy)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    studio.sandbox.requests.clear()
    with pytest.raises(StateError, match=r"backup\.zip: it is damaged"):
        studio.restoring().restore_backup(copy)
    assert studio.sandbox.requests == []


@pytest.mark.skipif(not FIXTURE.exists(), reason="the fixture (../shared) is not here")
def test_every_task_of_a_real_server_comes_back(tmp_path: Path) -> None:
    """Skeletons, masks, tracks, replicas, ground truth, overlaps: all is as it was, but ids and who wrote what."""
    restored = 0
    with Sandbox.start(fixture=FIXTURE) as sandbox:
        worker = Worker(sandbox)
        credentials = Credentials(sandbox.url, token=sandbox.token)
        with connect(credentials=credentials, environ={}, retry=NO_WAITING) as session:
            studio = Studio(sandbox, worker, session, StateStore(tmp_path / "state"))
            for task in worker.get("/api/tasks?page_size=500")["results"]:
                if task["validation_mode"] == "gt_pool":  # the sandbox makes no backups of them
                    continue
                before = studio.seen(task["id"])
                copy = studio.copy(task)
                assert check_copy(studio.store, copy) == [], task["id"]
                studio.delete(task)
                new = studio.restoring().restore_backup(copy)
                if task["project_id"] is not None:
                    studio.ask("PATCH", f"/api/tasks/{new}", {"project_id": task["project_id"]})
                done = studio.restoring().reapply(copy, new)
                assert done.differences == [], task["id"]
                assert all("had no comment" in line for line in done.warnings), done.warnings  # the lists have none
                assert {**studio.seen(new), "comments": []} == {**before, "comments": []}, task["id"]
                restored += 1
        worker.close()
    assert restored > 20


def test_ground_truth_that_the_backup_lacks_is_made_again(studio: Studio, tmp_path: Path) -> None:
    task = studio.rich_task()
    before, copy = studio.seen(task["id"]), studio.copy(task)

    def drop(held: dict[str, bytes]) -> None:
        edited(held, "task.json", lambda about: about["jobs"].pop())
        edited(held, "annotations.json", lambda jobs: jobs.pop())

    backup = rewritten(studio.backup_of(copy), drop, tmp_path / "a.zip")
    studio.delete(task)
    new = studio.worker.restore(backup.read_bytes())["id"]
    studio.ask("PATCH", f"/api/tasks/{new}", {"project_id": task["project_id"]})
    assert studio.restoring().compare(copy, new) == []  # what is there is right
    done = studio.restoring().reapply(copy, new)
    assert (done.differences, done.warnings, len(done.replaced)) == ([], [], 4)
    assert studio.seen(new) == before


def test_an_issue_without_a_comment_is_made_once(studio: Studio) -> None:
    task = studio.rich_task()
    comments = studio.worker.get("/api/comments")["results"]
    for comment in comments:
        studio.ask("DELETE", f"/api/comments/{comment['id']}")
    copy = studio.copy(task)
    studio.delete(task)
    new = studio.restoring().restore_backup(copy)
    for _ in range(2):
        [warning] = studio.restoring().reapply(copy, new).warnings
        assert "had no comment" in warning
        assert studio.seen(new)["comments"] == ["(no comment)"]


def test_frames_that_the_ground_truth_leaves_out(studio: Studio) -> None:
    task = studio.rich_task()
    where = "/api/tasks/{}/validation_layout"
    studio.ask("PATCH", where.format(task["id"]), {"disabled_frames": [4]})
    new, done = brought_back(studio, task)
    assert done.warnings == []
    assert studio.worker.get(where.format(new))["disabled_frames"] == [4]
    assert studio.worker.get(f"/api/jobs/{studio.worker.jobs({'id': new})[-1]['id']}/data/meta")["deleted_frames"] == [
        4
    ]


def test_frames_that_cannot_be_left_out_are_told_of(studio: Studio) -> None:
    task = studio.rich_task()
    studio.ask("PATCH", f"/api/tasks/{task['id']}/validation_layout", {"disabled_frames": [1]})
    studio.sandbox.fail("PATCH", "/validation_layout$", 403, times=1)
    copy = studio.copy(task)
    _, done = brought_back(studio, task)
    assert task_record(studio.store, copy).left_out == (1,)
    [warning] = done.warnings
    assert "frames cannot be left out of the ground truth" in warning


def test_quality_settings_that_may_not_be_read_are_not_known(studio: Studio) -> None:
    task = studio.rich_task()
    studio.sandbox.fail("GET", "/api/quality/settings$", 403, times=1)
    copy = studio.copy(task)
    record = task_record(studio.store, copy)
    assert (record.quality, record.unknown) == (None, ("quality settings",))
    done = studio.restoring().reapply(copy, task["id"])
    assert done.warnings == ["its quality settings could not be read when it was copied; they are as CVAT makes them"]


def test_quality_settings_that_may_not_be_read_again_are_told_of(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    studio.sandbox.fail("GET", "/api/quality/settings$", 403, times=1)
    [warning] = studio.restoring().reapply(copy, task["id"]).warnings
    assert warning.startswith(f"the quality settings of task {task['id']} cannot be read (403)")
