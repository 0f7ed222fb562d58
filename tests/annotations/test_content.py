"""Content: equal whatever the order, the ids and the group numbers are; what is missing, what is added."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.numbers import Numbers

from .drawn import Drawn, box, contents, held, reordered


@given(contents, st.data())
def test_order_and_group_numbers_do_not_matter(content: Annotations, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations([11, 12, 13]))
    names = {0: 0, 1: numbers[0], 2: numbers[1], 7: numbers[2]}

    def regrouped(items: tuple[Drawn, ...]) -> tuple[Drawn, ...]:
        return tuple({**item, "group": names[item["group"]]} for item in items)

    other = Annotations(*(regrouped(items) for _, items in content.of_kinds()))
    assert reordered(data.draw, other) == content  # type: ignore[arg-type]


@given(contents, contents)
def test_what_is_added_can_be_taken_away(one: Annotations, other: Annotations) -> None:
    both = one.plus(other.apart_from(one))
    assert both.minus(other) == one
    assert not one.minus(both)
    assert not other.minus(both)
    assert not both.minus(both)


@given(contents, contents)
def test_after_what_is_missing_is_added_nothing_is_missing(wanted: Annotations, there: Annotations) -> None:
    assert not wanted.minus(there.plus(wanted.missing_in(there)))


@given(contents)
def test_a_copy_reads_back(content: Annotations) -> None:
    assert Annotations.from_json(json.loads(json.dumps(content.as_json()))) == content


@given(contents)
def test_what_uses_a_label_and_what_does_not_are_all(content: Annotations) -> None:
    some, others = content.using(["car"]), content.without(["car"])
    assert some.labels <= {"car"}
    assert "car" not in others.labels
    assert some.plus(others) == content
    assert content.renamed({"car": "lorry"}).renamed({"lorry": "car"}) == content


def test_each_item_counts_as_often_as_it_is_there() -> None:
    once, twice = held(shapes=[box()]), held(shapes=[box(), box()])
    assert once != twice
    assert twice.minus(once) == once
    assert twice.numbers == Numbers(shapes=2)


def test_groups_are_part_of_content_but_not_of_whether_something_is_there() -> None:
    alone, together = held(shapes=[box(), box(1)]), held(shapes=[box(group=3), box(1, group=3)])
    assert alone != together
    assert not alone.minus(together)
    added = held(shapes=[box(2, group=3)]).missing_in(together)
    assert added.shapes[0]["group"] == 6


def test_numbers_are_compared_as_numbers() -> None:
    whole, real = held(shapes=[box()]), held(shapes=[{**box(), "points": [1.0, 2.0, 30.0, 40.0]}])
    assert whole == real
    negative = held(shapes=[{**box(), "points": [-0.0, 2, 30, 40], "rotation": -0.0}])
    assert negative == held(shapes=[{**box(), "points": [0, 2, 30, 40]}])


def test_what_is_left_out_is_the_default() -> None:
    said = {
        "occluded": False,
        "outside": False,
        "z_order": 0,
        "rotation": 0,
        "group": 0,
        "source": "manual",
        "score": 1,
    }
    values = [{"name": "make", "value": "other"}, {"name": "parked", "value": "false"}]
    assert held(shapes=[box()]) == held(shapes=[{**box(), **said, "attributes": values, "elements": []}])
    assert held(shapes=[box(score=0.5)]) != held(shapes=[box()])


def test_a_keyframe_goes_on_with_the_values_before_it() -> None:
    def track(*keyframes: Drawn) -> Annotations:
        return held(tracks=[{"label": "car", "shapes": list(keyframes)}])

    on = {"attributes": {"parked": "true"}}
    assert track({**box(0), **on}, box(3)) == track({**box(0), **on}, {**box(3), **on})
    said_once = held(tracks=[{"label": "car", "attributes": {"parked": "true"}, "shapes": [box(0), box(3)]}])
    assert said_once == track({**box(0), **on}, {**box(3), **on})


def test_what_is_never_visible_is_no_content() -> None:
    def track(*outside: bool) -> Drawn:
        return {"label": "car", "shapes": [{**box(frame), "outside": out} for frame, out in enumerate(outside)]}

    assert not held(tracks=[track(True, True)])
    hidden_first = {"label": "car", "frame": 0, "shapes": track(True, False)["shapes"]}
    assert held(tracks=[hidden_first]) == held(tracks=[{"label": "car", "shapes": [box(1)]}])
    assert held(tracks=[track(False, True)]) != held(tracks=[track(False)])


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AnnotationsError, match="frame 2: there is no label `bike`"):
        held(shapes=[box(2, "bike")])
    with pytest.raises(AnnotationsError, match="label `car` has no attribute `colour`"):
        held(shapes=[box(attributes={"colour": "red"})])
    varying = {"label": "car", "shapes": [{**box(), "attributes": {"make": "acme"}}]}
    with pytest.raises(AnnotationsError, match="attribute `make` of label `car` does not vary along a track"):
        held(tracks=[varying])
