"""The fields of a step as they read best: `attribute make select (other, acme)` instead of a JSON object."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from rich.text import Text

from reconciler.plan.model import Action, FieldChange
from reconciler.plan.steps import Step
from reconciler.report.layout import styled
from reconciler.report.wording import value

_GOES_WITHOUT_SAYING = frozenset({"data", "jobs", "annotations", "markdown"})


def step_chunks(step: Step) -> list[Text]:
    """One chunk a field, so that none is cut in two."""
    chunks = [_chunk(field, step.action) for field in step.fields]
    return [chunk + Text("," if index + 1 < len(chunks) else "") for index, chunk in enumerate(chunks)]


def _chunk(field: FieldChange, action: Action) -> Text:
    name, last = _name(field.path), field.path[-1]
    chunk = styled(f"{name} ") if name else Text()
    if action is not Action.CREATE and not (action is Action.UPDATE and _is_new(field)):
        chunk += styled(_value(last, field.before), "red")
    if action is Action.UPDATE and not _is_new(field):
        chunk += styled(" → ", "dim")
    if action is not Action.DELETE:
        chunk += styled(_value(last, field.after), "green")
    return chunk


def _name(path: tuple[str, ...]) -> str:
    if path[0] == "attributes" and len(path) > 1:
        return f"attribute {path[1]}"
    if path[0] == "sublabels" and len(path) > 1:
        return f"part {path[1]}"
    return ".".join(path[1:] if path[0] in _GOES_WITHOUT_SAYING else path)


def _is_new(field: FieldChange) -> bool:
    """An attribute or part that the label has not yet: there is nothing to tell of before."""
    return field.before is None and isinstance(field.after, dict)


def _value(name: str, content: JsonValue) -> str:
    if isinstance(content, dict) and "input_type" in content:
        return _attribute(content)
    if isinstance(content, dict) and content.get("location") == "cloud_storage":
        return f"cloud storage {content.get('cloud_storage_id')}"
    if isinstance(content, list) and all(isinstance(one, str) for one in content):
        return f"({', '.join(value(name, one) for one in content)})"
    if isinstance(content, str) and name in _GOES_WITHOUT_SAYING:
        return content  # our own words, not a value that somebody chose
    return value(name, content)


def _attribute(spec: Mapping[str, JsonValue]) -> str:
    """`select (other, acme); default acme; mutable`."""
    parts = [f"{spec['input_type']} {_value('values', spec.get('values') or [])}"]
    if spec.get("default_value") not in (None, "", *(_values(spec)[:1])):
        parts.append(f"default {value('default_value', spec['default_value'])}")
    parts += ["mutable"] if spec.get("mutable") else []
    return "; ".join(parts).replace(" ()", "")


def _values(spec: Mapping[str, JsonValue]) -> list[JsonValue]:
    values = spec.get("values")
    return values if isinstance(values, list) else []
