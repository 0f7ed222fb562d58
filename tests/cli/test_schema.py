"""`reconciler schema`."""

from __future__ import annotations

import json

import jsonschema

from .conftest import Command


def test_it_is_a_json_schema(reconciler: Command) -> None:
    said = reconciler("schema")
    assert (said.code, said.err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(said.out))
