"""Another format, or none, for names that this tool gave: whatever manifest says it, and however that is spelled."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from reconciler import operations
from reconciler.history.model import RunStatus
from reconciler.manifest.loading import load
from reconciler.plan.model import Plan

from .desk import Desk
from .test_priorities import BY_RULE, FORMAT, OTHERWISE, manifest, named

NONE = "settings: {priority: null}\n"
SILENT = manifest(settings="", tasks="  batch-3: {project: {name: Street}, subset: Test}\n")


@pytest.fixture(autouse=True)
def _inside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    Path("states").mkdir()
    Path("other.yaml").write_text('version: 1\nrules: {all: {select: {name: "*-4"}, set: {subset: Val}}}\n')


def plan(desk: Desk, *sources: str, stdin: str | None = None) -> Plan:
    loaded = load(sources, environ={}, stdin=None if stdin is None else io.StringIO(stdin))
    return operations.plan(loaded, desk.session, desk.store)


def renames(planned: Plan) -> dict[int, object]:
    return {change.task: one.after for change in planned.updates for one in change.fields if one.path == ("name",)}


def begin(desk: Desk, file: str = "states/pr.yaml") -> None:
    Path(file).write_text(manifest(rules=BY_RULE))
    assert desk.apply(plan(desk, file)).run.status is RunStatus.DONE
    assert named(desk)[1] == "[P1] batch-1"


@pytest.mark.parametrize(
    "sources",
    [
        ["states/pr.yaml"],
        ["./states/pr.yaml"],
        ["{here}/states/pr.yaml"],
        ["states/pr.yaml", "other.yaml"],
        ["states"],
        ["-"],
        ["moved.yaml"],
    ],
)
def test_another_format_renames_whoever_says_it(desk: Desk, sources: list[str]) -> None:
    begin(desk)
    text = manifest(settings=OTHERWISE, tasks="  batch-3: {project: {name: Street}, priority: 5}\n")
    Path("states/pr.yaml").write_text(text)
    Path("moved.yaml").write_text(text)
    planned = plan(desk, *(one.format(here=desk.folder) for one in sources), stdin=text)
    wanted = {1: "batch-1 (prio 1)", 2: "batch-2 (prio 1)", 3: "batch-3 (prio 5)"}
    assert renames(planned) == wanted
    assert desk.apply(planned).run.status is RunStatus.DONE
    assert {number: named(desk)[number] for number in wanted} == wanted


def test_null_takes_out_what_any_manifest_gave(desk: Desk) -> None:
    begin(desk)
    Path("moved.yaml").write_text(SILENT.replace("tasks:", NONE + "tasks:"))
    assert renames(plan(desk, "moved.yaml")) == {1: "batch-1", 2: "batch-2"}


@pytest.mark.parametrize(
    "sources",
    [["./states/pr.yaml"], ["{here}/states/pr.yaml"], ["other.yaml", "states/pr.yaml"], ["states"], ["{here}/states/"]],
)
def test_taken_out_of_the_manifest_it_is_taken_out_of_names(desk: Desk, sources: list[str]) -> None:
    begin(desk)
    Path("states/pr.yaml").write_text(SILENT)
    planned = plan(desk, *(one.format(here=desk.folder) for one in sources))
    assert renames(planned) == {1: "batch-1", 2: "batch-2"}
    assert planned.warnings == ()


def test_a_folder_whose_file_with_the_format_is_gone(desk: Desk) -> None:
    Path("states/pr.yaml").write_text("version: 1\n" + FORMAT)
    Path("states/rules.yaml").write_text(manifest(settings="", rules=BY_RULE))
    desk.apply(plan(desk, "states"))
    Path("states/pr.yaml").unlink()
    Path("states/rules.yaml").write_text(SILENT)
    assert renames(plan(desk, "./states/")) == {1: "batch-1", 2: "batch-2"}


@pytest.mark.parametrize("source", ["-", "states/rules.yaml"])
def test_where_nobody_can_tell_it_is_told(desk: Desk, source: str) -> None:
    Path("states/pr.yaml").write_text("version: 1\n" + FORMAT)
    Path("states/rules.yaml").write_text(manifest(settings="", rules=BY_RULE))
    desk.apply(plan(desk, "states/pr.yaml", "states/rules.yaml"))
    Path("states/rules.yaml").write_text(SILENT)
    planned = plan(desk, source, stdin=SILENT)
    assert renames(planned) == {}
    [warning] = planned.warnings
    assert "2 names still show a priority, such as '[P1] batch-1', and nothing is done about it" in warning.text
    assert "write settings: {priority: null}" in warning.text


def test_it_is_told_only_while_there_is_something_to_tell(desk: Desk) -> None:
    begin(desk)
    assert plan(desk, "other.yaml").warnings == ()  # a manifest that never spoke of priorities
    for number in (1, 2):
        desk.patch("task", number, name=f"batch-{number}")
    assert plan(desk, "-", stdin=SILENT).warnings == ()


def test_with_a_target_names_stay_and_nothing_is_told(desk: Desk) -> None:
    begin(desk)
    loaded = load(["-"], environ={}, stdin=io.StringIO(SILENT))
    planned = operations.plan(loaded, desk.session, desk.store, targets=["task.batch-3"])
    assert (renames(planned), planned.warnings) == ({}, ())
