"""The manifest's blocks. A field that is absent is not managed; `null` clears it (look at `model_fields_set`).

`manifest.loading` builds these from YAML, after variables and includes are resolved; `manifest.schema` prints them as
JSON Schema for editors. Field limits are CVAT's own (FACTS: task name ≤ 256, subset ≤ 64, bug_tracker ≤ 2000).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

TaskStatus = Literal["annotation", "validation", "completed"]
Stage = Literal["annotation", "validation", "acceptance"]
State = Literal["new", "in progress", "completed", "rejected"]
JobType = Literal["annotation", "ground_truth", "consensus_replica"]

Id = Annotated[int, Field(ge=1)]
Username = Annotated[str, Field(min_length=1, max_length=150)]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Subset = Annotated[str, Field(max_length=64)]
BugTracker = Annotated[str, Field(max_length=2000)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=128)]


class Block(BaseModel):
    """Immutable; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class ProjectRef(Block):
    """A project: a key of `projects` (else the name of one on the server), or said explicitly by `id` or `name`.

    Written as a plain string it is a `key`.
    """

    key: Annotated[str, Field(min_length=1)] | None = None
    id: Id | None = None
    name: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_a_key(cls, value: object) -> object:
        return {"key": value} if isinstance(value, str) else value


class ProjectBlock(Block):
    """A project that exists, given a key to refer to it by. `name` defaults to the key."""

    id: Id | None = None
    name: Name | None = None


class JobFields(Block):
    """What is wanted of jobs."""

    stage: Stage | None = None
    state: State | None = None
    assignee: Username | None = None


class JobOverride(JobFields):
    """What some jobs get instead of `jobs`: those that lie within `frames` (`0-99` or `7`), or one by its id."""

    frames: Annotated[str, Field(pattern=r"^\d+(-\d+)?$")] | None = None
    job: Id | None = None


class Lifecycle(Block):
    """`ignore`: fields that this tool leaves alone on this object, whatever a block or a rule says."""

    ignore: tuple[Literal["name", "subset", "bug_tracker", "assignee", "owner", "status", "jobs"], ...] = ()


class TaskFields(Block):
    """The fields that a task block and a rule's `set` have in common."""

    subset: Subset | None = None
    bug_tracker: BugTracker | None = None
    assignee: Username | None = None
    owner: Username | None = None
    status: TaskStatus | None = None
    jobs: JobFields | None = None


class TaskBlock(TaskFields):
    """One task that exists, found by `id`, or by `name` (default: the key) in `project`.

    With `id`, a `name` is the name it should have.
    """

    id: Id | None = None
    name: Name | None = None
    project: ProjectRef | None = None
    job_overrides: tuple[JobOverride, ...] = ()
    lifecycle: Lifecycle = Lifecycle()


class Interval(Block):
    """`after` ≤ t < `before`. A date is its midnight; a time without a zone is UTC."""

    after: datetime | date | None = None
    before: datetime | date | None = None


class SizeRange(Block):
    """Number of frames, both ends included."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None


def _as_list(value: object) -> object:
    """One value where several may stand; `null` given explicitly is the one value null."""
    return value if isinstance(value, list | tuple) else [value]


T = TypeVar("T")
AnyOf = Annotated[tuple[T, ...], BeforeValidator(_as_list, json_schema_input_type=T | list[T]), Field(min_length=1)]
"""One value or a list of them: any of them will do. Always a tuple once read."""


class JobSelector(Block):
    """Jobs by their own fields; `assignee: null` is nobody. `type` defaults to annotation jobs."""

    type: AnyOf[JobType] | None = None
    stage: AnyOf[Stage] | None = None
    state: AnyOf[State] | None = None
    assignee: AnyOf[Username | None] | None = None


class Selector(Block):
    """Which tasks. All given conditions hold together; a list means any of them; `not` negates what it holds."""

    id: AnyOf[Id] | None = None
    project: AnyOf[ProjectRef] | None = None
    name: Annotated[str, Field(min_length=1)] | None = None  # a glob, case-sensitive: * ? [seq]
    name_regex: Annotated[str, Field(min_length=1)] | None = None  # searched for anywhere in the name
    subset: AnyOf[str] | None = None
    status: AnyOf[TaskStatus] | None = None
    owner: AnyOf[Username | None] | None = None
    assignee: AnyOf[Username | None] | None = None
    created: Interval | None = None
    updated: Interval | None = None
    mode: AnyOf[Literal["annotation", "interpolation"]] | None = None  # images or video
    dimension: AnyOf[Literal["2d", "3d"]] | None = None
    labels: AnyOf[str] | None = None  # has any of these labels
    size: SizeRange | None = None  # a plain number is that size exactly
    job: JobSelector | None = None
    not_: Selector | None = Field(default=None, alias="not")


class RuleBlock(Block):
    """Many tasks at once. `once` freezes its selection when first applied; `always` selects anew every time."""

    mode: Literal["once", "always"] = "always"
    revision: Annotated[int, Field(ge=1)] = 1
    select: Selector
    set: TaskFields


class LimitsBlock(Block):
    """How much one apply may change, counted in tasks; exceeded, nothing is written (exit code 6)."""

    max_changes: Annotated[int, Field(ge=0)] | None = None
    max_changed_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    max_deletes: Annotated[int, Field(ge=0)] = 0


class Settings(Block):
    """How the tool behaves with this manifest."""

    limits: LimitsBlock = LimitsBlock()


class Manifest(Block):
    """A whole manifest: files merged, variables substituted. `organization` absent means the connection's own."""

    version: Literal[1]
    organization: str | None = None
    settings: Settings = Settings()
    projects: dict[Key, ProjectBlock] = Field(default_factory=dict)
    tasks: dict[Key, TaskBlock] = Field(default_factory=dict)
    rules: dict[Key, RuleBlock] = Field(default_factory=dict)
