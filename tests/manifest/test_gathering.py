from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load

TASK = "version: 1\ntasks: {{{0}: {{id: {1}, subset: x}}}}\n"


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(file: str, text: str) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(text)


def tasks(*sources: str, **environ: str) -> list[str]:
    return list(load(sources, environ=environ).manifest.tasks)


def problem(*sources: str) -> str:
    with pytest.raises(ManifestError) as caught:
        load(sources, environ={})
    return str(caught.value)


def test_a_folder_is_its_yaml_files_sorted() -> None:
    write("s/b.yml", TASK.format("b", 1))
    write("s/a.yaml", TASK.format("a", 2))
    write("s/.hidden.yaml", "[")
    write("s/notes.txt", "[")
    write("s/below/c.yaml", TASK.format("c", 3))
    assert tasks("s") == ["a", "b"]
    assert tasks("s/") == ["a", "b"]


def test_a_folder_without_any() -> None:
    write("s/below/c.yaml", TASK.format("c", 3))
    assert problem("s") == (
        "error: no *.yaml or *.yml file in the folder `s`\n"
        "    folders below it are not looked into: give them by name, or `include:` them"
    )


def test_standard_input() -> None:
    loaded = load(["-"], stdin=io.StringIO(TASK.format("a", 1)))
    assert list(loaded.manifest.tasks) == ["a"]
    assert str(loaded.locations.at("tasks", "a", "id")) == "-:2:17"


def test_standard_input_as_bytes_with_a_byte_order_mark() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + TASK.format("a", 1).encode()))
    assert str(load(["-"], stdin=stdin).locations.at("version")) == "-:1:10"


def test_includes_are_relative_to_the_including_file() -> None:
    write("states/main.yaml", "version: 1\ninclude: [../shared/one.yaml, more]\n")
    write("shared/one.yaml", "include: two.yaml\ntasks: {one: {id: 1, subset: x}}\n")
    write("shared/two.yaml", "tasks: {two: {id: 2, subset: x}}\n")
    write("states/more/three.yaml", "tasks: {three: {id: 3, subset: x}}\n")
    assert tasks("states/main.yaml") == ["one", "two", "three"]


def test_an_include_may_use_the_environment() -> None:
    write("main.yaml", 'version: 1\ninclude: "${env.SITE:-here}.yaml"\n')
    write("there.yaml", "tasks: {one: {id: 1, subset: x}}\n")
    assert tasks("main.yaml", SITE="there") == ["one"]


def test_a_file_is_read_once() -> None:
    write("s/a.yaml", "version: 1\ninclude: [b.yaml, ./b.yaml, ../s/c.yaml]\n")
    write("s/b.yaml", "tasks: {b: {id: 1, subset: x}}\n")
    Path("s/c.yaml").symlink_to("b.yaml")
    assert tasks("s", "s/a.yaml", "./s/b.yaml") == ["b"]


def test_each_file_that_is_given_needs_a_version() -> None:
    write("a.yaml", TASK.format("a", 1))
    write("b.yaml", "tasks: {b: {id: 2, subset: x}}\n")
    assert (
        problem("a.yaml", "b.yaml") == "b.yaml:1:1: error: no `version` in this file\n    add `version: 1` at the top"
    )


def test_every_file_that_cannot_be_read_is_reported() -> None:
    write("batch.yaml", TASK.format("a", 1))
    write("b.yaml", "a: [\n")
    said = problem("bach.yaml", "b.yaml", "no/where.yaml")
    assert "error: there is no file `bach.yaml`\n    did you mean `batch.yaml`?" in said
    assert "b.yaml:2:1: error: not valid YAML" in said
    assert "there is no file `no/where.yaml`" in said


def test_nothing_given() -> None:
    assert problem() == "error: no manifest is given\n    name a file, a folder, or - for standard input"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission() -> None:
    write("a.yaml", TASK.format("a", 1))
    Path("a.yaml").chmod(0)
    assert problem("a.yaml") == "error: cannot read `a.yaml`: Permission denied"


def test_a_name_with_control_characters_is_shown_escaped() -> None:
    write("\x1b[31m.yaml", "version: 3\n")
    assert "\x1b" not in problem("\x1b[31m.yaml")
    assert problem("\x1b[31m.yaml").startswith("\\x1b[31m.yaml:1:10: error")
    assert "\x1b" not in problem("\x1b[32m.yaml")


def test_several_documents_are_one_manifest() -> None:
    write("a.yaml", TASK.format("a", 1) + "---\ntasks: {b: {id: 2, subset: x}}\n---\n")
    assert tasks("a.yaml") == ["a", "b"]
