"""The plan as data. Everything that is shown, saved, executed, verified and rolled back is one of these.

Whole objects are made, changed and destroyed by `steps` (`plan.steps`); `changes` are fields of tasks and jobs that
exist.

A plan holds no clock and no random number: planning twice against the same server gives equal plans. What makes one
saved plan unique (its id and time) is on its envelope, `SavedPlan`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from reconciler.plan.frozen import Action, FieldChange, Frozen
from reconciler.plan.steps import BindingWish, Step

__all__ = [
    "PLAN_FORMAT",
    "Action",
    "Change",
    "Conflict",
    "FieldChange",
    "Frozen",
    "Left",
    "Limits",
    "ManifestRef",
    "PersonLoad",
    "Plan",
    "PrioritiesUsed",
    "RulePhase",
    "RuleStanding",
    "SavedPlan",
    "ServerRef",
    "Summary",
    "TaskLabel",
    "Warning_",
    "Write",
]

PLAN_FORMAT = "reconciler.plan/1"


class Write(Frozen):
    """One PATCH: the smallest body, what must hold just before it, and what holds after it.

    `expect` and `gives` have the same keys. A job's stage and state are one position in the workflow, so a write that
    touches one lists both: CVAT resets the state when a stage comes without one (recorded from CVAT 2.54.1). Turned
    round (`expect` ↔ `gives`) a write is its own undo.
    """

    body: dict[str, JsonValue]  # as sent: users as ids
    expect: dict[str, JsonValue]  # users as usernames
    gives: dict[str, JsonValue]


class Change(Frozen):
    """What happens to one task or job, and why."""

    address: str  # task.batch-001, rule.reopen[42]; a job's ends in .job[1655]
    kind: Literal["task", "job"]
    id: int
    task: int  # the task it belongs to; for a task its own id
    action: Action
    reason: str
    fields: tuple[FieldChange, ...] = ()
    writes: tuple[Write, ...] = ()
    rests_on: dict[str, JsonValue] = Field(default_factory=dict)
    """What the selection tested (`task.status`, `job.stage`): if it no longer holds, the change is not wanted."""


class TaskLabel(Frozen):
    """How a task is called when it is shown."""

    id: int
    name: str
    project: int | None = None
    project_name: str | None = None


class RulePhase(StrEnum):
    """Where a rule stands."""

    ALWAYS = "always"  # mode always: selected anew every time
    FIRST = "first"  # mode once, not applied yet: applying this plan freezes the selection
    CONTINUES = "continues"  # mode once, frozen, not all done (interrupted, failed, conflicts)
    DONE = "done"  # mode once, applied


class Left(Frozen):
    """What a one-time rule still has to do of one task. With nothing in it the task is done."""

    task: int
    jobs: tuple[int, ...] = ()
    fields: bool = False  # the task's own fields
    status: bool = False  # its status: no job has to move for it, but a position may have to be sent once more

    @property
    def nothing(self) -> bool:
        """Whether the task is done."""
        return not (self.jobs or self.fields or self.status)


class RuleStanding(Frozen):
    """A rule's part in the plan: how it selected, and which of its tasks are still to do."""

    address: str
    phase: RulePhase
    revision: int
    definition: str  # digest of what it selects and sets: tells an edited rule from the one that was applied
    selected: tuple[int, ...]  # task ids, all of the (frozen or fresh) selection
    pending: tuple[int, ...]  # those this plan deals with
    left: tuple[Left, ...] = ()  # what earlier runs have left of some of them; of the others, all is dealt with
    aside: tuple[Left, ...] = ()  # tasks of which --target names only some jobs, with what it leaves out of each
    selected_jobs: tuple[int, ...] = ()  # only for a rule that selects by job: the jobs it is about
    run: str | None = None  # the run that froze it
    note: str = ""  # one plain sentence for a person


class ServerRef(Frozen):
    """Which server, seen as whom, in which organization (None: no context, "": the personal workspace)."""

    url: str
    version: str
    organization: str | None
    user: str


