"""Who did what: the audit records of many runs as one list, a line for each field that was written and each step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from reconciler.errors import ReconcilerError, StateError
from reconciler.history.model import AuditRecord, Run, StepRecord
from reconciler.history.runs import Record, broken_runs, load_plan, load_records, load_run, runs
from reconciler.history.store import StateStore
from reconciler.plan.frozen import Frozen
from reconciler.plan.model import Plan, TaskLabel
from reconciler.plan.steps import Do, Step
from reconciler.report.step_fields import step_chunks
from reconciler.report.steps_done import settled_steps
from reconciler.report.writes import settled

_AGE: Final = re.compile(r"([0-9]{1,5})([hdw])")  # no m: months to one, minutes to another
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}
_OBJECT: Final = re.compile(r"(project|task|job)[ :]([0-9]{1,18})")
_STEPS: Final = frozenset(map(str, Do))
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Deed(Frozen):
    """One field of one write, or one step."""

    time: datetime
    run: str
    run_kind: str
    user: str  # on the server
    operator: str  # user@host of the machine it ran on
    server: str
    organization: str | None
    address: str
    kind: str  # of the object
    id: int | None
    task: int | None  # that it is, or belongs to
    project: int | None  # the same, where it is known
    project_name: str | None
    name: str | None  # of a step on a part of something (its annotations, a label): what that belongs to
    field: str  # of a step: what it did, as `create_label`
    before: JsonValue
    after: JsonValue
    outcome: str
    message: str | None
    told: str | None = None  # of a step: what was to become of what, in words

    @property
    def is_step(self) -> bool:
        """Whether it was done to a whole object, and `before` and `after` are what there was of it."""
        return self.field in _STEPS


@dataclass(frozen=True)
class Wanted:
    """Which deeds. All conditions hold together."""

    since: datetime | None = None  # included
    until: datetime | None = None  # excluded
    users: frozenset[str] = frozenset()
    objects: tuple[str, ...] = ()
    runs: frozenset[str] = frozenset()

    def holds(self, deed: Deed) -> bool:
        """Whether it is one of them."""
        return (
            (self.since is None or self.since <= deed.time)
            and (self.until is None or deed.time < self.until)
            and (not self.users or not self.users.isdisjoint(_called(deed)))
            and (not self.objects or any(_is_about(deed, one) for one in self.objects))
        )

    def may_hold(self, run: Run) -> bool:
        """Whether any deed of a run can be."""
        early = self.until is None or run.started < self.until
        late = self.since is None or run.finished is None or run.finished >= self.since
        return early and late and (not self.runs or run.id in self.runs)


@dataclass
class Report:
    """The deeds, the oldest first, and the runs that could not be read: without them it is not whole."""

    deeds: list[Deed] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


def report(store: StateStore, wanted: Wanted) -> Report:
    """Everything that is wanted, of all runs of a state store."""
    found = Report()
    for one in broken_runs(store):
        if not one.wrote_nothing and (not wanted.runs or one.id in wanted.runs):
            found.unread[one.id] = one.why
    for run in runs(store):
        if wanted.may_hold(run):
            try:
                records = load_records(store, run.id)
            except StateError as error:
                found.unread[run.id] = error.what
                continue
            found.deeds += [deed for deed in deeds(run, records, _plan(store, run)) if wanted.holds(deed)]
    found.deeds.sort(key=lambda deed: deed.time)
    return found


def run_ids(store: StateStore, given: Iterable[str]) -> frozenset[str]:
    """Ids of runs, from ids or beginnings of them. Raises StateError where there is none, or more than one."""
    return frozenset(load_run(store, one).id for one in given)


def deeds(run: Run, records: Iterable[Record], plan: Plan | None) -> Iterator[Deed]:
    """What a run did, by its audit records; names are those that its plan knew."""
    records = list(records)
    steps = {step.key: step for step in plan.steps} if plan is not None else {}
    ended = list(settled_steps(records))
    places = _Places(plan.tasks if plan is not None else (), ended)
    for write in settled(records):
        yield from _of_write(run, write, places)
    for record in ended:
        yield _of_step(run, record, steps.get((record.address, record.do)), places)


class _Places:
    """In which project tasks were, or came to be: by the plan, and by the steps that made or moved them."""

    def __init__(self, labels: Iterable[TaskLabel], records: Iterable[StepRecord]) -> None:
        self.names = {label.id: label.name for label in labels}
        self._projects = {label.id: (label.project, label.project_name) for label in labels}
        for record in records:
            of = record.of
            if record.kind == "task" and record.id is not None and of is not None and of.kind == "project":
                self._projects[record.id] = (of.id, of.name or None)

    def of(self, task: int | None) -> dict[str, JsonValue]:
        """A deed's project, by its task."""
        project, name = self._projects.get(task, (None, None)) if task is not None else (None, None)
        return {"task": task, "project": project, "project_name": name}


