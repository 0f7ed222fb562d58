"""Comparing what is there with what a step says."""

from __future__ import annotations

import pytest

from reconciler.apply.steps.images import differing, only, same
from reconciler.plan.steps import Image

FOUND: Image = {"name": "car", "color": "#ff0000", "attributes": {"parked": {"values": ["false"]}, "make": {"a": 1}}}


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ({"name": "car"}, True),
        ({"name": "van"}, False),
        ({"attributes": {"parked": {"values": ["false"]}}}, True),
        ({"attributes": {"parked": {"values": ["true"]}}}, False),
        ({"attributes": {"gone": None}}, True),
        ({"attributes": {"parked": None}}, False),
        ({"svg": None}, True),
        ({}, True),
    ],
)
def test_only_what_is_said_counts(said: Image, holds: bool) -> None:
    assert same(only(FOUND, said), said) is holds


def test_what_differs_is_told() -> None:
    assert differing(FOUND, {"name": "van", "color": "#ff0000"}) == "name is 'car'"