class ManifestRef(Frozen):
    """What a plan was computed from. `document` is its resolved content: a saved plan can be planned again."""

    sources: tuple[str, ...]
    digest: str
    document: dict[str, JsonValue]


class Limits(Frozen):
    """Safety limits of the manifest; None is no limit. Counted in tasks (a task and its jobs are one change)."""

    max_changes: int | None = None
    max_changed_percent: float | None = None
    max_deletes: int = 0


class Warning_(Frozen):  # noqa: N801 - `Warning` is a builtin exception
    """Something a person should know that does not stop the plan."""

    text: str
    address: str | None = None


class Summary(Frozen):
    """Counts of the last line. A task that exists is counted once, whether it, its jobs or its data change."""

    tasks_to_change: int
    jobs_to_change: int
    projects_to_change: int = 0  # projects that exist and whose fields, labels or guide change
    to_create: int  # projects, tasks and labels
    to_delete: int  # projects, tasks and labels
    unchanged: int
    conflicts: int = 0


class Conflict(Frozen):
    """Something a rollback leaves alone because somebody else changed it since."""

    address: str
    kind: Literal["task", "job", "project", "label", "guide", "annotations"]
    id: int  # 0: it has none, or none is known
    task: int  # 0: it belongs to no task
    field: str
    wrote: JsonValue  # what the run wrote
    found: JsonValue  # what is there now
    before: JsonValue  # what a rollback would have restored
    forced: bool = False  # --force: restored all the same
    note: str | None = None  # why it cannot be restored even then


class PersonLoad(Frozen):
    """What one person of a rule that shares work out has to do: open jobs (or tasks) in the projects concerned."""

    rule: str
    by: Literal["job", "task"]
    person: str
    before: int
    after: int
    frames: int  # of what they have afterwards


class PrioritiesUsed(Frozen):
    """How names show priorities once this is applied, and the tasks whose names were wanted so."""

    format: str
    tasks: tuple[int, ...] = ()


class Plan(Frozen):
    """What would be done, in order, with everything it was computed from."""

    kind: Literal["apply", "rollback"]
    of_run: str | None = None  # a rollback: the run it takes back
    server: ServerRef
    manifest: ManifestRef | None = None  # none for a rollback
    targets: tuple[str, ...] = ()
    limits: Limits = Limits()
    scope: int = 0  # tasks that `max_changed_percent` is a percentage of
    tasks: tuple[TaskLabel, ...] = ()
    steps: tuple[Step, ...] = ()
    """What happens to whole objects, in order. Those that delete come after the changes, everything else before."""
    changes: tuple[Change, ...] = ()
    bindings: tuple[BindingWish, ...] = ()
    rules: tuple[RuleStanding, ...] = ()
    assignments: tuple[PersonLoad, ...] = ()
    priorities: PrioritiesUsed | None = None
    as_of: datetime | None = None  # when it was made, if it says how long ago something was (`older_than`)
    conflicts: tuple[Conflict, ...] = ()
    users: dict[str, int] = Field(default_factory=dict)  # the usernames in it and their ids
    warnings: tuple[Warning_, ...] = ()
    summary: Summary

    @property
    def updates(self) -> tuple[Change, ...]:
        """The changes that write or that a write is expected to bring about."""
        return tuple(change for change in self.changes if change.action is not Action.NO_OP)

    @property
    def is_empty(self) -> bool:
        """Whether the server is as desired."""
        return not self.updates and not self.steps

    @property
    def destructive(self) -> tuple[Step, ...]:
        """The steps that destroy data: they need a copy first, and a person who allows it."""
        return tuple(step for step in self.steps if step.destroys is not None)


class SavedPlan(Frozen):
    """A plan in a file: bound to its content by `digest`, to one use by `id`, to the tool by `tool`."""

    format: Annotated[str, Field(pattern=r"^reconciler\.plan/1$")] = PLAN_FORMAT
    id: str
    created: str  # ISO 8601, UTC
    tool: str
    digest: str
    plan: Plan
