from __future__ import annotations

import json
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from reconciler.errors import ManifestError
from reconciler.manifest import Manifest, from_document, load

from .strategies import manifests

CASES = Path(__file__).parent / "cases"
VALID = CASES / "valid" / "manifest.yaml"


def loaded(text: str, folder: Path) -> Any:
    (folder / "m.yaml").write_text(text, encoding="utf-8")
    return load([folder / "m.yaml"], environ={})


def test_the_document_gives_the_manifest_back() -> None:
    whole = load([VALID], environ={})
    assert Manifest.model_validate(whole.document) == whole.manifest
    assert json.loads(json.dumps(whole.document)) == whole.document


def test_a_manifest_from_its_document_is_the_same() -> None:
    whole = load([VALID], environ={})
    again = from_document(whole.document, whole.sources)
    assert (again.manifest, again.digest, again.document) == (whole.manifest, whole.digest, whole.document)
    assert again.locations.at("tasks") is None


def test_what_is_written_is_known_after_the_round_trip() -> None:
    again = from_document(load([VALID], environ={}).document)
    assert again.manifest.rules["tidy"].set.model_fields_set == {"subset", "bug_tracker", "assignee"}


def test_a_spoilt_document_is_refused() -> None:
    with pytest.raises(ManifestError, match="unknown key `asignee`"):
        from_document({"version": 1, "tasks": {"a": {"id": 1, "asignee": "x"}}})
    with pytest.raises(ManifestError, match="on one block"):
        from_document({"version": 1, "tasks": {"a": {"id": 1, "status": "completed", "jobs": {"state": "new"}}}})


def test_formatting_does_not_change_the_digest(tmp_path: Path) -> None:
    one = loaded("version: 1\nrules: {r: {select: {id: 1}, set: {subset: null, assignee: a}}}\n", tmp_path)
    other = loaded(
        '# why\nrules:\n  r:\n    set: {assignee: "a", subset: ""}\n    select:\n      id: [1]\nversion: 1\n', tmp_path
    )
    assert one.digest == other.digest
    assert one.digest.startswith("sha256:")


def test_content_changes_the_digest(tmp_path: Path) -> None:
    one = loaded("version: 1\ntasks: {a: {id: 1, assignee: null}}\n", tmp_path)
    other = loaded("version: 1\ntasks: {a: {id: 1, assignee: bob}}\n", tmp_path)
    assert one.digest != other.digest


def test_the_digest_covers_what_variables_stand_for(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("version: 1\ntasks:\n  a: {id: 1, assignee: '${env.WHO}'}\n")
    digests = {load([tmp_path / "m.yaml"], environ={"WHO": who}).digest for who in ("alice", "bob")}
    assert len(digests) == 2


def test_numbers_may_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("version: 1\ntasks:\n  a: {id: '${env.TASK}', assignee: x}\n")
    assert load([tmp_path / "m.yaml"], environ={"TASK": "42"}).manifest.tasks["a"].id == 42


def test_sections_may_be_empty(tmp_path: Path) -> None:
    assert loaded("version: 1\ntasks:\nrules:\nvars:\nprojects:\n", tmp_path).manifest == Manifest(version=1)


def test_sources_are_kept_as_given(tmp_path: Path) -> None:
    assert loaded("version: 1\n", tmp_path).sources == (str(tmp_path / "m.yaml"),)


def test_problems_of_all_kinds_come_together_in_order(tmp_path: Path) -> None:
    text = """\
version: 1
tasks:
  a: {id: 1, subset: "${vars.x}"}
  b: {id: 2, asignee: x}
  c: {id: 3, subset: a}
  d: {id: 3, subset: b}
  e: {id: yes}
rules:
  r: {select: {status: completed}, set: {status: annotation}}
"""
    with pytest.raises(ManifestError) as caught:
        loaded(text, tmp_path)
    assert [problem.where.line for problem in caught.value.problems if problem.where] == [3, 4, 6, 7, 9]


def written(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True).replace("${", "$${")


@settings(deadline=None)
@given(manifests)
def test_every_manifest_survives_its_document(content: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = loaded(written({"version": 1, **content}), Path(folder))
    again = from_document(json.loads(json.dumps(whole.document)))
    assert (again.manifest, again.digest) == (whole.manifest, whole.digest)


@settings(deadline=None)
@given(manifests)
def test_the_order_of_files_does_not_matter(content: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [{section: {key: block}} for section, blocks in content.items() for key, block in blocks.items()][:3]
        for index, part in enumerate(parts):
            (folder / f"{index}.yaml").write_text(written({"version": 1, **part}), encoding="utf-8")
        files = [folder / f"{index}.yaml" for index in range(len(parts))]
        results = [load(order, environ={}) for order in permutations(files) if order]
    assert len({result.digest for result in results}) <= 1
    assert all(result.manifest == results[0].manifest for result in results)


def test_ten_thousand_tasks(tmp_path: Path) -> None:
    tasks = "".join(f"  t{n}: {{id: {n}, assignee: alice, jobs: {{stage: annotation}}}}\n" for n in range(1, 10_001))
    assert len(loaded(f"version: 1\ntasks:\n{tasks}", tmp_path).manifest.tasks) == 10_000
