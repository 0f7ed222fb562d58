from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.manifest import Locations, load

TEXT = """\
version: 1
tasks:
  batch-001:
    id: 42
    assignee: alice
    jobs: {assignee: bob}
    job_overrides:
      - frames: 0-99
        assignee: carol
rules:
  r:
    select:
      project: street
      owner: [alice, bob]
    set: {jobs: {assignee: null}}
  s:
    select: {project: [street, {name: Night}], size: 7}
    set: {subset: x}
"""


@pytest.fixture
def locations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Locations:
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(TEXT)
    return load(["m.yaml"]).locations


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("tasks.batch-001.assignee", "5:15"),
        ("tasks.batch-001.jobs.assignee", "6:22"),
        ("tasks.batch-001.job_overrides.0.assignee", "9:19"),
        ("tasks.batch-001.job_overrides", "7:5"),
        ("tasks.batch-001", "3:3"),
        ("tasks", "2:1"),
        ("rules.r.select.project", "13:16"),
        ("rules.r.select.project.0", "13:16"),
        ("rules.r.select.project.0.key", "13:16"),
        ("rules.r.select.owner.1", "14:22"),
        ("rules.r.set.jobs.assignee", "15:28"),
        ("rules.s.select.project.1.name", "17:39"),
        ("rules.s.select.size.min", "17:54"),
    ],
)
def test_the_place_of_a_value(locations: Locations, path: str, place: str) -> None:
    assert str(locations.at(*path.split("."))) == f"m.yaml:{place}"


@pytest.mark.parametrize(
    ("path", "place"),
    [("tasks.batch-001.subset", "3:3"), ("tasks.nothing.here", "2:1"), ("settings.limits", "1:1"), ("", "1:1")],
)
def test_what_is_not_written_is_at_what_is_around_it(locations: Locations, path: str, place: str) -> None:
    assert str(locations.at(*path.split("."))) == f"m.yaml:{place}"


def test_numbers_serve_as_indices(locations: Locations) -> None:
    at = locations.at("tasks", "batch-001", "job_overrides", 0, "frames")
    assert at == locations.at("tasks", "batch-001", "job_overrides", "0", "frames")


def test_the_place_of_a_key(locations: Locations) -> None:
    assert str(locations.key("tasks", "batch-001", "assignee")) == "m.yaml:5:5"
    assert str(locations.key("tasks", "batch-001", "subset")) == "m.yaml:3:3"


def test_the_right_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("version: 1\ninclude: b.yaml\ntasks:\n  a: {id: 1, assignee: x}\n")
    Path("b.yaml").write_text("tasks: {b: {id: 2, assignee: y}}\n")
    locations = load(["a.yaml"]).locations
    assert str(locations.at("tasks", "a", "assignee")) == "a.yaml:4:24"
    assert str(locations.at("tasks", "b", "assignee")) == "b.yaml:1:30"


def test_a_value_from_a_variable_is_where_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text("version: 1\nvars: {who: alice}\ntasks:\n  a:\n    id: 1\n    assignee: ${vars.who}\n")
    assert str(load(["m.yaml"]).locations.at("tasks", "a", "assignee")) == "m.yaml:6:15"


def test_without_files_nothing_has_a_place() -> None:
    assert Locations().at("tasks", "a") is None
    assert Locations().key("tasks", "a") is None
