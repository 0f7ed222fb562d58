"""Every example in docs/manifest.md is what the format allows."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.manifest.schema import schema

DOCS = Path(__file__).parents[2] / "docs" / "manifest.md"
VALIDATOR = Draft202012Validator(schema())
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", DOCS.read_text(encoding="utf-8") if DOCS.exists() else "", re.M | re.S)
IN_A_PROJECT = {"labels", "guide"}
IN_A_TASK = {"data", "annotations"}
SECTIONS = {"version", "projects", "tasks", "rules"}


@pytest.mark.skipif(not EXAMPLES, reason="the documentation is not here")
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_fits_the_format(number: int) -> None:
    text = textwrap.dedent(EXAMPLES[number]).replace("{…}", "{}")  # what is left out there
    content = _whole(json.loads(json.dumps(yaml.safe_load(text), default=str)))
    assert [complaint.message for complaint in VALIDATOR.iter_errors(content)] == []


def _whole(part: dict[str, Any]) -> dict[str, Any]:
    """A manifest around an example that shows only a part of one."""
    if part.keys() & SECTIONS:
        return {"version": 1, **part}
    if part.keys() <= IN_A_PROJECT:
        return {"version": 1, "projects": {"a": part}}
    if part.keys() <= IN_A_TASK:
        return {"version": 1, "tasks": {"a": part}}
    is_label = any("sublabels" in value for value in part.values())
    return {"version": 1, "projects": {"a": {"labels": part}}} if is_label else {"version": 1, "tasks": part}
