"""The format as JSON Schema, for editors: completion, hover texts, red underlines while typing.

With the schema saved beside it (`reconciler schema > manifest.schema.json`), a manifest that begins with the line
`# yaml-language-server: $schema=manifest.schema.json` is completed and checked by editors with a YAML language server.

The schema describes the YAML as people write it, so it is wider than the models: a `${variable}` may stand for any
value, and the short forms (`project: street`, `size: 100`, `guide: text`, `source_storage: local`) are allowed. What it
cannot say is checked by `load`.
"""

from __future__ import annotations

from typing import Any

from reconciler.manifest import models
from reconciler.manifest.merging import NAMED_SECTIONS
from reconciler.manifest.models import Block, Manifest

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT_A_VALUE = ("title", "description", "default", "examples")
_VARIABLE: Schema = {
    "title": "Variable",
    "description": "`${env.NAME}`, `${env.NAME:-default}` or `${vars.name}`; `$${` for the characters themselves.",
    "type": "string",
    "pattern": r"\$\{",
    "examples": ["${env.REVIEWER:-alice}"],
}
_SHORT_FORMS: dict[str, Schema] = {
    "ProjectRef": {"type": "string", "minLength": 1},
    "SizeRange": {"type": "integer", "minimum": 0},
    "PriorityRange": {"type": "integer", "minimum": 0},
    "GuideBlock": {"type": "string", "minLength": 1},
    "StorageBlock": {"const": "local"},
    "Assignees": {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        ]
    },
    "LabelBlock": {"type": "null"},
    "AttributeBlock": {"type": "null"},
    "PartBlock": {"type": "null"},
}
_VARS: Schema = {
    "title": "Vars",
    "description": "Values to use elsewhere as `${vars.name}`; they may use the environment and each other.",
    "anyOf": [{"type": "object"}, {"type": "null"}],
    "examples": [{"reviewer": "${env.REVIEWER:-alice}"}],
}
_INCLUDE: Schema = {
    "title": "Include",
    "description": "More files or folders, relative to this file. They need no `version` of their own.",
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string", "minLength": 1}}],
    "examples": [["shared/team.yaml"]],
}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a manifest file."""
    whole = Manifest.model_json_schema(by_alias=True)
    definitions = {name: _definition(name, block) for name, block in whole.pop("$defs").items()}
    body = _definition("Manifest", whole)
    version = {
        **whole["properties"]["version"],
        "description": "The format's version; every file that is given needs it.",
    }
    sections = {key: _or_null(body["properties"][key]) for key in NAMED_SECTIONS if key in body["properties"]}
    properties = {**body["properties"], **sections, "version": version, "vars": _VARS, "include": _INCLUDE}
    body.pop("required", None)  # an included file needs no version
    return {
        "$schema": DIALECT,
        **body,
        "title": "cvat-reconciler manifest",
        "properties": properties,
        "$defs": {**definitions, "Variable": _VARIABLE},
    }


def _definition(name: str, block: Schema) -> Schema:
    """One block as people may write it."""
    properties = {key: _or_variable(value) for key, value in block["properties"].items()}
    widened = {**block, "title": _title(name), "properties": properties}
    short = _SHORT_FORMS.get(name)
    if short is None:
        return widened
    about = {key: widened.pop(key) for key in _ABOUT_A_VALUE if key in widened}
    return {**about, "anyOf": [short, widened]}


def _title(name: str) -> str:
    block = getattr(models, name, None)
    called = block.called if isinstance(block, type) and issubclass(block, Block) else name
    return called[0].upper() + called[1:]


def _or_variable(value: Schema) -> Schema:
    """The same value, or a variable; also for what a list or mapping of names holds."""
    about = {key: value[key] for key in _ABOUT_A_VALUE if value.get(key) and not isinstance(value[key], dict)}
    kinds = [_with_variables_inside(kind) for kind in _kinds(value)]
    return {**about, "anyOf": [*kinds, {"$ref": "#/$defs/Variable"}]}


def _kinds(value: Schema) -> list[Schema]:
    """The alternatives of a value, at least one."""
    bare = {key: part for key, part in value.items() if key not in _ABOUT_A_VALUE}
    return list(bare["anyOf"]) if set(bare) == {"anyOf"} else [bare]


def _with_variables_inside(kind: Schema) -> Schema:
    widened = dict(kind)
    for key in ("items", "additionalProperties"):
        if isinstance(kind.get(key), dict):
            widened[key] = _or_variable(kind[key])
    if "patternProperties" in kind:
        widened["patternProperties"] = {key: _or_variable(part) for key, part in kind["patternProperties"].items()}
        widened["additionalProperties"] = False
    return widened


def _or_null(section: Schema) -> Schema:
    """A section may be left empty: everything in it commented out."""
    return {**section, "anyOf": [*section["anyOf"], {"type": "null"}]}
