"""What a server's version does not take back about a label."""

from __future__ import annotations

import pytest
from packaging.version import Version
from pydantic import JsonValue

from reconciler.cvat.capabilities import Capabilities
from reconciler.plan.undoing.label_limits import refused

OLD, NEW = Capabilities.of(Version("2.54.1")), Capabilities.of(Version("2.80.0"))
NUMBER: dict[str, JsonValue] = {
    "input_type": "number",
    "values": ["0", "9", "1"],
    "default_value": "0",
    "mutable": True,
}
CHOICE: dict[str, JsonValue] = {"input_type": "radio", "values": ["a", "b"], "default_value": "a", "mutable": True}
MORE: dict[str, JsonValue] = {**CHOICE, "values": ["a", "b", "c"]}


def test_fields_go_back_everywhere() -> None:
    assert refused(("color",), "#ff0000", "#00ff00", OLD) is None
    assert refused(("type",), "any", "rectangle", NEW) is None


@pytest.mark.parametrize(
    ("before", "found", "old", "new"),
    [
        (None, CHOICE, False, True),  # added
        (CHOICE, None, True, True),  # removed
        (CHOICE, MORE, True, False),  # a choice more, which values may rest on
        (MORE, CHOICE, True, True),  # a choice less
        (CHOICE, {**CHOICE, "default_value": "b"}, True, True),
        (CHOICE, {**CHOICE, "mutable": False}, True, False),
        (NUMBER, {**NUMBER, "values": ["0", "5", "1"]}, True, False),
        (NUMBER, CHOICE, True, False),
    ],
)
def test_attributes(before: JsonValue, found: JsonValue, *, old: bool, new: bool) -> None:
    path = ("attributes", "make")
    assert (refused(path, before, found, OLD) is None, refused(path, before, found, NEW) is None) == (old, new)


def test_the_parts_of_a_skeleton() -> None:
    path = ("sublabels", "nose", "color")
    assert refused(path, "#ff0000", "#00ff00", OLD) == "this server cannot change a skeleton's parts"
    assert refused(path, "#ff0000", "#00ff00", NEW) is None
    assert refused(("sublabels", "nose", "attributes", "make"), None, CHOICE, NEW) is None
