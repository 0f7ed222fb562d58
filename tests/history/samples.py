"""A small plan and the records that go with it: one rule, two tasks with a job each."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.history.model import AuditField, AuditRecord, ObjectState, Run, Snapshot, WriteOutcome
from reconciler.plan.model import (
    Action,
    Change,
    FieldChange,
    Plan,
    RulePhase,
    RuleStanding,
    SavedPlan,
    ServerRef,
    Summary,
    Write,
)

NOW = datetime(2026, 11, 22, 15, 55, 1, 250_000, tzinfo=UTC)
SERVER = ServerRef(url="https://cvat.example", version="2.54.1", organization="acme", user="alice")
RULE = "rule.reopen"


def job_change(task: int, *, source: str = RULE, writes: int = 1) -> Change:
    write = Write(body={"state": "new"}, expect={"state": "completed"}, gives={"state": "new"})
    return Change(
        address=f"{source}[{task}].job[{task + 100}]",
        kind="job",
        id=task + 100,
        task=task,
        action=Action.UPDATE,
        reason="its state is completed, wanted is new",
        fields=(FieldChange(path=("state",), before="completed", after="new", source=source),),
        writes=(write,) * writes,
    )


def standing(
    *selected: int, phase: RulePhase = RulePhase.FIRST, revision: int = 1, pending: tuple[int, ...] | None = None
) -> RuleStanding:
    return RuleStanding(
        address=RULE,
        phase=phase,
        revision=revision,
        definition="sha256:abc",
        selected=selected,
        pending=selected if pending is None else pending,
    )


def plan(*changes: Change, rules: tuple[RuleStanding, ...] = ()) -> Plan:
    summary = Summary(tasks_to_change=len(changes), jobs_to_change=len(changes), to_create=0, to_delete=0, unchanged=0)
    return Plan(kind="apply", server=SERVER, changes=changes, rules=rules, summary=summary)


def snapshot() -> Snapshot:
    jobs = (ObjectState(kind="job", id=101, task=1, fields={"state": "completed"}),)
    return Snapshot(taken=NOW, server=SERVER, objects=jobs)


def run(run_id: str, saved: SavedPlan) -> Run:
    return Run(
        id=run_id, kind="apply", plan_id=saved.id, started=NOW, server=SERVER, operator="alice@box", tool="test 1"
    )


def record(run_id: str, job: int, outcome: WriteOutcome, *, index: int = 0, message: str | None = None) -> AuditRecord:
    return AuditRecord(
        time=NOW,
        run=run_id,
        user="alice",
        operator="alice@box",
        server=SERVER.url,
        organization=SERVER.organization,
        address=f"{RULE}[{job - 100}].job[{job}]",
        kind="job",
        id=job,
        task=job - 100,
        index=index,
        request=f"PATCH /api/jobs/{job}",
        fields=(AuditField(field="state", before="completed", after="new"),),
        outcome=outcome,
        message=message,
    )
