"""`reconciler set`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.history.ledger import load_ledger
from reconciler.history.priorities import load_priorities
from reconciler.history.store import StateStore
from reconciler.manifest.loading import load
from reconciler.sandbox import Sandbox

from .conftest import Command, Said, state_of, writes
from .processes import surroundings, terminal

REOPEN = ("--project", "Street scenes", "--status", "completed", "--set", "status=annotation")


@pytest.fixture(autouse=True)
def _in_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")


def document(said: Said) -> Any:
    assert said.code == 0, said.err
    return json.loads(said.out)


def jobs_of(sandbox: Sandbox, task: int) -> list[tuple[str, str, str | None]]:
    jobs = sandbox.api("GET", f"/api/jobs?task_id={task}&page_size=500&sort=id")[1]["results"]
    return [(job["stage"], job["state"], (job["assignee"] or {}).get("username")) for job in jobs]


def test_there_and_back(connected: Sandbox, reconciler: Command) -> None:
    before = state_of(connected)
    shown = reconciler("set", *REOPEN, "--dry-run")
    assert shown.code == 0
    assert "Plan: 6 tasks to change (18 jobs)" in shown.out
    assert "reconciler set --project 'Street scenes' --status completed --set status=annotation" in shown.out
    assert (writes(connected), Path(".reconciler").exists()) == ([], False)
    done = reconciler("set", *REOPEN, "--yes")
    assert done.code == 0, done.err
    assert "6 tasks changed (18 jobs), verified. Undo with: reconciler rollback" in done.out
    assert reconciler("rollback", "--yes").code == 0
    assert state_of(connected) == before


def test_it_asks(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("set", *REOPEN)
    assert said.code == 1
    assert "there is no terminal to confirm on; nothing was written" in said.err
    with terminal("set", *REOPEN, environ=surroundings(connected, CVAT_ORG="acme")) as screen:
        screen.until("Only `yes` is taken as a yes: ")
        screen.type("no\n")
        assert screen.end() == 1
    assert writes(connected) == []


def test_the_same_again_looks_again(connected: Sandbox, reconciler: Command) -> None:
    """What people finish after it matches again, and is set again when it is said again; never by itself."""
    assert reconciler("set", *REOPEN, "--yes").code == 0
    said = reconciler("set", *REOPEN, "--yes")
    assert (said.code, "No changes." in said.out) == (0, True)
    assert "warning: no task is selected" in said.err
    assert len(load_ledger(StateStore(Path(".reconciler"))).entries) == 1  # finding nothing leaves no trace
    for job in (1, 2, 3):
        connected.api("PATCH", f"/api/jobs/{job}", json={"stage": "acceptance", "state": "completed"})
    again = document(reconciler("set", *REOPEN, "--yes", "--format", "json"))
    assert (again["run"]["tasks"], again["run"]["status"]) == (1, "done")
    assert {entry.revision for entry in load_ledger(StateStore(Path(".reconciler"))).entries} == {1, 2}


def test_every_field(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler(
        *("set", "--id", "1", "--yes", "--set", "subset=none", "--set", "assignee=alice", "--set", "bug_tracker="),
        *("--set", "owner=bob", "--set", "jobs.stage=validation", "--set", "jobs.state=in progress"),
        *("--set", "jobs.assignee=none"),
    )
    assert said.code == 0, said.err
    task = connected.api("GET", "/api/tasks/1")[1]
    assert (task["subset"], task["bug_tracker"]) == ("", "")
    assert (task["assignee"]["username"], task["owner"]["username"]) == ("alice", "bob")
    assert jobs_of(connected, 1) == [("validation", "in progress", None)] * 3


def test_a_value_may_hold_an_equals_sign(connected: Sandbox, reconciler: Command) -> None:
    link = "https://tracker.example/?a=b&c=${env.HOME}"
    assert reconciler("set", "--id", "1", "--set", f"bug_tracker={link}", "--yes").code == 0
    assert connected.api("GET", "/api/tasks/1")[1]["bug_tracker"] == link


def test_jobs_alone(connected: Sandbox, reconciler: Command) -> None:
    """As a rule's: with a condition on jobs only those are set."""
    connected.api("PATCH", "/api/jobs/1", json={"state": "rejected"})
    said = reconciler("set", "--project", "1", "--job-state", "rejected", "--set", "jobs.stage=annotation", "--yes")
    assert said.code == 0, said.err
    assert [job[0] for job in jobs_of(connected, 1)] == ["annotation", "acceptance", "acceptance"]


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ((), ["an empty selection is not all", "nothing to set", "2 errors"]),
        (("--id", "1"), ["error: nothing to set"]),
        (("--set", "status=annotation"), ["error: an empty selection is not all"]),
        (("--id", "1", "--set", "status"), ["--set: error: `status` sets nothing"]),
        (
            ("--status", "done", "--set", "sttus=x", "--set", "jobs.stage=y", "--set", "jobs.who=z"),
            [
                "--status: error: `status` is `done`",
                "--set sttus: error: unknown key `sttus`",
                "--set jobs.stage: error: `stage` is `y`; it can be annotation, validation or acceptance",
                "--set jobs.who: error: unknown key `who`",
                "4 errors",
            ],
        ),
        (("--id", "1", "--set", "status=none"), ["--set status: error: `status` cannot be null"]),
        (("--id", "1", "--set", "owner="), ["--set owner: error: `owner` cannot be null"]),
        (("--id", "1", "--set", "subset=a", "--set", "subset=b"), ["--set subset: error: is set twice"]),
        (("--id", "1", "--set", "jobs=a", "--set", "jobs.stage=b"), ["--set jobs.stage: error: is set twice"]),
        (("--id", "1", "--set", "jobs=a"), ["--set jobs: error: `jobs` is a mapping"]),
        (("--id", "1", "--set", "=a"), ["error: unknown key an empty text"]),
        (("--id", "1", "--set", "name=a"), ["a rule cannot set `name`"]),
        (("--id", "1", "--set", "status=annotation", "--set", "jobs.stage=annotation"), ["on one block"]),
        (("--id", "1", "--set", f"subset={'x' * 65}"), ["--set subset: error: `subset` is longer than CVAT's 64"]),
        (
            ("--project", "Stret scenes", "--set", "assignee=alicce", "--set", "jobs.assignee=nobody-here"),
            [
                "--project: error: there is no project called 'Stret scenes'",
                "did you mean `Street scenes`?",
                "--set assignee: error: there is no user 'alicce'",
                "--set jobs.assignee: error: there is no user 'nobody-here'",
            ],
        ),
        (("--id", "1", "--id", "4711", "--set", "subset=a"), ["--id: error: there is no task 4711"]),
        (
            (*REOPEN, "--always", "--set", "bug_tracker=x "),
            [
                "--set status: error: every apply would send finished work back",
                "leave --always out: it takes what it finds now",
                "--always: error: is for a rule that is saved",
                "add --save FILE, or leave it out",
                "--set bug_tracker: error: spaces at the beginning or the end",
                "3 errors",
            ],
        ),
        (("--id", "1", "--set", "subset=a", "--always"), ["--always: error: is for a rule that is saved"]),
        (
            ("--project", "1", "--set", "status=annotation", "--always", "--save", "keep.yaml"),
            ["--set status: error: every apply sends finished work in the selection back", "leave --always out"],
        ),
        (("--continue", "2026", "--id", "1"), ["--continue stands alone"]),
        (("--continue", "2026", "--always"), ["--continue stands alone"]),
        (
            ("--id", "1", "--priority=-1", "--set", "subset=a"),
            ["--priority: error: `priority` is a number", "or {max: 2}"],
        ),
    ],
)
def test_what_cannot_be(
    connected: Sandbox, reconciler: Command, arguments: tuple[str, ...], messages: list[str]
) -> None:
    said = reconciler("set", *arguments, "--yes")
    assert (said.code, said.out) == (1, "")
    for message in messages:
        assert message in said.err
    assert writes(connected) == []
    assert not Path(".reconciler").exists()


