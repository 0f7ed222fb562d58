"""Plans and runs to render, built in code where a case file would be too long to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reconciler.history.model import AuditField, AuditRecord, Counts, Run, RunStatus, Unproven, WriteOutcome
from reconciler.plan.model import (
    Action,
    Change,
    FieldChange,
    ManifestRef,
    Plan,
    RulePhase,
    RuleStanding,
    ServerRef,
    Summary,
    TaskLabel,
    Write,
)

SERVER = ServerRef(url="http://localhost:8080", version="2.54.1", organization="acme", user="admin")
RULE = "rule.reopen-for-scooters"
RUN_ID = "20261122-155501-3f2a"
START = datetime(2026, 11, 22, 15, 55, 1, tzinfo=UTC)


def field(path: str, before: object, after: object, source: str = RULE) -> FieldChange:
    return FieldChange.model_validate({"path": (path,), "before": before, "after": after, "source": source})


def reopening(tasks: int, jobs: int = 3, unchanged: int = 0) -> Plan:
    """A rule that reopens so many finished tasks."""
    changes: list[Change] = []
    labels: list[TaskLabel] = []
    for number in range(tasks + unchanged):
        task = 42 + number
        labels.append(TaskLabel(id=task, name=f"batch-{number + 1:03d}", project=17, project_name="Street scenes"))
        address = f"{RULE}[{task}]"
        if number >= tasks:
            reason = "already as wanted" if number % 6 else "has no data yet, so it has no jobs to move"
            changes.append(Change(address=address, kind="task", id=task, task=task, action=Action.NO_OP, reason=reason))
            continue
        changes.append(
            Change(
                address=address,
                kind="task",
                id=task,
                task=task,
                action=Action.UPDATE,
                reason=f"{RULE} selects it",
                fields=(field("status", "completed", "annotation"),),
            )
        )
        position = {"stage": "annotation", "state": "new"}
        for index in range(jobs):
            job = 1655 + number * jobs + index
            changes.append(
                Change(
                    address=f"{address}.job[{job}]",
                    kind="job",
                    id=job,
                    task=task,
                    action=Action.UPDATE,
                    reason=f"{RULE} wants the task's status annotation, which CVAT derives from the jobs",
                    fields=(field("stage", "acceptance", "annotation"), field("state", "completed", "new")),
                    writes=(
                        Write(body=position, expect={"stage": "acceptance", "state": "completed"}, gives=position),
                    ),
                )
            )
    selected = tuple(label.id for label in labels)
    return Plan(
        kind="apply",
        server=SERVER,
        manifest=ManifestRef(sources=("states/reopen.yaml",), digest="sha256:0f3a", document={}),
        tasks=tuple(labels),
        changes=tuple(changes),
        rules=(
            RuleStanding(
                address=RULE,
                phase=RulePhase.FIRST,
                revision=1,
                definition="sha256:77aa",
                selected=selected,
                pending=selected[:tasks],
                note=f"selects {len(selected)} tasks; applying it freezes this selection (once, revision 1)",
            ),
        ),
        summary=Summary(
            tasks_to_change=tasks, jobs_to_change=tasks * jobs, to_create=0, to_delete=0, unchanged=unchanged
        ),
    )


def run(status: RunStatus = RunStatus.DONE, *, tasks: int = 2, jobs: int = 6, **more: object) -> Run:
    """The run that applied `reopening(tasks)`."""
    given = {
        "id": RUN_ID,
        "kind": "apply",
        "plan_id": "p-1",
        "started": START,
        "finished": START + timedelta(seconds=12),
        "status": status,
        "server": SERVER,
        "operator": "dana@ci-7",
        "tool": "0.1.0",
        "sources": ("states/reopen.yaml",),
        "tasks": tasks,
        "jobs": jobs,
        "counts": Counts(written=jobs),
    }
    return Run.model_validate(given | more)


def records(
    plan: Plan, ends: dict[int, tuple[WriteOutcome, int | None, str | None]] | None = None
) -> list[AuditRecord]:
    """The audit log of a run of `plan`: every write succeeds but those whose job id is in `ends`."""
    log: list[AuditRecord] = []
    for change in (change for change in plan.updates if change.writes):
        outcome, status, message = (ends or {}).get(change.id, (WriteOutcome.WRITTEN, 200, None))
        sent = outcome not in (WriteOutcome.ALREADY, WriteOutcome.CONFLICT, WriteOutcome.SKIPPED)
        write = change.writes[0]
        both: list[tuple[WriteOutcome, int | None, str | None]] = []
        both += [(WriteOutcome.STARTED, None, None)] if sent else []
        if outcome is not WriteOutcome.STARTED:
            both.append((outcome, status, message))
        for each, code, words in both:
            log.append(
                AuditRecord(
                    time=START + timedelta(seconds=len(log) // 4),
                    run=RUN_ID,
                    user="admin",
                    operator="dana@ci-7",
                    server=SERVER.url,
                    organization=SERVER.organization,
                    address=change.address,
                    kind=change.kind,
                    id=change.id,
                    task=change.task,
                    index=0,
                    request=f"PATCH /api/{change.kind}s/{change.id}",
                    fields=tuple(
                        AuditField(field=name, before=write.expect[name], after=write.gives[name])
                        for name in write.gives
                    ),
                    outcome=each,
                    status=code,
                    message=words,
                )
            )
    return log


def unproven(job: int, task: int) -> Unproven:
    return Unproven(
        address=f"{RULE}[{task}].job[{job}]",
        kind="job",
        id=job,
        task=task,
        field="state",
        wanted="new",
        found="rejected",
    )
