"""Tracks over the bounds of jobs: cut, joined again, and where they begin."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.tracks import at, piece

from .tasks import BOX, Worker, put, shape


def test_a_track_over_three_jobs(worker: Worker) -> None:
    task = worker.task(6)
    car = worker.labels(task)["car"]
    parked = next(spec["id"] for spec in car["attributes"] if spec["name"] == "parked")
    value = [{"spec_id": parked, "value": "true"}]
    shapes = [
        {**BOX, "frame": 1, "points": [0, 0, 10, 10], "attributes": value},
        {**BOX, "frame": 3, "points": [20, 0, 30, 10]},
    ]
    path = f"/api/tasks/{task['id']}"
    put(worker, path, tracks=[{"frame": 1, "label_id": car["id"], "shapes": shapes}])
    pieces = [worker.get(f"/api/jobs/{job['id']}/annotations")["tracks"] for job in worker.jobs(task)]
    cut = [[(part["frame"], part["points"][0]) for part in piece[0]["shapes"]] for piece in pieces]
    assert cut == [[(1, 0)], [(2, 10), (3, 20)], [(4, 20)]]
    whole = worker.get(f"{path}/annotations")["tracks"]
    assert [[(part["frame"], part["outside"]) for part in track["shapes"]] for track in whole] == [
        [(1, False), (2, True)],
        [(2, False), (3, False), (4, True)],
        [(4, False)],
    ]
    # A keyframe without a value goes on with the value before it.
    assert whole[1]["shapes"][0]["attributes"][0]["value"] == "true"


def test_jobs_that_overlap_see_one_object_once(worker: Worker) -> None:
    task = worker.task(6, segment_size=4, overlap=2)
    assert [(job["start_frame"], job["stop_frame"]) for job in worker.jobs(task)] == [(0, 3), (2, 5)]
    path, car = f"/api/tasks/{task['id']}", worker.labels(task)["car"]["id"]
    track = {"frame": 0, "label_id": car, "shapes": [{**BOX, "frame": 0}, {**BOX, "frame": 5, "outside": True}]}
    tag = {"frame": 3, "label_id": car}
    answer = put(worker, path, shapes=[shape(worker, task, 2)], tracks=[track], tags=[tag])
    assert [len(answer[kind]) for kind in ("tags", "shapes", "tracks")] == [1, 1, 1]
    read = worker.get(f"{path}/annotations")
    assert [len(read[kind]) for kind in ("tags", "shapes", "tracks")] == [1, 1, 1]
    assert [(part["frame"], part["outside"]) for part in read["tracks"][0]["shapes"]][-1] == (5, True)


def test_a_tracks_first_shape_is_where_it_begins(worker: Worker) -> None:
    task = worker.task(4, segment_size=4)
    [job] = worker.jobs(task)
    car = worker.labels(task)["car"]["id"]
    late = {"frame": 0, "label_id": car, "shapes": [{**BOX, "frame": 2}]}
    early = {"frame": 3, "label_id": car, "shapes": [{**BOX, "frame": 1}]}
    bare = {"frame": 3, "label_id": car, "shapes": []}
    tracks = put(worker, f"/api/jobs/{job['id']}", tracks=[late, early, bare])["tracks"]
    assert [[(part["frame"], part["outside"]) for part in track["shapes"]] for track in tracks] == [
        [(0, True), (2, False)],
        [(1, False)],
    ]
    assert [track["frame"] for track in tracks] == [0, 1]


def test_attributes_of_a_track_are_where_they_belong(worker: Worker) -> None:
    task = worker.task(1)
    car = worker.labels(task)["car"]
    parked, make = (spec["id"] for spec in car["attributes"])
    path = f"/api/tasks/{task['id']}/annotations"
    for fixed, free, wrong in ((parked, None, parked), (make, make, make)):
        drawn = {**BOX, "frame": 0, "attributes": [{"spec_id": free, "value": "x"}] if free else []}
        given = [{"spec_id": fixed, "value": "true"}]
        track = {"frame": 0, "label_id": car["id"], "attributes": given, "shapes": [drawn]}
        assert worker.ask("PUT", path, {"tracks": [track]}) == (400, [f"spec_id `{wrong}` is invalid"])


def keyframe(frame: int, left: float, **more: Any) -> dict[str, Any]:
    return {**BOX, "points": [left, 0, left + 10, 10], "frame": frame, "outside": False, "rotation": 0, **more}


@given(
    frames=st.lists(st.integers(0, 19), min_size=1, max_size=6, unique=True),
    segment=st.integers(1, 20),
    ends=st.booleans(),
)
def test_the_pieces_of_a_track_show_it_where_the_whole_does(frames: list[int], segment: int, ends: bool) -> None:
    """On every frame; and as it is where a job begins and on keyframes.

    Behind a job's last keyframe the next job's is not known: there a piece stands still, as CVAT's do.
    """
    shapes = [keyframe(frame, frame * frame % 17) for frame in sorted(frames)]
    shapes[-1]["outside"] = ends and len(shapes) > 1
    track = {"frame": shapes[0]["frame"], "label_id": 1, "shapes": shapes}
    for start in range(0, 20, segment):
        stop = min(start + segment, 20) - 1
        cut = piece(track, start, stop)
        for frame in range(start, stop + 1):
            whole, part = seen(shapes, frame), seen(cut["shapes"], frame) if cut else None
            assert (part is None) == (whole is None)
            if frame in (start, *frames):
                assert part == whole


def seen(shapes: list[dict[str, Any]], frame: int) -> list[float] | None:
    shape = at(shapes, frame)
    return None if shape is None or shape["outside"] else list(shape["points"])
