"""How much somebody has annotated since, in words."""

from __future__ import annotations

from reconciler.annotations.numbers import Numbers
from reconciler.plan.steps import Image
from reconciler.wording import counted


def numbers_in(image: Image) -> Numbers | None:
    """The counts that a step's `expect` or `gives` tells of annotations; None if it tells none."""
    counts = [image.get(kind) for kind in ("tags", "shapes", "tracks")]
    tags, shapes, tracks = (count if isinstance(count, int) else None for count in counts)
    if tags is None or shapes is None or tracks is None:
        return None
    return Numbers(tags=tags, shapes=shapes, tracks=tracks)


def since(left: Numbers | None, now: Numbers) -> str:
    """What is there now, and how that differs from what the run left: `15 shapes (12 shapes more)`."""
    return str(now) + (f" ({said})" if left is not None and (said := _difference(left, now)) else "")


def _difference(left: Numbers, now: Numbers) -> str:
    pairs = [
        (now.shapes - left.shapes, "shape"),
        (now.tracks - left.tracks, "track"),
        (now.tags - left.tags, "tag"),
    ]
    said = [f"{counted(abs(number), noun)} {'more' if number > 0 else 'fewer'}" for number, noun in pairs if number]
    return ", ".join(said) or "changed since"
