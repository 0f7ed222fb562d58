from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from reconciler.cli.schema import schema as print_schema
from reconciler.manifest.schema import schema

from .strategies import manifests

CASES = Path(__file__).parent / "cases"
VALIDATOR = Draft202012Validator(schema())


def complaints(content: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(content)]


def task(**fields: object) -> dict[str, Any]:
    return {"version": 1, "tasks": {"a": fields}}


def project(**fields: object) -> dict[str, Any]:
    return {"version": 1, "projects": {"a": fields}}


def rule(**conditions: object) -> dict[str, Any]:
    return {"version": 1, "rules": {"r": {"select": conditions, "set": {"assignee": None}}}}


def share(**assign: object) -> dict[str, Any]:
    return {"version": 1, "rules": {"r": {"select": {"project": "a"}, "assign": assign}}}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_it_accepts_everything_that_is_managed() -> None:
    text = (CASES / "valid" / "manifest.yaml").read_text(encoding="utf-8")
    assert complaints(_as_editors_read(text)) == []


def _as_editors_read(text: str) -> object:
    """Editors read YAML 1.2: dates are text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@settings(deadline=None)
@given(manifests)
def test_it_accepts_what_the_loader_accepts(content: dict[str, Any]) -> None:
    assert complaints({"version": 1, **content}) == []


@pytest.mark.parametrize(
    "content",
    [
        task(
            id="${env.ID}", status="${vars.s}", jobs="${vars.jobs}", job_overrides=["${vars.o}"], lifecycle="${vars.l}"
        ),
        task(project="street", assignee=None, subset=None),
        task(project={"id": 17}, job_overrides=[{"frames": 7, "assignee": None}]),
        rule(project=["a", {"name": "b"}], size=4, owner=None, id="${vars.ids}"),
        rule(size={"max": 4}, status=["completed", "${vars.s}"], created={"after": "2026-01-01"}, subset=[None, "x"]),
        project(guide="Mark every car.", source_storage="local", target_storage={"cloud_storage": 5}),
        project(guide=None, labels={"car": None, "van": {"attributes": {"a": None, "b": {"values": [1, True, "x"]}}}}),
        project(guide={"file": "a.md"}, prune={"labels": True}, lifecycle="${vars.kept}", ensure="absent"),
        project(prune={"labels": "${env.PRUNE}"}, labels="${vars.labels}"),
        task(data={"files": ["a/*.jpg", "${vars.more}"], "jobs": [["1.jpg"]], "validation": {"mode": "gt"}}),
        task(data={"share": ["a/"], "use_cache": True, "image_quality": "${env.Q:-80}"}, replace=True),
        task(annotations={"file": "a.json"}, move_labels={"car": "vehicle"}, guide="Text"),
        share(to=["alice", "${vars.b}"], weights={"alice": 2, "${vars.b}": "${vars.w}"}, strategy="round-robin"),
        share(to="alice", max_per_person=4, only_unassigned=True),
        share(to={"role": ["worker", "supervisor"]}, by="task"),
        share(to={"users": ["bob"]}, stage="validation", exclude_previous=True),
        {"version": 1, "tasks": None, "vars": {"a": [1]}, "include": "x.yaml"},
        {"include": ["a.yaml"]},
    ],
)
def test_it_accepts(content: object) -> None:
    assert complaints(content) == []


@pytest.mark.parametrize(
    "content",
    [
        task(asignee="x"),
        task(status="complete"),
        task(owner=None),
        task(id=0),
        task(id=True),
        task(project={"id": 1, "name": "x"}),
        task(job_overrides=[{"assignee": "x"}]),
        task(job_overrides=[{"frames": "1", "job": 2, "assignee": "x"}]),
        task(ensure="gone"),
        task(data={"files": ["a"], "sorting": "by-name"}),
        task(data={"files": "a"}),
        task(data={"files": ["a"], "validation": {"select": "manual"}}),
        task(annotations={"format": "COCO 1.0"}),
        task(annotations="labels.json"),
        task(source_storage="cloud"),
        task(replace="yes"),
        project(guide={}),
        project(guide={"text": "a", "file": "b"}),
        project(guide=5),
        project(labels=["car"]),
        project(labels={"": {}}),
        project(labels={"car": {"color": "red"}}),
        project(labels={"car": {"type": "bbox"}}),
        project(labels={"car": {"attributes": {"a": {"input_type": "bool"}}}}),
        project(source_storage=None),
        project(prune={"labels": 1}),
        project(status="completed"),
        share(),
        share(to=[]),
        share(to=[7]),
        share(to={"role": "boss"}),
        share(to={}),
        share(to=["a"], weights={"a": 0}),
        share(to=["a"], max_per_person=0),
        share(to=["a"], strategy="even"),
        rule(),
        rule(id=[]),
        rule(**{"not": {}}),
        {"version": 2},
        {"version": 1, "tasks": {"a b": {}}},
        {"version": 1, "rules": {"r": {"select": {"id": 1}}}},
        {"version": 1, "priority": 1},
    ],
)
def test_it_refuses(content: object) -> None:
    assert complaints(content) != []


def test_every_field_is_described() -> None:
    whole = schema()
    blocks = {"Manifest": whole, **whole["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, block in blocks.items()
        for part in [block, *block.get("anyOf", [])]
        for key, field in part.get("properties", {}).items()
        if not field.get("description")
    ]
    assert bare == []
    assert all(block.get("title") and block.get("description") for block in blocks.values())


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_schema()
    assert json.loads(capsys.readouterr().out) == schema()
