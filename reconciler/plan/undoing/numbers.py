"""How much somebody has annotated since, in words."""

from __future__ import annotations

from reconciler.plan.steps import Image
from reconciler.snapshots.model import Numbers


def numbers_in(image: Image) -> Numbers | None:
    """The counts that a step's `expect` or `gives` tells of annotations; None if it tells none."""
    counts = [image.get(kind) for kind in ("tags", "shapes", "tracks")]
    tags, shapes, tracks = (count if isinstance(count, int) else None for count in counts)
    if tags is None or shapes is None or tracks is None:
        return None
    return Numbers(tags=tags, shapes=shapes, tracks=tracks)


def counted(numbers: Numbers | None) -> str:
    """`3 shapes, 1 tag`."""
    if numbers is None:
        return "unknown"
    parts = [(numbers.shapes, "shape"), (numbers.tracks, "track"), (numbers.tags, "tag")]
    return ", ".join(_plural(number, noun) for number, noun in parts if number) or "nothing"


def since(left: Numbers | None, now: Numbers) -> str:
    """What is there now, and how that differs from what the run left: `15 shapes (12 shapes more)`."""
    return counted(now) + (f" ({said})" if left is not None and (said := _difference(left, now)) else "")


def _difference(left: Numbers, now: Numbers) -> str:
    pairs = [
        (now.shapes - left.shapes, "shape"),
        (now.tracks - left.tracks, "track"),
        (now.tags - left.tags, "tag"),
    ]
    said = [f"{_plural(abs(number), noun)} {'more' if number > 0 else 'fewer'}" for number, noun in pairs if number]
    return ", ".join(said) or "changed since"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
