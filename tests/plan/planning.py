"""Planning against a sandbox, with the real loader, session and reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.around import server_ref
from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.reading import Reader
from reconciler.cvat.users import VisiblePeople
from reconciler.errors import Problem
from reconciler.history.bindings import Binding, Bindings, Successor
from reconciler.history.model import Ledger, LedgerEntry
from reconciler.manifest.loading import LoadedManifest, UnsoundManifestError, in_order, load
from reconciler.manifest.models import RuleBlock
from reconciler.manifest.nodes import Table
from reconciler.manifest.written_down import WrittenDown
from reconciler.plan.model import Left, Plan, ServerRef
from reconciler.plan.names_asked import unknown_names
from reconciler.plan.onward.following import make_plan
from reconciler.plan.standing import definition_digest
from reconciler.plan.surroundings import Surroundings
from reconciler.sandbox import Sandbox

FROZEN = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass
class Planning:
    """Plans manifests against one sandbox, as one user, in one organization."""

    sandbox: Sandbox
    folder: Path
    organization: str | None = "acme"
    user: str | None = None  # None: the administrator

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session, of which nothing but its use shows in `sandbox.requests`."""
        token = Credentials(self.sandbox.url, token=self.sandbox.token)
        credentials = (
            Credentials(self.sandbox.url, username=self.user, password=self.sandbox.password) if self.user else token
        )
        session = connect(credentials=credentials, organization=self.organization, environ={})
        self.sandbox.requests.clear()
        try:
            yield session
        finally:
            session.close()

    def load(self, text: str) -> LoadedManifest:
        """A manifest from its text."""
        path = self.folder / "manifest.yaml"
        path.write_text(text, encoding="utf-8")
        return load([path], environ={})

    def plan(
        self,
        manifest: str | LoadedManifest,
        *targets: str,
        ledger: Mapping[str, Any] | None = None,
        bindings: Mapping[str, Any] | None = None,
    ) -> Plan:
        """What the planner makes of it. `ledger` and `bindings` are as in a case's `ledger.yaml`, `bindings.yaml`."""
        loaded = self.load(manifest) if isinstance(manifest, str) else manifest
        with self.session() as session:
            return make_plan(loaded, _around(session, loaded.manifest.rules, ledger or {}, bindings or {}), targets)

    def unknown(
        self,
        manifest: str,
        *,
        ledger: Mapping[str, Any] | None = None,
        bindings: Mapping[str, Any] | None = None,
    ) -> list[Problem]:
        """What it names and is not there, whatever else is wrong with it."""
        rules: Mapping[str, RuleBlock] = {}
        try:
            loaded = self.load(manifest)
            root = loaded.locations.node()
            assert isinstance(root, Table)
            written, rules = WrittenDown(root), loaded.manifest.rules
        except UnsoundManifestError as wrong:
            written = wrong.written
        with self.session() as session:
            return in_order(unknown_names(written, _around(session, rules, ledger or {}, bindings or {})))

    def apply(self, plan: Plan) -> None:
        """Write a plan's writes, one after another."""
        with self.session() as session:
            for change in plan.updates:
                for write in change.writes:
                    path = f"/api/{change.kind}s/{change.id}"
                    status, answer = self.sandbox.api("PATCH", path, json=write.body, organization=session.organization)
                    assert status == 200, answer


def _around(
    session: Session, rules: Mapping[str, RuleBlock], ledger: Mapping[str, Any], bindings: Mapping[str, Any]
) -> Surroundings:
    reader, ref = Reader(session), server_ref(session)
    entries = [_entry(ref.url, ref.organization, key, frozen, rules.get(key)) for key, frozen in ledger.items()]
    return Surroundings(
        server=reader,
        people=VisiblePeople(reader),
        ref=ref,
        capabilities=session.capabilities,
        ledger=Ledger(entries=tuple(entries)),
        bindings=_bindings(ref, bindings),
    )


def _bindings(ref: ServerRef, remembered: Mapping[str, Any]) -> Bindings:
    """`task.x: {id: 11, name: x}`, and what else a binding may have; `successors: [{kind: task, old: 4, new: 11}]`."""
    bound = [
        Binding.model_validate(
            {
                "server": ref.url,
                "organization": ref.organization,
                "address": address,
                "kind": address.partition(".")[0],
                "created": None,
                "name": address.partition(".")[2],
                "run": None,
                **one,
            }
        )
        for address, one in remembered.items()
        if address != "successors"
    ]
    followed = [{"server": ref.url, "run": "20260601-120000-abcd", **one} for one in remembered.get("successors", ())]
    return Bindings(bindings=tuple(bound), successors=tuple(Successor.model_validate(one) for one in followed))


def _entry(
    url: str, organization: str | None, key: str, frozen: Mapping[str, Any], block: RuleBlock | None
) -> LedgerEntry:
    definition = "edited since" if frozen.get("edited") or block is None else definition_digest(block)
    return LedgerEntry(
        server=url,
        organization=organization,
        address=f"rule.{key}",
        revision=frozen.get("revision", 1),
        definition=definition,
        run=frozen.get("run", "20260601-120000-abcd"),
        frozen=FROZEN,
        selected=tuple(frozen["selected"]),
        selected_jobs=tuple(frozen.get("selected_jobs", ())),
        done=tuple(frozen.get("done", ())),
        left=tuple(Left.model_validate(one) for one in frozen.get("left", ())),
    )
