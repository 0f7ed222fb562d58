"""The attributes of a label: added, changed and, on newer servers, removed, but never so that values break."""

from __future__ import annotations

from reconciler.sandbox.answers import crash, invalid, refuse
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store

_ORDER = ("id", "name", "mutable", "input_type", "default_value", "values")


def set_attributes(store: Store, label: Doc, specs: list[Doc], *, guarded: bool = False) -> set[int]:
    """Change a label's attributes; give the ids of those that were removed.

    ``guarded``: attributes marked as deleted go, and changes that existing values do not survive are refused (CVAT's
    pull requests 10596 and 10601). Other servers take any change, and know no such mark.
    """
    gone = [spec for spec in specs if guarded and spec.get("deleted")]
    kept = [spec for spec in specs if spec not in gone]
    names = [spec.get("name") for spec in kept]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"Duplicate attribute with name '{name}' exists")
    removed = {int(_known(label, spec)["id"]) for spec in gone}
    label["attributes"] = [known for known in label["attributes"] if known["id"] not in removed]
    for spec in kept:
        _set(store, label, spec, guarded=guarded)
    return removed


def _known(label: Doc, spec: Doc) -> Doc:
    if spec.get("id") is None:
        raise invalid("Deleted attribute must have an ID")  # our words
    known: Doc | None = next((old for old in label["attributes"] if old["id"] == spec["id"]), None)
    if known is None:
        raise refuse(404, {"detail": f"Attribute with id #{spec['id']} does not exist"})
    return known


def _set(store: Store, label: Doc, spec: Doc, *, guarded: bool) -> None:
    if spec.get("id") is None:
        known = next((old for old in label["attributes"] if old["name"] == spec["name"]), None)
    else:
        known = _known(label, spec)
    if known is None:
        changed = {"default_value": "", **spec, "id": store.next_id("attributes")}
    else:
        changed = {**known, **{name: spec[name] for name in _ORDER if name != "id" and name in spec}}
        if guarded:
            _require_safe(known, changed)
        # A changed attribute moves to the end of the list (recorded from CVAT 2.54.1).
        label["attributes"].remove(known)
    if any(other["name"] == changed["name"] for other in label["attributes"]):
        raise crash()  # the database takes each name but once
    label["attributes"].append({name: changed[name] for name in _ORDER})


def _require_safe(known: Doc, changed: Doc) -> None:
    """Refuse what the values that annotations have would not survive: a 400 as of CVAT, in words of ours."""
    name, kind = known["name"], known["input_type"]
    for field in ("mutable", "input_type"):
        if changed[field] != known[field]:
            raise invalid(f"Attribute '{name}': '{field}' of an existing attribute cannot be changed")
    if kind == "number" and changed["values"] != known["values"]:
        raise invalid(f"Attribute '{name}': 'values' of an existing number attribute cannot be changed")
    if kind in ("select", "radio") and not set(known["values"]) <= set(changed["values"]):
        raise invalid(f"Attribute '{name}': existing 'values' must be preserved")
    if changed["default_value"] != known["default_value"] and not _is_valid(changed):
        raise invalid(f"Attribute '{name}': invalid 'default_value' {changed['default_value']!r}")


def _is_valid(attribute: Doc) -> bool:
    value, values = str(attribute["default_value"]), attribute["values"]
    match attribute["input_type"]:
        case "select" | "radio":
            return value in values
        case "checkbox":
            return value in ("true", "false")
        case "number":
            try:
                least, most, _ = (float(bound) for bound in values)
                return least <= float(value) <= most
            except ValueError:
                return False
        case _:
            return True
