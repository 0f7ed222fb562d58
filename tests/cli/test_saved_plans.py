"""`plan --out`, then `apply --plan`: exactly that, once, and only where it was made for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.history.documents import digest_of
from reconciler.report.plan_json import plan_schema
from reconciler.sandbox import Sandbox

from .conftest import REOPEN, Command, writes

SAVED = Path("plan.json")


@pytest.fixture
def saved(connected: Sandbox, reconciler: Command) -> Path:
    """A saved plan for the sandbox."""
    assert reconciler("plan", "reopen.yaml", "--out", str(SAVED)).code == 0
    connected.requests.clear()
    return SAVED


def refused(reconciler: Command, connected: Sandbox, *more: str) -> str:
    """What `apply --plan` says when it does not do it; nothing is written anywhere."""
    said = reconciler("apply", "--plan", str(SAVED), "--yes", *more)
    assert (said.code, said.out) == (1, "")
    assert writes(connected) == []
    assert not Path(".reconciler").exists()
    return said.err


def test_it_is_applied_once(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    first = reconciler("apply", "--plan", "plan.json", "--yes")
    assert first.code == 0
    assert len(writes(connected)) == 18
    again = reconciler("apply", "--plan", "plan.json", "--yes")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("error: This plan was applied already, by run ")
    assert len(writes(connected)) == 18


def test_there_is_no_secret_in_it(connected: Sandbox, saved: Path) -> None:
    assert connected.token not in saved.read_text()
    assert saved.stat().st_mode & 0o077 == 0
    assert json.loads(saved.read_text()).keys() <= plan_schema()["properties"].keys()


def test_it_too_wants_yes(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    said = reconciler("apply", "--plan", "plan.json")
    assert said.code == 1
    assert "error: there is no terminal to confirm on; nothing was written\n" in said.err
    assert reconciler("apply", "--plan", "plan.json", "--yes").code == 0


def test_an_empty_one_needs_no_yes_and_is_used_up(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("apply", "rename.yaml", "--yes").code == 0
    assert reconciler("plan", "rename.yaml", "--out", "plan.json").code == 0
    assert reconciler("apply", "--plan", "plan.json").code == 0
    assert reconciler("apply", "--plan", "plan.json").code == 1


def test_missing(connected: Sandbox, reconciler: Command) -> None:
    err = refused(reconciler, connected)
    assert err == "error: There is no plan file plan.json\n    Make one with plan --out.\n"


def test_a_folder(connected: Sandbox, reconciler: Command) -> None:
    SAVED.mkdir()
    assert refused(reconciler, connected).startswith("error: Cannot read the plan file plan.json: Is a directory\n")


def test_truncated(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-200])
    err = refused(reconciler, connected)
    assert err.startswith("error: Cannot use the plan file plan.json: it is cut off: the JSON ends early\n")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b'{"format": "terraform"}', b"version: 1\n", b"\0" * 40])
def test_something_else(connected: Sandbox, reconciler: Command, data: bytes) -> None:
    SAVED.write_bytes(data)
    assert refused(reconciler, connected).startswith("error: Cannot use the plan file plan.json: ")


def test_edited(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    saved.write_text(saved.read_text().replace('"annotation"', '"acceptance"', 1))
    assert "it was changed after it was saved (its digest does not match)" in refused(reconciler, connected)


def test_another_version(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    document = json.loads(saved.read_text()) | {"tool": "cvat-reconciler 99.0"}
    document["digest"] = digest_of({key: value for key, value in document.items() if key != "digest"})
    saved.write_text(json.dumps(document))
    err = refused(reconciler, connected)
    assert err.startswith("error: The plan file plan.json was made by cvat-reconciler 99.0, and this is cvat-recon")


def test_another_server(connected: Sandbox, reconciler: Command, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox.start(seed="street", tasks=1) as other:
        monkeypatch.setenv("CVAT_HOST", other.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", other.token)
        err = refused(reconciler, other)
    assert err.startswith(f"error: this was made for the server '{connected.url}'; you are connected to '{other.url}'")


def test_another_organization(connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan carries its organization; the connection's own does not redirect it."""
    Path("anywhere.yaml").write_text(REOPEN.replace("organization: acme\n", ""))
    monkeypatch.setenv("CVAT_ORG", "acme")
    assert reconciler("plan", "anywhere.yaml", "--out", "plan.json").code == 0
    assert connected.api("POST", "/api/organizations", json={"slug": "other"})[0] == 201
    monkeypatch.setenv("CVAT_ORG", "other")
    said = reconciler("apply", "--plan", "plan.json", "--yes")
    assert said.code == 0
    assert "organization acme" in said.out.splitlines()[0]


def test_the_manifest_changed(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    Path("reopen.yaml").write_text(REOPEN.replace("batch-*", "*"))
    err = refused(reconciler, connected)
    changed = "error: the manifest (reopen.yaml, or a file or variable it uses) changed since this plan was made\n"
    assert err.startswith(changed)


def test_another_manifest(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    said = refused(reconciler, connected, "rename.yaml")
    assert "the manifest (rename.yaml, or a file or variable it uses) changed" in said


def test_the_manifest_is_broken_now(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    Path("reopen.yaml").write_text(REOPEN.replace("rules", "rulez"))
    err = refused(reconciler, connected)
    assert err.startswith("error: the manifest this plan was made from is not valid any more:\n")
    assert "did you mean `rules`?" in err


def test_the_manifest_is_elsewhere(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    """A pipeline's apply job may have the plan only."""
    Path("reopen.yaml").unlink()
    assert reconciler("apply", "--plan", "plan.json", "--yes").code == 0


def test_the_server_changed(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    connected.api("PATCH", "/api/jobs/4", json={"stage": "validation", "state": "new"})
    connected.requests.clear()
    said = reconciler("apply", "--plan", "plan.json", "--yes")
    assert said.code == 4
    assert "The server changed since this plan was made. The plan would be now:\n" in said.err
    assert "error: the server changed since this plan was made; nothing was written\n" in said.err
    assert "job 4 (rule.reopen[2].job[4]): stage was 'acceptance' when planned, now it is 'validation'\n" in said.err
    shown = [line for line in said.out.splitlines() if line.startswith("Plan: ")]
    assert [line.split(",")[0] for line in shown] == [
        "Plan: 6 tasks to change (18 jobs)",
        "Plan: 5 tasks to change (15 jobs)",
    ]
    assert writes(connected) == []


def test_the_server_changed_in_json_is_the_new_plan(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    connected.api("PATCH", "/api/jobs/4", json={"stage": "validation", "state": "new"})
    said = reconciler("apply", "--plan", "plan.json", "--yes", "--format", "json")
    assert said.code == 4
    assert json.loads(said.out)["plan"]["summary"]["tasks_to_change"] == 5


def test_targets_do_not_go_with_it(connected: Sandbox, reconciler: Command, saved: Path) -> None:
    err = refused(reconciler, connected, "--target", "rule.reopen")
    assert err.startswith("error: --target and --plan do not go together\n")
