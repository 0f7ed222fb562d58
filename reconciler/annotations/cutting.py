"""Tracks that the server cuts: each job of a task keeps its part of a track, and reading gives the parts.

The parts begin and end on keyframes that the server makes up. So what is read is not what was written, though all of
it is there; see `found_in_parts` (CVAT's source, dataset_manager/annotation.py; recordings/backup.json).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reconciler.annotations.items import Item, is_visible

Segments = Sequence[tuple[int, int]]
Key = tuple[str, int, str]  # label, frame, the whole keyframe

_NEAR: Final = 0.01  # of a pixel


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
    """A track as the server holds it."""

    def __init__(self, track: Item) -> None:
        self.like = _likeness(track)
        self.keyframes = _keyframes(track)
        frames = sorted(one["frame"] for one in track["shapes"] if not one["outside"])
        # The server makes up a keyframe at the first and at the last frame of a job, and ends a track behind it.
        self.within = {key for key in self.keyframes if frames[0] < key[1] < frames[-1]}


def found_in_parts(track: Item, held: Iterable[_Part]) -> list[_Part]:
    """The parts that together are a track: all of its keyframes, and no others but those that the server makes up."""
    like, keyframes = _likeness(track), _keyframes(track)

    def is_of_it(part: _Part) -> bool:
        if part.like != like or not part.keyframes.keys() & keyframes.keys():
            return False
        others = part.within - keyframes.keys()
        return all(_lies_between(key[0], part.keyframes[key], keyframes) for key in others)

    parts = [part for part in held if is_of_it(part)]
    found = {key for part in parts for key in part.keyframes}
    return parts if keyframes.keys() <= found else []


def _likeness(track: Item) -> str:
    """What all parts of one track have in common."""
    return json.dumps([track["label"], track["attributes"], track["source"]], sort_keys=True)


def _keyframes(track: Item) -> dict[Key, Item]:
    """The keyframes of a track and of a skeleton's parts."""
    tracks = [track, *(part for part in track.get("elements", ()) if is_visible(part))]
    return {
        (part["label"], one["frame"], json.dumps(one, sort_keys=True)): one for part in tracks for one in part["shapes"]
    }


def _lies_between(label: str, made: Item, keyframes: Mapping[Key, Item]) -> bool:
    """Whether a keyframe is where a track passes anyway: where jobs meet that share frames, their parts are joined."""
    own = [one for (of, _, _), one in keyframes.items() if of == label]
    before = max((one for one in own if one["frame"] <= made["frame"]), key=_frame, default=None)
    after = min((one for one in own if one["frame"] >= made["frame"]), key=_frame, default=before)
    if before is None or after is None or made["attributes"] != before["attributes"]:
        return False
    if len(before["points"]) != len(after["points"]) or len(before["points"]) != len(made["points"]):
        return False
    share = (made["frame"] - before["frame"]) / ((after["frame"] - before["frame"]) or 1)
    passed = [a + (b - a) * share for a, b in zip(before["points"], after["points"], strict=True)]
    return all(abs(a - b) < _NEAR for a, b in zip(passed, made["points"], strict=True))


def _frame(keyframe: Item) -> int:
    return int(keyframe["frame"])
