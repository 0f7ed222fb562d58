from __future__ import annotations

from typing import Any

import pytest

from reconciler.cvat.models import Label
from reconciler.plan.labels import label_state
from reconciler.plan.moved_labels import lacking_in

PARKED: dict[str, Any] = {"id": 5, "name": "parked", "input_type": "checkbox", "values": ["false"], "mutable": True}
MAKE: dict[str, Any] = {"id": 6, "name": "make", "input_type": "select", "values": ["a", "b"], "default_value": "a"}


def car(*attributes: dict[str, Any], name: str = "car") -> dict[str, Any]:
    return label_state(Label.model_validate({"id": 1, "name": name, "type": "rectangle", "attributes": attributes}))


def pose(*parts: str, name: str = "pose", **attributes: dict[str, Any]) -> dict[str, Any]:
    sublabels = [
        {
            "id": 10 + place,
            "name": part,
            "type": "points",
            "attributes": [attributes[part]] if part in attributes else [],
        }
        for place, part in enumerate(parts)
    ]
    return label_state(Label.model_validate({"id": 2, "name": name, "type": "skeleton", "sublabels": sublabels}))


@pytest.mark.parametrize(
    ("label", "there"),
    [
        (car(), car(PARKED)),
        (car(MAKE), car(PARKED, MAKE)),
        (car(MAKE), car({**MAKE, "id": 99, "default_value": "b", "mutable": True}, name="auto")),
        (car(), pose("a", name="car")),  # of what type the other is, nobody asks
        (pose("a", "b"), pose("b", "a")),
        (pose("a", a=PARKED), pose("a", a=PARKED)),
    ],
)
def test_what_cvat_takes(label: dict[str, Any], there: dict[str, Any]) -> None:
    assert lacking_in(label, there) == []


@pytest.mark.parametrize(
    ("label", "there", "told"),
    [
        (car(PARKED, MAKE), car(), "the attributes parked, make of car"),
        (car(MAKE), car(PARKED, name="auto"), "the attribute make of auto"),
        (
            car(MAKE),
            car({**MAKE, "values": ["b", "a"]}),
            "the attribute make of car with the same input type and values",
        ),
        (
            car(MAKE),
            car({**MAKE, "input_type": "radio"}),
            "the attribute make of car with the same input type and values",
        ),
        (pose("a"), pose("a", name="body"), "the skeleton pose under its own name, which skeletons keep"),
        (pose("a", "b"), pose("b", "c"), "the same parts in pose (a, c)"),
        (pose("a", a=PARKED), pose("a"), "the attribute parked of pose.a"),
    ],
)
def test_what_cvat_refuses(label: dict[str, Any], there: dict[str, Any], told: str) -> None:
    assert lacking_in(label, there) == [told]
