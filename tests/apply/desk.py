"""Where a test sits: a sandbox, a session with it, a state folder, and the operations at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue
from urllib3.util import Retry

from reconciler import operations
from reconciler.apply.running import Outcome
from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.traffic import DEFAULT_RETRY
from reconciler.cvat.transport import Answer
from reconciler.history.ledger import load_ledger
from reconciler.history.model import AuditRecord, LedgerEntry, WriteOutcome
from reconciler.history.runs import load_audit
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest, load
from reconciler.plan.model import Plan
from reconciler.sandbox import Sandbox

NO_WAITING: Retry = DEFAULT_RETRY.new(backoff_factor=0, backoff_jitter=0)
"""The session's own rules for trying again, without the pauses."""

REOPEN = """
version: 1
rules:
  reopen:
    mode: once
    select: {project: {name: Street}, status: completed}
    set: {status: annotation}
"""
SHARE_OUT = """
version: 1
rules:
  share-out:
    select: {project: {name: Street}}
    set: {subset: Train, jobs: {assignee: carol}}
"""
DATES = ("updated_date", "assignee_updated_date")


@dataclass
class Desk:
    """Operations against one sandbox, and what came of them there."""

    sandbox: Sandbox
    folder: Path
    session: Session
    sent: list[tuple[str, dict[str, JsonValue]]] = field(default_factory=list)
    """Each PATCH as the session sent it: path and body."""

    def __post_init__(self) -> None:
        self.store = StateStore(self.folder / "state")
        self._spy(self.session)

    def _spy(self, session: Session) -> None:
        request = session.transport.request

        def spied(method: str, path: str, *, body: JsonValue = None, **options: Any) -> Answer:
            if method == "PATCH":
                assert isinstance(body, dict)
                self.sent.append((path, body))
            return request(method, path, body=body, **options)

        session.transport.request = spied  # type: ignore[method-assign]

    # What the tool does

    def manifest(self, text: str) -> LoadedManifest:
        """A manifest of this text, in a file of its own."""
        file = self.folder / "manifest.yaml"
        file.write_text(text)
        return load([str(file)], environ={})

    def plan(self, text: str, *targets: str) -> Plan:
        """Plan a manifest."""
        return operations.plan(self.manifest(text), self.session, self.store, targets=targets)

    def apply(self, planned: str | Plan, *, parallelism: int = 4) -> Outcome:
        """Apply a plan, or plan a manifest and apply that; what it destroys is allowed."""
        plan = self.plan(planned) if isinstance(planned, str) else planned
        return operations.apply(plan, self.session, self.store, allow_destructive=True, parallelism=parallelism)

    def rollback(self, run_id: str | None = None, *, force: bool = False) -> Outcome:
        """Take a run back (default: the last)."""
        plan = operations.plan_rollback(self.session, self.store, run_id, force=force)
        return operations.apply(plan, self.session, self.store, allow_destructive=True)

    # What came of it

    def job(self, number: int) -> tuple[str, str, str | None]:
        """A job's stage, state and assignee on the server."""
        _, job = self.sandbox.api("GET", f"/api/jobs/{number}")
        return job["stage"], job["state"], job["assignee"] and job["assignee"]["username"]

    def task(self, number: int) -> dict[str, Any]:
        """A task on the server."""
        _, task = self.sandbox.api("GET", f"/api/tasks/{number}")
        assert isinstance(task, dict)
        return task

    def patch(self, kind: str, number: int, *, user: str = "admin", **fields: object) -> None:
        """Somebody else changes something."""
        status, answer = self.sandbox.api("PATCH", f"/api/{kind}s/{number}", json=fields, user=user)
        assert status == 200, answer

    def patches(self) -> list[str]:
        """The paths of the PATCHes that the server got, in order."""
        return [asked.path for asked in self.sandbox.requests if asked.method == "PATCH"]

    def audit(self, outcome: Outcome) -> list[AuditRecord]:
        """A run's audit."""
        return load_audit(self.store, outcome.run.id)

    def ledger(self) -> list[LedgerEntry]:
        """The one-time rules that were applied."""
        return list(load_ledger(self.store).entries)

    def state_files(self) -> list[Path]:
        """Every file in the state folder."""
        return sorted(path for path in self.store.folder.rglob("*") if path.is_file())


def outcomes(outcome: Outcome) -> dict[tuple[str, int], WriteOutcome]:
    """What became of each object's write."""
    return {(result.change.kind, result.change.id): result.outcome for result in outcome.results}


def without_dates(dump: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """All that a server holds, but for when it was changed."""
    return {
        table: [{key: value for key, value in doc.items() if key not in DATES} for doc in docs]
        for table, docs in dump.items()
    }


@contextmanager
def seated(
    sandbox: Sandbox, folder: Path, *, token: str | None = None, organization: str | None = None
) -> Iterator[Desk]:
    """Connect and sit down; the requests of connecting are forgotten."""
    credentials = Credentials(sandbox.url, token=token or sandbox.token)
    with connect(credentials=credentials, organization=organization, environ={}, retry=NO_WAITING) as session:
        sandbox.requests.clear()
        yield Desk(sandbox, folder, session)


def token_of(sandbox: Sandbox, user: str, *, read_only: bool = False) -> str:
    """A personal access token of somebody else."""
    body = {"name": "test", "read_only": read_only}
    status, answer = sandbox.api("POST", "/api/auth/access_tokens", json=body, user=user)
    assert status == 201, answer
    return str(answer["value"])


def environment(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """All that a process of the command line needs to know, and nothing of whoever runs the tests."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CVAT_HOST": sandbox.url,
        "CVAT_ACCESS_TOKEN": sandbox.token,
        "RECONCILER_STATE": str(folder / "state"),
    }


def as_json(path: Path) -> Any:
    """A file's JSON."""
    return json.loads(path.read_text())
