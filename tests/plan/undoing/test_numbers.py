from __future__ import annotations

from reconciler.annotations.numbers import Numbers
from reconciler.plan.undoing.numbers import numbers_in, since


def test_what_is_there_and_how_it_differs() -> None:
    left = Numbers(shapes=3, tags=1)
    assert since(left, Numbers(shapes=15, tags=1)) == "15 shapes, 1 tag (12 shapes more)"
    assert since(left, Numbers(shapes=2, tracks=1)) == "2 shapes, 1 track (1 shape fewer, 1 track more, 1 tag fewer)"
    assert since(left, left) == "3 shapes, 1 tag (changed since)"
    assert since(None, left) == "3 shapes, 1 tag"


def test_the_counts_in_a_step() -> None:
    assert numbers_in({"digest": "x", "tags": 1, "shapes": 2, "tracks": 3}) == Numbers(tags=1, shapes=2, tracks=3)
    assert numbers_in({"size": None}) is None
