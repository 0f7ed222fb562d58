"""Tracks over the bounds of jobs: cut in pieces when a task is written, joined again when it is read.

The rules are those of CVAT's own annotation code; shapes between keyframes are interpolated linearly, and a
polygon whose number of points changes keeps its last keyframe, where CVAT matches the points.
"""

from __future__ import annotations

from copy import deepcopy

from reconciler.sandbox.links import Doc

_SAME_TRACK = 0.5
_SAME_SHAPE = 0.75


def piece(track: Doc, start: int, stop: int) -> Doc | None:
    """Give the part of a track that lies in a job, or None."""
    shapes = sorted(track["shapes"], key=lambda shape: int(shape["frame"]))
    if not shapes:
        return None
    inside = [shape for shape in shapes if start <= shape["frame"] <= stop]
    if len(inside) < len(shapes):
        inside = _completed_piece(shapes, inside, start, stop)
    inside = _visible(inside)
    if not inside:
        return None
    elements = [part for element in track.get("elements", []) if (part := piece(element, start, stop))]
    whole = {**track, "shapes": deepcopy(inside), "frame": inside[0]["frame"]}
    return {**whole, "elements": elements} if "elements" in track else whole


def _visible(shapes: list[Doc]) -> list[Doc]:
    """Leave out the invisible shapes at the beginning."""
    first = next((place for place, shape in enumerate(shapes) if not shape["outside"]), len(shapes))
    return shapes[first:]


def _completed_piece(shapes: list[Doc], inside: list[Doc], start: int, stop: int) -> list[Doc]:
    begin = at(shapes, start)
    if begin is not None and not begin["outside"] and (not inside or inside[0]["frame"] > start):
        inside = [begin, *inside]
    after = at(shapes, stop + 1)
    if inside and not inside[-1]["outside"] and after is not None and after["outside"]:
        inside = [*inside, after]
    return inside


def at(shapes: list[Doc], frame: int) -> Doc | None:
    """Give a track's shape on a frame: a keyframe, or what lies between two; None before the first."""
    before = [shape for shape in shapes if shape["frame"] <= frame]
    if not before:
        return None
    last = before[-1]
    following = shapes[len(before)] if len(before) < len(shapes) else None
    found: Doc = {**deepcopy(last), "frame": frame}
    if last["frame"] == frame:
        return found
    found.pop("id", None)
    if following is not None and not last["outside"]:
        share = (frame - last["frame"]) / (following["frame"] - last["frame"])
        found["points"] = _between(last["points"], following["points"], share)
        found["rotation"] = last.get("rotation", 0) + (following.get("rotation", 0) - last.get("rotation", 0)) * share
    return found


def _between(first: list[float], second: list[float], share: float) -> list[float]:
    if len(first) != len(second):
        return list(first)
    return [a + (b - a) * share for a, b in zip(first, second, strict=True)]


def repaired(track: Doc) -> Doc | None:
    """Let a track begin where its first shape is, as the server does when it saves one; None without shapes."""
    if not track["shapes"]:
        return None
    shapes = sorted(track["shapes"], key=lambda shape: int(shape["frame"]))
    first = shapes[0]
    if track["frame"] < first["frame"]:
        missing = {**deepcopy(first), "frame": track["frame"], "outside": True}
        missing.pop("id", None)
        return {**track, "shapes": [missing, *shapes]} if first["type"] != "skeleton" else track
    return {**track, "frame": first["frame"], "shapes": shapes}


def merge(found: Doc, job: Doc, start: int, overlap: int) -> None:
    """Add a job's annotations to those of the jobs before it; what two jobs see of one object becomes one."""
    end = start + overlap
    for kind in ("tags", "shapes"):
        old = [item for item in found[kind] if start <= item["frame"] < end]
        for item in job[kind]:
            twin = next((other for other in old if _alike(kind, other, item)), None)
            if twin is None:
                found[kind].append(item)
            else:
                old.remove(twin)
    _merge_tracks(found["tracks"], job["tracks"], start, end)


def _alike(kind: str, one: Doc, other: Doc) -> bool:
    if one["frame"] != other["frame"] or one["label_id"] != other["label_id"]:
        return False
    return kind == "tags" or (one["type"] == other["type"] and _same(one["points"], other["points"]) >= _SAME_SHAPE)


def _merge_tracks(old: list[Doc], new: list[Doc], start: int, end: int) -> None:
    open_tracks = [track for track in old if _goes_on(track, start)]
    joining = [track for track in new if track["frame"] < end]
    for track in new:
        twin = None
        if track in joining:
            twin = next((other for other in open_tracks if _likeness(other, track, start, end) >= _SAME_TRACK), None)
        if twin is None:
            old.append(track)
        else:
            open_tracks.remove(twin)
            _join(twin, track)
    for track in open_tracks:
        _close(track, end)


def _goes_on(track: Doc, start: int) -> bool:
    last = track["shapes"][-1]
    return bool(last["frame"] >= start or not last["outside"])


def _close(track: Doc, frame: int) -> None:
    """End a track that nothing continues: with an invisible shape behind its job (recorded from CVAT 2.54.1)."""
    last = track["shapes"][-1]
    if not last["outside"]:
        track["shapes"].append({**deepcopy(last), "frame": frame, "outside": True})
    for element in track.get("elements", []):
        _close(element, frame)


def _likeness(one: Doc, other: Doc, start: int, end: int) -> float:
    if one["label_id"] != other["label_id"] or start >= end:
        return 0
    total = 0.0
    for frame in range(start, end):
        first, second = at(one["shapes"], frame), at(other["shapes"], frame)
        if first is None or second is None:
            total += first is second
        elif first["outside"] == second["outside"]:
            total += _same(first["points"], second["points"]) if first["type"] == second["type"] else 0
    return total / (end - start)


def _join(one: Doc, other: Doc) -> None:
    shapes = {shape["frame"]: shape for shape in other["shapes"]} | {shape["frame"]: shape for shape in one["shapes"]}
    one["shapes"] = [shapes[frame] for frame in sorted(shapes)]
    for element in one.get("elements", []):
        twin = next((part for part in other.get("elements", []) if part["label_id"] == element["label_id"]), None)
        if twin is not None:
            _join(element, twin)


def _same(one: list[float], other: list[float]) -> float:
    """Tell how much of two shapes' bounding boxes they share: 1 for the same, 0 for none."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 4:
        return 0.0
    (left, top, right, bottom), (left2, top2, right2, bottom2) = _box(one), _box(other)
    width, height = min(right, right2) - max(left, left2), min(bottom, bottom2) - max(top, top2)
    common = max(width, 0) * max(height, 0)
    whole = (right - left) * (bottom - top) + (right2 - left2) * (bottom2 - top2) - common
    return common / whole if whole else 0.0


def _box(points: list[float]) -> tuple[float, float, float, float]:
    across, down = points[0::2], points[1::2]
    return min(across), min(down), max(across), max(down)
