"""A task's data: what goes wrong, what is left, deleted frames."""

from __future__ import annotations

from typing import Any

import pytest

from .server import Server


@pytest.mark.parametrize("more", [{}, {"server_files": ["no/such/folder/"]}])
def test_a_failed_data_request_leaves_the_task_empty(server: Server, more: dict[str, Any]) -> None:
    task = server.task(server.project(), frames=0)
    where = f"/api/tasks/{task['id']}"
    reply = server.ask("POST", f"{where}/data", {"image_quality": 70, **more})
    assert reply.status == 202
    request = server.ended(reply.body["rq_id"])
    assert (request["status"], request["message"]) == ("failed", "ValueError: No media data found\n")
    operation = request["operation"]
    assert (operation["type"], operation["target"], operation["task_id"]) == ("create:task", "task", task["id"])
    assert not server.ask("GET", where).body.get("size")
    assert server.ask("GET", f"{where}/annotations").body == {"version": 0, "tags": [], "shapes": [], "tracks": []}


def test_the_frames_of_a_task(server: Server) -> None:
    task = server.task(server.project(), frames=3)
    meta = server.ask("GET", f"/api/tasks/{task['id']}/data/meta").body
    assert (meta["size"], meta["start_frame"], meta["stop_frame"], meta["storage"]) == (3, 0, 2, "local")
    assert [frame["name"] for frame in meta["frames"]] == ["frame_0.png", "frame_1.png", "frame_2.png"]


def test_frames_are_deleted_and_brought_back(server: Server) -> None:
    task = server.task(server.project(), frames=3)
    where = f"/api/tasks/{task['id']}/data/meta"
    for frames in ([1, 2], []):
        reply = server.ask("PATCH", where, {"deleted_frames": frames})
        assert (reply.status, reply.body["deleted_frames"]) == (200, frames)
        assert server.ask("GET", where).body["deleted_frames"] == frames


def test_replicas_follow_their_job(server: Server) -> None:
    task = server.task(server.project(), frames=4, **server.replicas(2))
    jobs = server.jobs(task)
    assert [job["start_frame"] for job in jobs] == [0, 0, 0, 2, 2, 2]
    assert [job["parent_job_id"] for job in jobs[:3]] == [None, jobs[0]["id"], jobs[0]["id"]]
    assert jobs[1]["type"] in ("consensus_replica", "replica")
