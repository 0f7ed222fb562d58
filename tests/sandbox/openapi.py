"""CVAT's own OpenAPI schema, as JSON Schemas that answers can be checked with."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, FormatChecker

SCHEMA = Path(__file__).parents[3] / "shared" / "cvat" / "openapi-2.54.1.yml"


@cache
def document() -> dict[str, Any]:
    with SCHEMA.open(encoding="utf-8") as file:
        loaded = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return cast("dict[str, Any]", _as_json_schema(loaded))


def _as_json_schema(node: Any) -> Any:
    """Write OpenAPI 3.0's ``nullable`` as JSON Schema does."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    read = {str(key): _as_json_schema(value) for key, value in node.items()}
    if read.pop("nullable", False) is True:
        return {"anyOf": [read, {"type": "null"}]}
    return read


def errors(method: str, path: str, status: int, body: Any) -> list[str]:
    """Tell in what an answer differs from what the schema says of its path."""
    operation = document()["paths"][path][method.lower()]
    content = operation["responses"][str(status)].get("content", {})
    schema = content.get("application/vnd.cvat+json", {}).get("schema")
    if schema is None:
        return [f"the schema knows no JSON for {method} {path} {status}"]
    whole = {**schema, "components": document()["components"]}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
