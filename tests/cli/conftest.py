"""A person at the command line: a sandbox to connect to, a folder to be in, and what each command said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.sandbox import Sandbox

REOPEN = """\
version: 1
organization: acme
rules:
  reopen:
    mode: once
    select: {project: Street scenes, status: completed, name: "batch-*"}
    set: {status: annotation}
"""
RENAME = """\
version: 1
organization: acme
projects: {street: {name: Street scenes}}
tasks:
  batch-001: {project: street, subset: Holdout}
"""


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit code and its two streams."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, nobody's profiles, and no pauses between attempts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)
    Path("reopen.yaml").write_text(REOPEN)
    Path("rename.yaml").write_text(RENAME)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A server with six finished tasks (`batch-001` to `batch-006`, three jobs each) and a few others."""
    with Sandbox.start(seed="street", tasks=6) as running:
        yield running


@pytest.fixture
def connected(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, with the environment of somebody who works on it."""
    monkeypatch.setenv("CVAT_HOST", sandbox.url)
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", sandbox.token)
    return sandbox


@pytest.fixture
def secrets() -> set[str]:
    """What no command may ever show; tests that use more secrets add them."""
    return set()


@pytest.fixture
def reconciler(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest, secrets: set[str]) -> Command:
    """Run a command in this process."""

    def command(*arguments: str) -> Said:
        if "sandbox" in request.fixturenames:
            secrets.add(request.getfixturevalue("sandbox").token)
        capsys.readouterr()
        said = Said(run(list(arguments)), *capsys.readouterr())
        check_manners(said, secrets)
        return said

    return command


def check_manners(said: Said, secrets: set[str]) -> None:
    """What holds of every command: no traceback, no web page, no secret, no escape sequences in a pipe."""
    both = said.out + said.err
    assert "Traceback" not in both
    assert "<html" not in both.lower()
    assert "\x1b" not in both
    for secret in secrets:
        assert secret not in both
    if said.code == 1:
        assert said.err


def state_of(sandbox: Sandbox) -> list[tuple[str, int, dict[str, object]]]:
    """All tasks and jobs that the server holds, but for when they were last touched."""
    held = sandbox.dump()
    return [
        (table, int(doc["id"]), {key: value for key, value in doc.items() if not key.endswith("updated_date")})
        for table in ("projects", "tasks", "jobs")
        for doc in held[table]
    ]


def writes(sandbox: Sandbox) -> list[str]:
    """What was changed on the server over HTTP so far."""
    return [f"{asked.method} {asked.path}" for asked in sandbox.requests if asked.method in ("PATCH", "PUT", "DELETE")]
