"""Tracks that jobs cut: found again in parts, and foreseen to be cut."""

from __future__ import annotations

from typing import Any

from reconciler.annotations.cutting import is_cut, is_shared

from .drawn import Drawn, box, held

JOBS = [(0, 1), (2, 3), (4, 5)]


def track(*keyframes: Drawn) -> Drawn:
    return {"label": "car", "shapes": list(keyframes)}


def out(frame: int, **more: Any) -> Drawn:
    return {**box(frame, **more), "outside": True}


def test_a_track_is_found_in_its_parts() -> None:
    whole = held(tracks=[track(box(0), box(3, points=[5, 6, 7, 8]))])
    parts = [
        track(box(0), box(1, points=[2, 3, 4, 5]), out(2)),
        track(box(2, points=[3, 4, 5, 6]), box(3, points=[5, 6, 7, 8]), out(4)),
        track(box(4, points=[5, 6, 7, 8])),
    ]
    assert not whole.minus(held(tracks=parts))
    assert whole.minus(held(tracks=parts[:1])) == whole, "a keyframe is missing"
    assert whole.minus(held(tracks=[{**part, "source": "auto"} for part in parts])) == whole


def test_other_keyframes_within_make_another_track() -> None:
    whole = held(tracks=[track(box(0), box(5))])
    others = [track(box(0), box(2, points=[9, 9, 9, 9]), box(5))]
    assert whole.minus(held(tracks=others)) == whole


def test_parts_of_jobs_that_share_frames_are_joined() -> None:
    whole = held(tracks=[track(box(0, points=[0, 0, 8, 8]), box(4, points=[8, 8, 16, 16]))])
    joined = [box(0, points=[0, 0, 8, 8]), box(2, points=[4, 4, 12, 12]), box(4, points=[8, 8, 16, 16]), out(6)]
    assert not whole.minus(held(tracks=[track(*joined)]))
    moved = [*joined[:1], box(2, points=[5, 4, 12, 12]), *joined[2:]]
    assert whole.minus(held(tracks=[track(*moved)])) == whole


def test_one_part_is_not_found_twice() -> None:
    twice = held(tracks=[track(box(0)), track(box(0))])
    assert twice.minus(held(tracks=[track(box(0), out(2))])).numbers.tracks == 1


def test_which_tracks_a_server_cuts() -> None:
    def cut(*keyframes: Drawn) -> bool:
        [item] = held(tracks=[track(*keyframes)]).tracks
        return is_cut(item, JOBS)

    assert cut(box(0)), "it goes on in the next jobs"
    assert cut(box(0), box(3))
    assert cut(box(0), out(3))
    assert not cut(box(0), out(1))
    assert not cut(box(0), out(2)), "as the server ends it"
    assert cut(box(0), out(2, points=[9, 9, 9, 9]))
    assert not cut(box(4)), "in the last job it stays open"
    assert not is_cut(held(tracks=[track(box(0))]).tracks[0], [(0, 5)])


def test_frames_that_jobs_share() -> None:
    shared = [(0, 3), (2, 5)]
    assert is_shared(box(2), shared)
    assert not is_shared(box(1), shared)
