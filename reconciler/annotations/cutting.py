"""Tracks that the server cuts: each job of a task keeps its part of a track, and reading gives the parts.

The parts begin and end on keyframes that the server makes up. So what is read is not what was written, though all of
it is there; see `found_in_parts` (CVAT's source, dataset_manager/annotation.py; recordings/backup.json).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from reconciler.annotations.items import Item, is_visible

Segments = Sequence[tuple[int, int]]


def is_cut(track: Item, segments: Segments) -> bool:
    """Whether the server would cut or close a track at the bounds of these jobs: first and last frame of each."""
    return len(segments) > 1 and not any(_is_within(track, *segment, segments) for segment in segments)


def _is_within(track: Item, start: int, stop: int, segments: Segments) -> bool:
    last = track["shapes"][-1]
    inside = track["shapes"]
    if last["outside"] and last["frame"] == stop + 1 and last["points"] == inside[-2]["points"]:
        inside = inside[:-1]  # as the server itself ends what it closes behind a job
    is_last = stop == max(end for _, end in segments)
    ends = bool(last["outside"]) or is_last
    return ends and all(start <= one["frame"] <= stop for one in inside)


def is_shared(item: Item, segments: Segments) -> bool:
    """Whether an item is on a frame that several jobs have: each then keeps one of its own."""
    return len([start for start, stop in segments if start <= item["frame"] <= stop]) > 1


def without_parts(wanted: Iterable[Item], held: Iterable[Item]) -> list[Item]:
    """Those of the wanted tracks that are not among the held ones in parts. A part is of one track only."""
    left = [_Part(track) for track in held]
    missing = []
    for track in wanted:
        parts = found_in_parts(track, left)
        if parts:
            left = [part for part in left if part not in parts]
        else:
            missing.append(track)
    return missing


class _Part:
    """A track as the server holds it: where the person's keyframes are in it, but for those at its ends."""

    def __init__(self, track: Item) -> None:
        self.like = _likeness(track)
        self.texts = _texts(track)
        frames = sorted(one["frame"] for one in track["shapes"] if not one["outside"])
        # The server makes up a keyframe at the first and at the last frame of a job, and ends a track behind it.
        self.sure = {text for text in self.texts if frames[0] < text[0] < frames[-1]}


def found_in_parts(track: Item, held: Iterable[_Part]) -> list[_Part]:
    """The parts that together are a track: all of its keyframes, and no others but at their ends."""
    like, texts = _likeness(track), _texts(track)
    parts = [part for part in held if part.like == like and part.texts & texts and part.sure <= texts]
    found = set().union(*(part.texts for part in parts)) if parts else set()
    return parts if texts <= found else []


def _likeness(track: Item) -> str:
    """What all parts of one track have in common."""
    return json.dumps([track["label"], track["attributes"], track["source"]], sort_keys=True)


def _texts(track: Item) -> set[tuple[int, str]]:
    """The keyframes, each with its frame, of the track and of a skeleton's parts."""
    tracks = [track, *(part for part in track.get("elements", ()) if is_visible(part))]
    return {
        (one["frame"], f"{part['label']} {json.dumps(one, sort_keys=True)}")
        for part in tracks
        for one in part["shapes"]
    }
