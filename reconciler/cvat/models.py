"""Read models: what the server says, as far as we use it.

Tolerant on purpose: every field but the id may be missing or null, unknown fields are ignored, and an enum's value is
plain text, so that a server older or newer than the SDK is read all the same (the SDK's own models fail a whole page on
one unexpected value, FACTS §5).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


Date = Annotated[datetime, AfterValidator(_aware)]
"""A point in time, always with a time zone; one without is UTC, which is what CVAT stores."""


def _canonical_storage(value: object) -> JsonValue:
    if not isinstance(value, dict) or value.get("location") != "cloud_storage":
        return None  # the server's own disk: null, or {"location": "local", …}
    key = value.get("cloud_storage_id")
    return {"location": "cloud_storage", "cloud_storage_id": key if isinstance(key, int) else None}


Storage = Annotated[JsonValue, BeforeValidator(_canonical_storage)]
"""Where exports go to and imports come from: {"location": "cloud_storage", "cloud_storage_id": 5}; None is local."""


class Observed(BaseModel):
    """Something read from the server. Immutable."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int


class UserRef(Observed):
    """A user as other objects name it."""

    username: str = ""
    first_name: str | None = None
    last_name: str | None = None


class User(UserRef):
    """A user (`/api/users`). In organizations only the reference's fields are known."""

    email: str | None = None
    is_active: bool | None = None
    is_superuser: bool = False
    is_staff: bool | None = None


class Organization(Observed):
    """An organization; `slug` is its short name, the one that the context is given by."""

    slug: str = ""
    name: str | None = None
    owner: UserRef | None = None


class Membership(Observed):
    """A user's place in an organization; role is owner, maintainer, supervisor or worker."""

    user: UserRef | None = None
    organization: int | None = None
    role: str | None = None
    is_active: bool | None = None

    @property
    def username(self) -> str | None:
        """Who."""
        return self.user.username if self.user else None


class TaskCount(BaseModel):
    """How many tasks a project has."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    count: int | None = None


class JobCount(BaseModel):
    """How many jobs a task has, and how many of them are past annotation (in validation) or done."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    count: int | None = None
    completed: int | None = None
    validation: int | None = None


class _Owned(Observed):
    name: str = ""
    owner: UserRef | None = None
    assignee: UserRef | None = None
    assignee_updated_date: Date | None = None
    bug_tracker: str | None = None
    created_date: Date | None = None
    updated_date: Date | None = None
    dimension: str | None = None
    guide_id: int | None = None
    organization_id: int | None = None
    status: str | None = None
    source_storage: Storage = None
    target_storage: Storage = None

    @property
    def owner_name(self) -> str | None:
        """The owner's username; None when there is none."""
        return self.owner.username if self.owner else None

    @property
    def assignee_name(self) -> str | None:
        """The assignee's username; None when there is none."""
        return self.assignee.username if self.assignee else None


class Project(_Owned):
    """A project."""

    task_subsets: tuple[str, ...] | None = None
    tasks: TaskCount | None = None

    @property
    def task_count(self) -> int | None:
        """How many tasks it has; None when the server does not say."""
        return self.tasks.count if self.tasks else None


def _frames_or_none(value: object) -> object:
    return value or None


class Task(_Owned):
    """A task. One without data has no `size` (FACTS §3) and no jobs. `status` is derived from its jobs (FACTS §2).

    The server shows a size of 0 from the first message of an upload on (CVAT's source, TaskViewSet.data): that is none
    here, and `data_id` tells that there was one.
    """

    project_id: int | None = None
    subset: str | None = None
    mode: str | None = None
    media_type: str | None = None
    size: Annotated[int | None, BeforeValidator(_frames_or_none)] = None
    data_id: int | None = Field(default=None, alias="data")
    segment_size: int | None = None
    overlap: int | None = None
    image_quality: int | None = None
    data_chunk_size: int | None = None
    validation_mode: str | None = None
    consensus_enabled: bool | None = None
    jobs: JobCount | None = None

    @property
    def job_count(self) -> int | None:
        """How many jobs it has, of all types; None when the server does not say."""
        return self.jobs.count if self.jobs else None


class Job(Observed):
    """A job: frames `start_frame` to `stop_frame` (both included) of a task."""

    task_id: int | None = None
    project_id: int | None = None
    parent_job_id: int | None = None
    type: str | None = None
    stage: str | None = None
    state: str | None = None
    status: str | None = None  # legacy, derived from stage and state (FACTS §2)
    assignee: UserRef | None = None
    assignee_updated_date: Date | None = None
    start_frame: int | None = None
    stop_frame: int | None = None
    frame_count: int | None = None
    mode: str | None = None
    media_type: str | None = None
    dimension: str | None = None
    guide_id: int | None = None
    consensus_replicas: int | None = None
    organization_id: int | None = Field(default=None, alias="organization")  # named differently from a task's, 2.54.1
    created_date: Date | None = None
    updated_date: Date | None = None

    @property
    def assignee_name(self) -> str | None:
        """The assignee's username; None when there is none."""
        return self.assignee.username if self.assignee else None


class Attribute(Observed):
    """An attribute of a label."""

    name: str = ""
    mutable: bool | None = None
    input_type: str | None = None
    default_value: str | None = None
    values: tuple[str, ...] | None = None


class Label(Observed):
    """A label of a project or of a task without one (either `project_id` or `task_id` is set)."""

    name: str = ""
    color: str | None = None
    type: str | None = None
    attributes: tuple[Attribute, ...] | None = None
    sublabels: tuple[Label, ...] | None = None  # in no order
    svg: str | None = None  # of a skeleton; names its sublabels by data-label-id
    project_id: int | None = None
    task_id: int | None = None
    parent_id: int | None = None


ObservedT = TypeVar("ObservedT", bound=Observed)


class Page(BaseModel, Generic[ObservedT]):
    """One page of a list: how many objects match in all, and those on this page."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    count: int
    next: str | None = None
    results: tuple[ObservedT, ...]
