"""A plan in a file: applied once, to what it was made for, while that is as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from reconciler import operations
from reconciler.apply.made_for import check_manifest_unchanged
from reconciler.apply.staleness import StalePlanError
from reconciler.errors import PlanFileError
from reconciler.history.applied import check_unclaimed
from reconciler.history.model import RunStatus
from reconciler.history.runs import runs
from reconciler.history.saved_plans import load_saved, save
from reconciler.history.tool import tool
from reconciler.plan.model import SavedPlan

from .desk import REOPEN, Desk
from .disks import full
from .processes import run


@pytest.fixture
def saved(desk: Desk) -> SavedPlan:
    save(desk.plan(REOPEN), desk.folder / "plan.json", tool=tool(), now=datetime.now(UTC))
    return load_saved(desk.folder / "plan.json")


def test_it_applies_once(desk: Desk, saved: SavedPlan) -> None:
    outcome = operations.apply(saved, desk.session, desk.store)
    assert outcome.run.status is RunStatus.DONE
    assert outcome.run.plan_id == saved.id
    with pytest.raises(PlanFileError, match=f"by run {outcome.run.id}"):
        operations.apply(saved, desk.session, desk.store)


def test_it_is_not_used_up_by_a_server_that_changed(desk: Desk, saved: SavedPlan) -> None:
    desk.patch("job", 1, stage="validation", state="new")
    with pytest.raises(StalePlanError):
        operations.apply(saved, desk.session, desk.store)
    check_unclaimed(desk.store, saved.id)
    assert runs(desk.store) == []
    desk.patch("job", 1, stage="acceptance", state="completed")
    assert operations.apply(saved, desk.session, desk.store).run.status is RunStatus.DONE


def test_it_is_not_used_up_by_a_run_that_could_not_be_recorded(
    desk: Desk, saved: SavedPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.store, "create", full(desk.store.create, "snapshot.json"))
    with pytest.raises(Exception, match="disk is full"):
        operations.apply(saved, desk.session, desk.store)
    monkeypatch.undo()
    assert desk.patches() == []
    assert operations.apply(saved, desk.session, desk.store).run.status is RunStatus.DONE


def test_it_is_bound_to_its_server(desk: Desk, saved: SavedPlan) -> None:
    desk.session.url = "http://elsewhere.example"
    with pytest.raises(PlanFileError, match="the server"):
        operations.apply(saved, desk.session, desk.store)


def test_so_is_a_plan_that_never_was_in_a_file(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    desk.session.organization = "acme"
    with pytest.raises(PlanFileError, match="the organization"):
        operations.apply(plan, desk.session, desk.store)


def test_it_is_bound_to_its_manifest(desk: Desk, saved: SavedPlan) -> None:
    check_manifest_unchanged(saved)
    desk.manifest(REOPEN + "# a comment changes nothing\n")
    check_manifest_unchanged(saved)
    desk.manifest(REOPEN.replace("annotation}", "validation}"))
    with pytest.raises(PlanFileError, match="changed since this plan was made"):
        check_manifest_unchanged(saved)
    (desk.folder / "manifest.yaml").write_text("rules: [")
    with pytest.raises(PlanFileError, match="not valid any more"):
        check_manifest_unchanged(saved)
    (desk.folder / "manifest.yaml").unlink()
    check_manifest_unchanged(saved)  # it need not be here


def test_the_command_line_shows_the_new_plan_and_says_4(desk: Desk, saved: SavedPlan) -> None:
    desk.patch("job", 1, assignee=None, stage="annotation", state="new")
    ended = run(desk, "apply", "--plan", "plan.json", "--yes")
    assert ended.code == 4, ended.output
    assert "job 1 (rule.reopen[1].job[1]): stage was 'acceptance' when planned" in ended.output
    assert "Plan: 3 tasks to change (6 jobs)" in ended.output
    assert desk.job(3)[0] == "acceptance"


def test_it_says_4_also_where_no_new_plan_can_be_made(desk: Desk) -> None:
    plan = desk.plan("version: 1\ntasks:\n  one: {id: 1, status: annotation}\n")
    save(plan, desk.folder / "plan.json", tool=tool(), now=datetime.now(UTC))
    desk.sandbox.api("DELETE", "/api/tasks/1")
    ended = run(desk, "apply", "--plan", "plan.json", "--yes")
    assert ended.code == 4, ended.output
    assert "task 1 (task.one) is gone" in ended.output


@pytest.mark.parametrize("edit", [lambda text: text[:-200], lambda text: text.replace('"annotation"', '"validation"')])
def test_an_edited_or_truncated_file_is_refused(desk: Desk, saved: SavedPlan, edit: Callable[[str], str]) -> None:
    file = desk.folder / "plan.json"
    file.write_text(edit(file.read_text()))
    ended = run(desk, "apply", "--plan", "plan.json", "--yes")
    assert ended.code == 1
    assert "Cannot use the plan file" in ended.output
    assert desk.patches() == []
