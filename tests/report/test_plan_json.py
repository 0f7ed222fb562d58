from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.plan.model import Plan, SavedPlan
from reconciler.report.plan_json import plan_document, plan_json, plan_schema

from .plans import reopening

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("cases/*.plan.json"))
DOC = (HERE.parent.parent / "docs" / "plan-format.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_every_plan_follows_the_schema_and_comes_back(path: Path) -> None:
    plan = Plan.model_validate_json(path.read_text(encoding="utf-8"))
    document = json.loads(plan_json(plan))
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    assert document["format"] == "reconciler.plan/1"
    assert Plan.model_validate(document["plan"]) == plan


def test_a_saved_plan_is_the_same_document_with_more() -> None:
    plan = reopening(1)
    saved = SavedPlan(id="p-1", created="2026-11-22T15:55:01Z", tool="0.1.0", digest="sha256:1", plan=plan)
    jsonschema.Draft202012Validator(plan_schema()).validate(plan_document(saved))
    assert plan_document(saved)["plan"] == plan_document(plan)["plan"]


def test_the_text_is_ascii_and_stable() -> None:
    plan = Plan.model_validate_json((HERE / "cases" / "hostile.plan.json").read_text(encoding="utf-8"))
    assert plan_json(plan).isascii()
    assert plan_json(plan) == plan_json(plan)


def test_the_schema_itself_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())


def properties(schema: dict[str, Any]) -> dict[str, set[str]]:
    own = {"SavedPlan": set(schema["properties"])}
    return own | {name: set(part["properties"]) for name, part in schema["$defs"].items() if "properties" in part}


PARTS = properties(plan_schema())


@pytest.mark.parametrize("part", PARTS)
def test_every_field_is_documented(part: str) -> None:
    """Each part of the schema has a section headed by its name, with a row for each field."""
    section = re.search(rf"^##+ [^\n]*\({part}\)\n(.*?)(?=^##|\Z)", DOC, re.MULTILINE | re.DOTALL)
    assert section, f"docs/plan-format.md has no section ({part})"
    assert set(re.findall(r"^\| `([^`]+)` \|", section[1], re.MULTILINE)) == PARTS[part]


def test_the_example_in_the_documentation_is_true() -> None:
    example = re.search(r"```json\n(.*?)```", DOC, re.DOTALL)
    assert example
    document = json.loads(example[1])
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    Plan.model_validate(document["plan"])