def test_saved_it_is_a_manifest_with_the_same_plan(connected: Sandbox, reconciler: Command) -> None:
    tricky = ("--name", "batch-00[1-3]", "--created-after", "2020-01-01", "--set", "bug_tracker=it's ${env.X}: # *")
    said = reconciler("set", *REOPEN, *tricky, "--dry-run", "--save", "states.yaml", "--format", "json")
    planned = document(said)
    assert "Saved to states.yaml. Apply it with: reconciler apply states.yaml" in said.err
    assert Path("states.yaml").read_text().startswith("# Saved on ")
    assert reconciler("validate", "--strict", "states.yaml").code == 0
    again = document(reconciler("plan", "states.yaml", "--format", "json"))
    assert again["plan"]["changes"] == planned["plan"]["changes"]
    assert again["plan"]["manifest"]["digest"] == planned["plan"]["manifest"]["digest"] == load(["states.yaml"]).digest
    assert reconciler("apply", "states.yaml", "--yes").code == 0


def test_saved_and_set_it_counts_as_applied(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("set", *REOPEN, "--yes", "--save", "states.yaml").code == 0
    said = reconciler("plan", "states.yaml", "--detailed-exitcode")
    assert said.code == 0
    assert "raise `revision` to run it again" in " ".join(said.out.split())


def test_a_file_is_not_overwritten_unasked(connected: Sandbox, reconciler: Command) -> None:
    Path("mine.yaml").write_text("mine")
    for path, message in (
        ("mine.yaml", "there is a file mine.yaml already"),
        ("no/such.yaml", "there is no folder no"),
        ("-", "--save needs a file's name"),
    ):
        said = reconciler("set", *REOPEN, "--yes", "--save", path)
        assert (said.code, message in said.err) == (1, True), said.err
    assert (Path("mine.yaml").read_text(), writes(connected)) == ("mine", [])
    assert reconciler("set", *REOPEN, "--dry-run", "--save", "mine.yaml", "--force").code == 0
    assert "mode: once" in Path("mine.yaml").read_text()
    assert [path.name for path in Path().iterdir() if "mine" in path.name] == ["mine.yaml"]


def test_a_rule_that_always_holds_is_saved_as_one(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("set", "--id", "1", "--set", "subset=Val", "--always", "--yes", "--save", "keep.yaml")
    assert said.code == 0, said.err
    assert "mode: always" in Path("keep.yaml").read_text()
    assert load_ledger(StateStore(Path(".reconciler"))).entries == ()
    assert reconciler("plan", "keep.yaml", "--detailed-exitcode").code == 0


def test_of_what_is_not_said_nothing_is_told(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("set", "--id", "1", "--always", "--save", "keep.yaml")
    assert said.code == 1
    assert [line for line in said.err.splitlines() if "error" in line] == ["error: nothing to set"]


def test_what_was_left_is_continued(connected: Sandbox, reconciler: Command) -> None:
    """A task that was half done matches no more: the same options would miss it, the run knows it."""
    connected.fail("PATCH", "/api/jobs/2", status=400, times=1)
    said = reconciler("set", *REOPEN, "--yes")
    assert said.code == 3
    run = json.loads(reconciler("history", "--format", "json").out)["runs"][0]["id"]
    assert f"Continue with `reconciler set --continue {run}`" in " ".join(said.out.split())
    looked = reconciler("set", "--continue", run, "--dry-run")
    assert "Plan: 1 task to change (1 job)" in looked.out
    assert reconciler("set", "--continue", run[:-1], "--yes").code == 0
    assert {job[:2] for job in jobs_of(connected, 1)} == {("annotation", "new")}
    nothing = reconciler("set", "--continue", run, "--yes")
    assert (nothing.code, "No changes." in nothing.out) == (0, True)


def test_only_its_own_runs_are_continued(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("apply", "rename.yaml", "--yes").code == 0
    run = json.loads(reconciler("history", "--format", "json").out)["runs"][0]["id"]
    said = reconciler("set", "--continue", run, "--yes")
    assert (said.code, said.out) == (1, "")
    assert f"run {run} is none of `reconciler set`" in said.err


def test_a_name_that_is_a_trap(connected: Sandbox, reconciler: Command) -> None:
    """A name that would rewrite the terminal, or break out of a comment in the saved file."""
    name = "\x1b[2Jevil\nrules: {}\u202e${env.CVAT_ACCESS_TOKEN}"
    connected.api("PATCH", "/api/tasks/1", json={"name": name})
    glob = name.replace("[", "[[]")
    said = reconciler("set", "--name", glob, "--set", "subset=Val", "--save", "a.yaml", "--yes")
    assert said.code == 0, said.err
    assert connected.api("GET", "/api/tasks/1")[1]["subset"] == "Val"
    assert load(["a.yaml"]).manifest.rules.popitem()[1].select.name == glob
    assert connected.token not in Path("a.yaml").read_text()


SHOWN = ("--priority-format", "[P{priority}] {name}")


def test_priorities_given_and_selected_by(connected: Sandbox, reconciler: Command) -> None:
    """The format is said once; from then on it is known, and names are found with it and without."""
    before = state_of(connected)
    assert reconciler("set", "--id", "1", "--id", "2", "--set", "priority=1", *SHOWN, "--yes").code == 0
    assert reconciler("set", "--name", "batch-003", "--set", "priority=2", "--yes").code == 0
    names = [connected.api("GET", f"/api/tasks/{number}")[1]["name"] for number in (1, 2, 3)]
    assert names == ["[P1] batch-001", "[P1] batch-002", "[P2] batch-003"]
    [used] = load_priorities(StateStore(Path(".reconciler"))).used
    assert (used.tasks, used.manifests) == ((1, 2, 3), ())  # commands are no manifests that could say less one day
    chosen = document(reconciler("set", "--priority", "1", "--set", "subset=Hot", "--dry-run", "--format", "json"))
    assert [change["task"] for change in chosen["plan"]["changes"]] == [1, 2]
    everything = document(reconciler("set", "--priority", "..5", "--set", "priority=none", "--yes", "--format", "json"))
    assert everything["run"]["status"] == "done"
    assert [connected.api("GET", f"/api/tasks/{number}")[1]["name"] for number in (1, 2, 3)] == [
        *("batch-001", "batch-002", "batch-003")
    ]
    assert state_of(connected) == before


def test_priorities_are_kept_with_their_format(connected: Sandbox, reconciler: Command) -> None:
    saved = Path("urgent.yaml")
    said = reconciler("set", "--id", "1", "--set", "priority=1", *SHOWN, "--save", str(saved), "--dry-run")
    assert said.code == 0, said.err
    manifest = load([saved], environ={}).manifest
    assert manifest.settings.priority is not None
    assert manifest.settings.priority.format == SHOWN[1]
    assert "      priority: 1\n" in saved.read_text()
    assert reconciler("plan", str(saved), "--detailed-exitcode").code == 2


def test_a_saved_rule_finds_the_names_without_what_this_folder_knows(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("set", "--name", "batch-00?", "--set", "priority=7", *SHOWN, "--yes").code == 0
    hot = ("--name", "batch-00[12]", "--set", "subset=Hot", "--dry-run", "--save", "hot.yaml")
    planned = document(reconciler("set", *hot, "--format", "json"))
    assert [change["task"] for change in planned["plan"]["changes"]] == [1, 2]
    assert "[P{priority}] {name}" in Path("hot.yaml").read_text()
    elsewhere = document(reconciler("plan", "hot.yaml", "--state", "elsewhere", "--format", "json"))
    assert elsewhere["plan"]["changes"] == planned["plan"]["changes"]
    said = reconciler("set", "--name", "[P7] batch-00?", "--set", "subset=Hot", "--dry-run")
    assert "--name: warning: `[P7] batch-00?` holds a priority" in said.err


def test_a_rule_that_has_nothing_to_do_with_names_says_no_format(connected: Sandbox, reconciler: Command) -> None:
    hot = ("--set", "subset=Hot", "--dry-run", "--save", "hot.yaml", "--force")
    assert reconciler("set", "--name", "batch-*", *hot).code == 0
    assert "settings" not in Path("hot.yaml").read_text()  # no name was ever given a priority
    assert reconciler("set", "--id", "1", "--set", "priority=7", *SHOWN, "--yes").code == 0
    assert reconciler("set", "--id", "1", *hot).code == 0
    assert "settings" not in Path("hot.yaml").read_text()


def test_a_format_that_was_rolled_back_is_not_brought_back(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("set", "--id", "1", "--id", "2", "--set", "priority=7", *SHOWN, "--yes").code == 0
    other = ("--priority-format", "{name} #{priority}")
    assert reconciler("set", "--id", "3", "--set", "priority=1", *other, "--yes").code == 0
    assert connected.api("GET", "/api/tasks/1")[1]["name"] == "batch-001 #7"  # an organization shows them in one way
    assert reconciler("rollback", "--yes").code == 0
    assert reconciler("set", "--name", "batch-00[123]", "--set", "priority=5", "--yes").code == 0
    names = [connected.api("GET", f"/api/tasks/{number}")[1]["name"] for number in (1, 2, 3)]
    assert names == ["[P5] batch-001", "[P5] batch-002", "[P5] batch-003"]


def test_where_names_show_them_in_two_ways_who_asks_for_none_renames_none(
    connected: Sandbox, reconciler: Command
) -> None:
    assert reconciler("set", "--id", "1", "--set", "priority=7", *SHOWN, "--yes").code == 0
    other = ("--priority-format", "{name} #{priority}")
    assert reconciler("set", "--id", "3", "--set", "priority=1", *other, "--yes").code == 0
    connected.api("PATCH", "/api/tasks/1", json={"name": "[P7] batch-001"})
    planned = document(
        reconciler("set", "--name", "batch-00[13]", "--set", "subset=a", "--dry-run", "--format", "json")
    )
    fields = {tuple(one["path"]) for change in planned["plan"]["changes"] for one in change["fields"]}
    assert (len(planned["plan"]["changes"]), fields) == (2, {("subset",)})


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (
            ("--id", "1", "--set", "priority=1"),
            ["--set priority: error: CVAT has no priorities, and no name was given"],
        ),
        (
            ("--priority", "1", "--set", "subset=a"),
            ["--priority: error: CVAT has no priorities, and no name was given"],
        ),
        (
            ("--priority", "x", "--set", "priority=y", "--priority-format", "{name}"),
            [
                "--priority: error: `priority` is a number",
                "--set priority: error: `priority` is a whole number, not `y`",
                "--priority-format: error: `{name}`: this cannot be read back",
                "3 errors",
            ],
        ),
    ],
)
def test_priorities_that_cannot_be_meant(
    connected: Sandbox, reconciler: Command, arguments: tuple[str, ...], messages: list[str]
) -> None:
    said = reconciler("set", *arguments, "--yes")
    assert said.code == 1
    for message in messages:
        assert message in said.err
    assert writes(connected) == []
