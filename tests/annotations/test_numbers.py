"""How much some annotations are."""

from __future__ import annotations

from reconciler.annotations.numbers import Numbers


def test_numbers_in_words() -> None:
    assert str(Numbers(shapes=3, tags=1)) == "3 shapes, 1 tag"
    assert str(Numbers()) == "nothing"


def test_all_together() -> None:
    assert Numbers.sum([Numbers(shapes=3, tags=1), Numbers(shapes=1, tracks=2)]) == Numbers(tags=1, shapes=4, tracks=2)
    assert Numbers.sum([]) == Numbers()
