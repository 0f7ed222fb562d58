"""What does not fit the format, in plain words: one problem for each thing that a person has to change."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from reconciler.errors import Problem
from reconciler.manifest.format_tree import allowed_words, block_at, keys_of, named_in
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import (
    AnnotationsBlock,
    Assignees,
    Block,
    DataBlock,
    GuideBlock,
    PriorityRange,
    ProjectRef,
    SizeRange,
    StorageBlock,
    TaskBlock,
    TaskFields,
)
from reconciler.manifest.nodes import Items, Node, Scalar, Table
from reconciler.manifest.wording import closest, did_you_mean, either, quoted

Path = tuple[str | int, ...]

_SYNONYMS = {
    "done": "completed",
    "finished": "completed",
    "accepted": "acceptance",
    "review": "validation",
    "deleted": "absent",
    "gone": "absent",
    "box": "rectangle",
    "bbox": "rectangle",
    "line": "polyline",
    "point": "points",
    "boolean": "checkbox",
    "bool": "checkbox",
    "dropdown": "select",
    "integer": "number",
    "string": "text",
}
_SHORT_FORMS: dict[type[Block], tuple[str, str | None]] = {
    Assignees: ("a list of usernames, or {role: worker}", None),
    PriorityRange: ("a number, or {max: 2}", None),
    SizeRange: ("a number of frames, or {min: 1, max: 9}", None),
    ProjectRef: ("a key or a name", "quote it if it is one; an id is written {id: 17}"),
    GuideBlock: ("the guide's text, or {file: guides/street.md}", "quote it if it is the text"),
    StorageBlock: ("`local`, or {cloud_storage: 5}", None),
    AnnotationsBlock: ("a mapping, such as {file: labels.json}", None),
    DataBlock: ("a mapping, such as {files: [images/*.jpg]}", None),
}
_NAMED = {
    "projects": "the project",
    "tasks": "the task",
    "rules": "the rule",
    "labels": "the label",
    "sublabels": "the sublabel",
    "attributes": "the attribute",
    "move_labels": "the label in place of",
    "weights": "the weight of",
}
_INSTEAD_OF_NULL: dict[str | None, str] = {
    "color": 'a # that is not quoted begins a comment: write "#ff0000", or leave it out to leave it alone',
    "source_storage": "write `local` for the server's own disk, or leave it out to leave it alone",
    "target_storage": "write `local` for the server's own disk, or leave it out to leave it alone",
    "data": "what a task is made of cannot be taken away; leave it out to leave it alone",
    "annotations": "leave it out to leave them alone",
}


def explained(error: ValidationError, locations: Locations) -> list[Problem]:
    """The problems behind a validation error, each once."""
    details = error.errors(include_url=False)
    excused = {tuple(detail["loc"][:-1]) for detail in details if _excuses_a_missing_key(detail)}
    problems: dict[Problem, None] = {}
    for detail in details:
        if detail["type"] == "missing" and tuple(detail["loc"][:-1]) in excused:
            continue
        node = locations.nearest(*detail["loc"])
        if not (isinstance(node, Scalar) and node.spoilt):
            problems[_problem(detail, locations)] = None
    return list(problems)


def _excuses_a_missing_key(detail: Any) -> bool:
    """A key that is missing because it is misspelt is reported once."""
    if detail["type"] != "extra_forbidden":
        return False
    block, key = block_at(detail["loc"][:-1]), str(detail["loc"][-1])
    return closest(key, keys_of(block)) is not None


def _problem(detail: Any, locations: Locations) -> Problem:
    path = _as_written(tuple(detail["loc"]), locations)
    kind: str = detail["type"]
    if kind == "extra_forbidden":
        what, hint = _unknown_key(block_at(path[:-1]), str(path[-1]))
        return Problem(what, locations.key(*path), hint)
    if path and path[-1] == "[key]":
        what, hint = _bad_key(detail, path[:-1])
        return Problem(what, locations.key(*path[:-1]), hint)
    if kind == "missing":
        what = f"{_called(block_at(path[:-1]))} needs {quoted(str(path[-1]))}"
        return Problem(what, locations.at(*path[:-1]), None)
    what, hint = _bad_value(detail, path, locations.node(*path) or locations.nearest(*path))
    return Problem(what, locations.at(*path), hint)


def _as_written(path: Path, locations: Locations) -> Path:
    """`priority: 1` is {min: 1, max: 1}, and whoever wrote it is told of `priority`, once."""
    short = path and block_at(path[:-1]) in (PriorityRange, SizeRange) and locations.node(*path) is None
    return path[:-1] if short and isinstance(locations.node(*path[:-1]), Scalar) else path


def _unknown_key(block: type[Block], key: str) -> tuple[str, str | None]:
    if block is TaskFields and key == "name":
        return (
            "a rule cannot set `name`: all its tasks would get the same one",
            "rename tasks one by one, under `tasks`",
        )
    if block is TaskFields and key in keys_of(TaskBlock):
        return f"a rule cannot set {quoted(key)}", "write it at each task, under `tasks`"
    hint = did_you_mean(key, keys_of(block)) or f"known are {', '.join(keys_of(block))}"
    return f"unknown key {quoted(key)} in {_called(block)}", hint


def _bad_key(detail: Any, path: Path) -> tuple[str, str | None]:
    key, section = str(path[-1]), str(path[-2])
    if section not in ("projects", "tasks", "rules"):
        return _bad_name(detail, key, "an attribute" if section == "attributes" else "a label")
    if len(key) > 128:
        return f"the key {quoted(key)} is longer than 128 characters", "shorten it, and give the name as `name:`"
    return (
        f"{quoted(key)} cannot be a key: letters, digits, `_`, `.` and `-` only, and no sign at the front",
        "choose a short key, and give the name as `name:`",
    )


def _bad_name(detail: Any, name: str, whose: str) -> tuple[str, str | None]:
    """A label or an attribute is its own key."""
    if detail["type"] == "complaint":
        return f"{quoted(name)}: {detail['ctx']['what']}", detail["ctx"].get("hint")
    if detail["type"] == "string_too_long":
        return f"{quoted(name)} is longer than the {detail['ctx']['max_length']} characters of {whose}'s name", None
    return f"{whose}'s name cannot be empty", None


def _bad_value(detail: Any, path: Path, node: Node | None) -> tuple[str, str | None]:
    field, shown = _called_there(path), _shown(node, detail["input"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "complaint":
            return _complaint(context, node)
        case "null":
            key = None if named_in(path) else _field(path)
            return f"{field} cannot be null", _INSTEAD_OF_NULL.get(key, "leave it out to leave it alone")
        case "literal_error":
            return _not_a_word(field, path, detail["input"], node)
        case "string_type":
            return _not_text(field, shown, detail["input"])
        case "model_type" if short := _SHORT_FORMS.get(block_at(path)):
            return f"{field} is {short[0]}, not {shown}", short[1]
        case "int_type" | "int_parsing" | "int_from_float":
            return f"{field} is a whole number, not {shown}", None
        case "float_type" | "float_parsing" | "finite_number":
            return f"{field} is a number, not {shown}", None
        case "bool_type":
            return f"{field} is true or false, not {shown}", None
        case "greater_than":
            return f"{field} is more than {_number(context['gt'])}, not {shown}", None
        case "greater_than_equal":
            return f"{field} is at least {_number(context['ge'])}, not {shown}", None
        case "less_than_equal":
            return f"{field} is at most {_number(context['le'])}, not {shown}", None
        case "string_too_long":
            return f"{field} is longer than CVAT's {context['max_length']} characters: {shown}", None
        case "string_too_short":
            return f"{field} cannot be empty", None
        case "string_pattern_mismatch":
            return f"{field} is {shown}; frames are written `0-99` or `7`", None
        case "tuple_type" | "list_type":
            return f"{field} is a list, not {shown}", "begin each item with `- `, or write [a, b]"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{field} is a mapping (`key: value`), not {shown}", None
        case _:
            return f"{field} does not fit: {detail['msg']}", None


def _complaint(context: dict[str, Any], node: Node | None) -> tuple[str, str | None]:
    what = str(context["what"])
    if isinstance(node, Scalar) and what.startswith("this "):
        what = f"{quoted(node.written)}: {what}"
    return what, context.get("hint")


def _not_a_word(field: str, path: Path, value: object, node: Node | None) -> tuple[str, str | None]:
    words = allowed_words(path)
    if value is None:
        return f"{field} cannot be null; it is {either(words)}", "leave it out to leave it alone"
    written = node.written if isinstance(node, Scalar) else None
    meant = None
    if isinstance(value, str) and written == value:
        synonym = _SYNONYMS.get(value.strip().lower())
        meant = f"did you mean `{synonym}`?" if synonym in words else did_you_mean(value, words)
    return f"{field} is {_shown(node, value)}; it can be {either(words)}", meant


def _not_text(field: str, shown: str, value: object) -> tuple[str, str | None]:
    if value is None:
        return f"{field} cannot be null", None
    if isinstance(value, bool | int | float):
        kind = "true or false" if isinstance(value, bool) else "a number"
        if "${" in shown:
            return f"{field} is text, but {shown} is {kind}", "quote the variable's value where it is defined"
        return f"{field} is text, but YAML reads {shown} as {kind}", f'quote it: "{shown.strip("`")}"'
    return f"{field} is text, not {shown}", None


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1_000_000 else str(value)


def _called_there(path: Path) -> str:
    """What a value is called: by its key, and by what it is where somebody else made that key up."""
    name, mapping = quoted(_field(path)), named_in(path)
    return f"{_NAMED[mapping]} {name}" if mapping in _NAMED else name


def _field(path: Path) -> str:
    """The last name in the path."""
    names = [str(part) for part in path if isinstance(part, str)]
    return names[-1] if names else "manifest"


def _shown(node: Node | None, value: object) -> str:
    """What is written there."""
    match node:
        case Table():
            return "a mapping"
        case Items():
            return "a list"
        case Scalar(written="" | "~" | "null", value=None):
            return "null"
        case Scalar(written=written):
            return quoted(written)
        case _:
            return quoted(str(value))


def _called(block: type[Block]) -> str:
    return block.called
