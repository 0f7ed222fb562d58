"""Differences in words: frame, what it is, its label."""

from __future__ import annotations

from hypothesis import given

from reconciler.annotations.comparing import differences
from reconciler.annotations.content import Annotations

from .drawn import box, contents, held


@given(contents, contents)
def test_nothing_is_said_of_equal_contents_and_something_of_others(one: Annotations, other: Annotations) -> None:
    assert differences(one, one) == []
    assert bool(differences(one, other)) or one == other or not (one.minus(other) or other.minus(one))


def test_what_is_missing_too_much_and_otherwise() -> None:
    before = held(
        tags=[{"frame": 0, "label": "person"}],
        shapes=[box(3), box(3), box(4), {**box(5), "type": "ellipse"}],
        tracks=[{"label": "car", "shapes": [box(1)]}],
    )
    after = held(shapes=[box(4, occluded=True, group=2), box(6)])
    assert differences(before, after) == [
        "frame 0: a tag `person` is missing",
        "frame 1: a track of a rectangle `car` is missing",
        "frame 3: a rectangle `car` is missing (2 times)",
        "frame 4: a rectangle `car` has other occluded",
        "frame 5: an ellipse `car` is missing",
        "frame 6: a rectangle `car` is there that was not",
    ]


def test_many_are_counted_not_listed() -> None:
    told = differences(held(shapes=[box(frame) for frame in range(50)]), Annotations())
    assert len(told) == 21
    assert told[-1] == "… and 30 more differences"


def test_groups_alone() -> None:
    assert differences(held(shapes=[box(), box(1)]), held(shapes=[box(group=1), box(1, group=1)])) == [
        "the same annotations are grouped otherwise"
    ]
