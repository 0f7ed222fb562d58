"""Which tasks and jobs a rule is about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from reconciler.manifest.blocks import Block, ProjectRef
from reconciler.manifest.values import (
    Age,
    AnyOf,
    Count,
    Glob,
    Id,
    Instant,
    Priority,
    Regex,
    SelectedSubset,
    Username,
    Wanted,
    complaint,
)
from reconciler.manifest.workflow_words import JobType, Stage, State, TaskStatus


class Interval(Block):
    """`after` ≤ t < `before`. A date is its midnight; a time without a zone is UTC."""

    called = "an interval"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    after: Wanted[Instant] = Field(
        default=None, description="From this moment on (included).", examples=["2026-01-31", "2026-01-31T08:00:00Z"]
    )
    before: Wanted[Instant] = Field(default=None, description="Up to this moment (excluded).", examples=["2026-04-01"])
    older_than: Wanted[Age] = Field(
        default=None, description="So long ago, or longer, when the plan is made.", examples=["14d", "12h", "2w"]
    )

    @model_validator(mode="after")
    def _holds_some_moment(self) -> Interval:
        if not self.model_fields_set:
            raise complaint("an empty interval", "write `after`, `before` or both, or `older_than`")
        if self.after is not None and self.before is not None and self.after >= self.before:
            raise complaint("no moment lies in this interval: `after` is not before `before`")
        return self


class SizeRange(Block):
    """Number of frames, both ends included. A plain number is that size exactly."""

    called = "a size"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    min: Wanted[Count] = Field(default=None, description="At least so many frames.", examples=[100])
    max: Wanted[Count] = Field(default=None, description="At most so many frames.", examples=[500])

    @model_validator(mode="before")
    @classmethod
    def _plain_number_is_exact(cls, value: object) -> object:
        return _exact(value)

    @model_validator(mode="after")
    def _holds_some_size(self) -> SizeRange:
        if not self.model_fields_set:
            raise complaint("an empty size", "write `min`, `max` or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise complaint("no task has this size: `min` is above `max`")
        return self


class PriorityRange(Block):
    """Priorities, both ends included. A plain number is that priority exactly."""

    called = "priorities"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    min: Wanted[Priority] = Field(default=None, description="At least this number.", examples=[2])
    max: Wanted[Priority] = Field(default=None, description="At most this number.", examples=[2])

    @model_validator(mode="before")
    @classmethod
    def _plain_number_is_exact(cls, value: object) -> object:
        return _exact(value)

    @model_validator(mode="after")
    def _holds_some_priority(self) -> PriorityRange:
        if not self.model_fields_set:
            raise complaint("an empty range of priorities", "write `min`, `max` or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise complaint("no priority is so: `min` is above `max`")
        return self

    def holds(self, priority: int) -> bool:
        """Whether a priority lies within."""
        return (self.min is None or self.min <= priority) and (self.max is None or priority <= self.max)


def _exact(value: object) -> object:
    is_number = isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal())
    return {"min": value, "max": value} if is_number else value


def _one_name_for_replicas(value: object) -> object:
    # CVAT renamed the type in 2.80 (FACTS §2); a manifest may use either name on any server.
    return "consensus_replica" if value == "replica" else value


SelectedJobType = Annotated[
    JobType, BeforeValidator(_one_name_for_replicas, json_schema_input_type=JobType | Literal["replica"])
]


class JobSelector(Block):
    """Jobs by their own fields. A task is selected if it has such a job, and only such jobs are then set."""

    called = "a selection of jobs"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    type: AnyOf[SelectedJobType] = Field(
        default=None, description="Annotation jobs when left out. `replica` is read as consensus_replica."
    )
    stage: AnyOf[Stage] = Field(default=None, description="Where in the workflow.", examples=["acceptance"])
    state: AnyOf[State] = Field(default=None, description="How far within the stage.", examples=["rejected"])
    assignee: AnyOf[Username | None] = Field(default=None, description="Usernames; null is nobody.")
    updated: Wanted[Interval] = Field(default=None, description="When somebody last worked on it, or changed it.")

    @model_validator(mode="after")
    def _says_which(self) -> JobSelector:
        if not self.model_fields_set:
            raise complaint("an empty selection of jobs is not all", "add a condition, such as `stage: annotation`")
        return self


class Selector(Block):
    """Which tasks. All given conditions hold together; a list means any of them; `not` negates what it holds."""

    called = "a selection"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    id: AnyOf[Id] = Field(default=None, description="Task ids on the server.", examples=[[41, 42]])
    project: AnyOf[ProjectRef] = Field(default=None, description="Projects.", examples=["street"])
    name: Wanted[Glob] = Field(
        default=None,
        description="A pattern for the whole name, case-sensitive: * ? [seq]",
        examples=["batch-*"],
    )
    name_regex: Wanted[Regex] = Field(
        default=None,
        description="A regular expression, searched for anywhere in the name.",
        examples=["-v[0-9]+$"],
    )
    subset: AnyOf[SelectedSubset] = Field(default=None, description="Subsets; null is none.", examples=["Train"])
    status: AnyOf[TaskStatus] = Field(default=None, description="What CVAT derives from the jobs.")
    owner: AnyOf[Username | None] = Field(default=None, description="Usernames; null is nobody.")
    assignee: AnyOf[Username | None] = Field(default=None, description="Usernames; null is nobody.")
    created: Wanted[Interval] = Field(default=None, description="When the task was created.")
    updated: Wanted[Interval] = Field(default=None, description="When the task was last changed.")
    mode: AnyOf[Literal["annotation", "interpolation"]] = Field(default=None, description="Images or video.")
    dimension: AnyOf[Literal["2d", "3d"]] = Field(default=None, description="Images or point clouds.")
    labels: AnyOf[Annotated[str, Field(min_length=1)]] = Field(
        default=None, description="Has any of these labels.", examples=[["car", "van"]]
    )
    size: Wanted[SizeRange] = Field(default=None, description="Number of frames.", examples=[100, {"max": 500}])
    priority: AnyOf[PriorityRange | None] = Field(
        default=None, description="Priorities; null is none.", examples=[1, {"max": 2}]
    )
    job: Wanted[JobSelector] = Field(default=None, description="Has jobs like these; only those are then set.")
    not_: Wanted[Selector] = Field(default=None, alias="not", description="Tasks that this does not select.")

    @model_validator(mode="after")
    def _empty_is_not_all(self) -> Selector:
        if not self.model_fields_set:
            raise complaint("an empty selection is not all", 'say what to select; every task there is: `name: "*"`')
        return self


def asks_how_long_ago(selector: Selector) -> bool:
    """Whether what it selects hangs on when it is asked."""
    job = selector.job.updated if selector.job is not None else None
    intervals = (selector.created, selector.updated, job)
    if any(one is not None and one.older_than is not None for one in intervals):
        return True
    return selector.not_ is not None and asks_how_long_ago(selector.not_)


def asks_for_priority(selector: Selector) -> bool:
    """Whether what it selects hangs on priorities."""
    return selector.priority is not None or (selector.not_ is not None and asks_for_priority(selector.not_))


def asks_for_name(selector: Selector) -> bool:
    """Whether what it selects hangs on names, which are matched without their priorities."""
    if selector.name is not None or selector.name_regex is not None:
        return True
    return selector.not_ is not None and asks_for_name(selector.not_)


def asks_who_has_it(selector: Selector) -> bool:
    """Whether what it selects hangs on who is assigned."""
    by_job = selector.job is not None and selector.job.assignee is not None
    return by_job or selector.assignee is not None or (selector.not_ is not None and asks_who_has_it(selector.not_))


def waits(selector: Selector) -> bool:
    """Whether it takes only what has been left alone: not what a rule has just changed."""
    intervals = (selector.updated, selector.job.updated if selector.job is not None else None)
    return any(one is not None and (one.older_than is not None or one.before is not None) for one in intervals)
