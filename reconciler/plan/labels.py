"""Labels as plain values: what the server shows of one, and what a manifest's block makes of it.

A label's state: {"name", "color", "type", "attributes": {name: {"input_type", "values", "default_value", "mutable"}}},
and of a skeleton "sublabels": {name: {"type", "color", "attributes"}} and "svg". Everything goes by name, so that
states can be compared across servers and across ids; in the drawing, `data-label-name="a"` stands for the id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from reconciler.cvat.models import Attribute, Label
from reconciler.manifest.labels import AttributeBlock, LabelBlock, PartBlock
from reconciler.plan.steps import Image

SKELETON = "skeleton"
ATTRIBUTE_FIELDS = ("input_type", "values", "default_value", "mutable")


def label_state(label: Label) -> Image:
    """A label as it is."""
    state: Image = {
        "name": label.name,
        "color": (label.color or "").lower(),
        "type": label.type or "any",
        "attributes": _attributes_state(label.attributes or ()),
    }
    if label.type == SKELETON:
        state["sublabels"] = {part.name: _part_state(part) for part in label.sublabels or ()}
        state["svg"] = _drawing_by_name(label)
    return state


def wanted_label(name: str, block: LabelBlock, observed: Image | None, *, prune: bool = False) -> Image:
    """A label as its block wants it: what is written, over what is there.

    Args:
        name: what it is to be called.
        block: what is written.
        observed: its state; None when it is to be made. Then the server chooses the colours that are not written:
            they are in no state.
        prune: whether attributes go that the block does not describe. A block without `attributes` describes none
            of them, and none goes.
    """
    wanted: Image = {"name": name, "type": "any", "attributes": {}}
    wanted |= (observed or {}) | {"name": name}
    if block.type is not None:
        wanted["type"] = block.type
    if block.color is not None:
        wanted["color"] = block.color
    wanted["attributes"] = _wanted_attributes(block, table(wanted["attributes"]), prune=prune)
    if block.sublabels is not None:
        parts = table(wanted.get("sublabels"))
        wanted["sublabels"] = parts | {
            part: _wanted_part(one, table(parts.get(part)), is_new=part not in parts, prune=prune)
            for part, one in block.sublabels.items()
        }
    if block.svg is not None:
        wanted["svg"] = block.svg.strip()
    return wanted


def differences_of(observed: Image, wanted: Image) -> tuple[Image, Image]:
    """The parts in which a label is not as wanted, as it is and as it should be, with the name in both.

    Attributes and the parts of a skeleton are listed by name, an attribute always with all that it has. What is not
    there is None.
    """
    before, after = _differing(observed, wanted)
    return {"name": observed["name"]} | before, {"name": wanted["name"]} | after


def table(value: JsonValue) -> Image:
    """A part of a state that goes by name; nothing where there is none."""
    return value if isinstance(value, dict) else {}


def _attributes_state(attributes: Iterable[Attribute]) -> Image:
    return {one.name: _attribute_state(one) for one in attributes}


def _attribute_state(attribute: Attribute) -> Image:
    return {
        "input_type": attribute.input_type,
        "values": _values(attribute.values or ()),
        "default_value": attribute.default_value or "",
        "mutable": bool(attribute.mutable),
    }


def _values(values: Iterable[str]) -> list[JsonValue]:
    """The server strips values, and answers no values as one empty one (they are one text there, a line a value)."""
    stripped: list[JsonValue] = [value.strip() for value in values]
    return stripped if any(stripped) or len(stripped) > 1 else []


def _part_state(part: Label) -> Image:
    return {
        "type": part.type or "any",
        "color": (part.color or "").lower(),
        "attributes": _attributes_state(part.attributes or ()),
    }


def _drawing_by_name(label: Label) -> str:
    drawing = (label.svg or "").strip()
    for part in label.sublabels or ():
        drawing = drawing.replace(f'data-label-id="{part.id}"', f'data-label-name="{part.name}"')
    return drawing


def _wanted_part(block: PartBlock, observed: Image, *, is_new: bool, prune: bool) -> Image:
    wanted = dict(observed)
    if is_new or "type" in block.model_fields_set:
        wanted["type"] = block.type
    if block.color is not None:
        wanted["color"] = block.color
    wanted["attributes"] = _wanted_attributes(block, table(observed.get("attributes")), prune=prune)
    return wanted


def _wanted_attributes(block: LabelBlock | PartBlock, observed: Image, *, prune: bool) -> Image:
    kept = {} if prune and "attributes" in block.model_fields_set else observed
    return kept | {name: _wanted_attribute(one, observed.get(name)) for name, one in block.attributes.items()}


def _wanted_attribute(block: AttributeBlock, observed: JsonValue) -> Image:
    written: dict[str, JsonValue] = block.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if block.values is not None:
        written["values"] = _values(block.values)
    if block.default_value is not None:
        written["default_value"] = block.default_value.strip()
    if isinstance(observed, dict):
        return observed | written
    values = written.get("values", ["false"] if block.input_type == "checkbox" else [])
    first = values[0] if isinstance(values, list) and values else ""
    return {"input_type": None, "values": values, "default_value": first, "mutable": False} | written


def _differing(observed: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue]) -> tuple[Image, Image]:
    before: Image = {}
    after: Image = {}
    for key in dict.fromkeys([*wanted, *observed]):
        was, is_to_be = observed.get(key), wanted.get(key)
        if was == is_to_be:
            continue
        if key == "attributes":
            before[key], after[key] = _differing_names(table(was), table(is_to_be))
        elif key == "sublabels":
            before[key], after[key] = _differing_parts(table(was), table(is_to_be))
        else:
            before[key], after[key] = was, is_to_be
    return before, after


def _differing_names(observed: Image, wanted: Image) -> tuple[Image, Image]:
    names = [name for name in {**observed, **wanted} if observed.get(name) != wanted.get(name)]
    return {name: observed.get(name) for name in names}, {name: wanted.get(name) for name in names}


def _differing_parts(observed: Image, wanted: Image) -> tuple[Image, Image]:
    before, after = _differing_names(observed, wanted)
    for name in [name for name in before if before[name] is not None and after[name] is not None]:
        before[name], after[name] = _differing(table(before[name]), table(after[name]))
    return before, after
