"""Runs, snapshots, audit records and the ledger as data. Files of the state store hold exactly these."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from reconciler.plan.model import Frozen, Left, ServerRef
from reconciler.plan.steps import Do, Image, Kind, ObjectRef


class RunStatus(StrEnum):
    """How a run ended. A run that still says `running` and holds no lock was killed."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # some changes failed, or did not arrive
    CONFLICT = "conflict"  # some objects were changed by somebody else and left alone
    INTERRUPTED = "interrupted"  # stopped by a person


class WriteOutcome(StrEnum):
    """What became of one write."""

    STARTED = "started"  # sent; with no later record of it the outcome is unknown
    WRITTEN = "written"
    ALREADY = "already"  # the server held the wanted values already: nothing was sent
    CONFLICT = "conflict"  # somebody else changed it since the plan: nothing was sent
    FAILED = "failed"  # the server refused
    UNKNOWN = "unknown"  # the connection broke: it may have been written
    SKIPPED = "skipped"  # not reached: the run was stopped


class AuditField(Frozen):
    """One field of one write."""

    field: str
    before: JsonValue
    after: JsonValue


class AuditRecord(Frozen):
    """One line of a run's audit log: who wrote what, when, and what came of it.

    A write has a `started` line before the request and a second one after it; one not sent has only the second.
    """

    time: datetime
    run: str
    user: str  # on the server
    operator: str  # user@host of the machine it ran on
    server: str
    organization: str | None
    address: str
    kind: Literal["task", "job"]
    id: int
    task: int
    index: int  # which of the change's writes, from 0
    request: str  # PATCH /api/jobs/1655
    fields: tuple[AuditField, ...]
    outcome: WriteOutcome
    status: int | None = None  # HTTP status of the answer, if there was one
    message: str | None = None  # the server's own words, or what was found instead


class Replaced(Frozen):
    """An object that was restored: what had the old id has the new one now."""

    kind: Literal["project", "task", "job"]
    old: int
    new: int


class StepRecord(Frozen):
    """One line of a run's audit log about a step: as of a write, `started` before the request and another after it."""

    time: datetime
    run: str
    user: str
    operator: str
    server: str
    organization: str | None
    address: str
    kind: Kind
    do: Do
    id: int | None = None  # the object's own id, as soon as it is known: a created one's is in its last record
    of: ObjectRef | None = None  # what it belongs to, its id known
    request: str  # POST /api/projects
    outcome: WriteOutcome
    status: int | None = None
    message: str | None = None
    gave: Image | None = None  # what was there afterwards, in the terms of the step's `gives`
    copied: str | None = None  # the folder of the copy that was taken before: snapshots/<id>/task-42
    replaced: tuple[Replaced, ...] = ()  # by a restore: old ids and new ones
    unsettled: bool = False  # the run ended while the server worked on it: a later one finds out what came of it
    under_way: tuple[str, ...] = ()  # the server's requests that do so, as far as they are known
    settled: bool = False  # the run ended without knowing, and a later one has found out what became of it
    beside: tuple[int, ...] = ()  # of something made: the ids of what had its name before, and so is not it


class ObjectState(Frozen):
    """One task's or job's fields as they were just before the run. Users are usernames."""

    kind: Literal["task", "job"]
    id: int
    task: int
    fields: dict[str, JsonValue]


class Snapshot(Frozen):
    """The before-image of everything a run may touch."""

    format: Literal["reconciler.snapshot/1"] = "reconciler.snapshot/1"
    taken: datetime
    server: ServerRef
    objects: tuple[ObjectState, ...]


class Unproven(Frozen):
    """Something that was written but is not as wanted when read again, or that a second plan would do again."""

    address: str
    kind: Literal["task", "job", "project", "label", "guide", "data", "annotations", "jobs"]
    id: int  # 0: it has none, or none is known
    task: int  # 0: it belongs to no task
    field: str  # of a step: what it does (`create_label`), or the part that is not as wanted
    wanted: JsonValue
    found: JsonValue  # null with `missing`: the object is gone
    missing: bool = False


class Counts(Frozen):
    """How many writes and steps ended how."""

    written: int = 0
    already: int = 0
    conflicts: int = 0
    failed: int = 0
    skipped: int = 0
    unproven: int = 0


class Run(Frozen):
    """One apply or rollback."""

    format: Literal["reconciler.run/1"] = "reconciler.run/1"
    id: str  # sorts by time
    kind: Literal["apply", "rollback"]
    of_run: str | None = None  # a rollback: the run it takes back
    plan_id: str
    started: datetime
    finished: datetime | None = None
    status: RunStatus = RunStatus.RUNNING
    server: ServerRef
    operator: str
    tool: str
    sources: tuple[str, ...] = ()
    tasks: int = 0  # planned tasks
    jobs: int = 0  # planned jobs
    steps: int = 0  # planned steps
    counts: Counts = Counts()
    unproven: tuple[Unproven, ...] = ()
    unsettled: int = 0  # steps that the server was still at work on; 0 again as soon as a later run has looked
    further: tuple[str, ...] = ()  # what only a next apply can do, and why; the run is none the worse for it
    note: str | None = None  # why it stopped or could not be verified, if it did not end as it should
    rolled_back_by: str | None = None


class LedgerEntry(Frozen):
    """A rule of mode once that has been applied: its frozen selection, which of it is done, and what is left.

    A selected task is in one of three states: done; begun, with what is left of it; or whole, in neither of the two.
    Keyed by server, organization, rule address and revision.
    """

    server: str
    organization: str | None
    address: str
    revision: int
    definition: str
    run: str | None  # the run that froze it; none when it selected only what was as wanted already
    frozen: datetime
    selected: tuple[int, ...]  # task ids
    selected_jobs: tuple[int, ...] = ()
    done: tuple[int, ...] = ()
    left: tuple[Left, ...] = ()  # of tasks that a run has dealt with and that are not done


class Ledger(Frozen):
    """All one-time rules that have been applied from this state store."""

    format: Literal["reconciler.ledger/1"] = "reconciler.ledger/1"
    entries: tuple[LedgerEntry, ...] = Field(default=())