def _of_write(run: Run, write: AuditRecord, places: _Places) -> Iterator[Deed]:
    for one in write.fields:
        if one.before != one.after:  # it also lists what it must keep: a job's state beside its stage
            what: dict[str, JsonValue] = {"field": one.field, "before": one.before, "after": one.after}
            yield _deed(run, write, name=places.names.get(write.task), **places.of(write.task), **what)


def _of_step(run: Run, record: StepRecord, step: Step | None, places: _Places) -> Deed:
    of = record.of
    task = record.id if record.kind == "task" else of.id if of is not None and of.kind == "task" else None
    where = places.of(task)
    if record.kind == "project":
        where |= {"project": record.id, "project_name": step.name if step is not None else None}
    elif of is not None and of.kind == "project":
        where |= {"project": of.id, "project_name": of.name or None}
    name = step.name or (step.of.name if step.of is not None else "") if step is not None else ""
    return _deed(
        run,
        record,
        **where,
        name=name or None,
        field=str(record.do),
        before=step.expect if step is not None else None,
        after=record.gave,
        told=", ".join(chunk.plain for chunk in step_chunks(step)) if step is not None else None,
    )


def _deed(run: Run, record: Record, **what: JsonValue) -> Deed:
    shared = record.model_dump(
        mode="python",
        include={"time", "run", "user", "operator", "server", "organization", "address", "kind", "id", "message"},
    )
    return Deed.model_validate({**shared, "run_kind": run.kind, "outcome": str(record.outcome), **what})


def _plan(store: StateStore, run: Run) -> Plan | None:
    try:
        return load_plan(store, run.id).plan
    except ReconcilerError:  # names are a courtesy: who did what is in the audit log
        return None


# What the options say


def moment(text: str, now: datetime, *, end: bool = False) -> datetime:
    """A date, a time, or an age (`7d`, `12h`, `2w`). With `end`, a date means the end of that day.

    Raises:
        ValueError: it is none of these.
    """
    text = text.strip()
    if (age := _AGE.fullmatch(text)) is not None:
        return _safely(lambda: now - timedelta(**{_UNITS[age[2]]: int(age[1])}))
    found = datetime.fromisoformat(text)
    found = _safely(lambda: found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC))
    return _safely(lambda: found + timedelta(days=1)) if end and _DATE.fullmatch(text) else found


def _safely(reckoned: Callable[[], datetime]) -> datetime:
    try:
        return reckoned()
    except OverflowError:
        raise ValueError("out of range") from None


def _called(deed: Deed) -> set[str]:
    return {deed.user, deed.operator, deed.operator.rpartition("@")[0]}


def _is_about(deed: Deed, wanted: str) -> bool:
    """`task:42` and `project:3` with what is in them, `job:7`, an address or its beginning, or a name of either."""
    if (given := _OBJECT.fullmatch(wanted)) is not None:
        kind, number = given[1], int(given[2])
        return number == (deed.id if kind == deed.kind else {"task": deed.task, "project": deed.project}.get(kind))
    if wanted in (deed.name, deed.project_name, deed.address):
        return True
    return deed.address.startswith((f"{wanted}.", f"{wanted}["))
