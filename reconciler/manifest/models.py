"""The manifest's blocks. A field that is absent is not managed; `null` clears it (look at `model_fields_set`).

`manifest.loading` builds these from YAML, after variables and includes are resolved; `manifest.schema` prints them as
JSON Schema for editors, with the docstrings and descriptions given here. Field limits are CVAT's own.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from reconciler.manifest.assigning import AssignBlock, Assignees
from reconciler.manifest.blocks import Block, ProjectRef
from reconciler.manifest.data import AnnotationsBlock, CloudFiles, DataBlock, ValidationBlock
from reconciler.manifest.guides import GuideBlock
from reconciler.manifest.jobs import JobFields, JobOverride, Previous
from reconciler.manifest.labels import AttributeBlock, LabelBlock, LabelName, PartBlock
from reconciler.manifest.lifecycle import Ensure, IgnorableField, Lifecycle, Prune
from reconciler.manifest.limits import LimitsBlock, PriorityBlock, Settings
from reconciler.manifest.selectors import Interval, JobSelector, PriorityRange, Selector, SizeRange
from reconciler.manifest.storages import StorageBlock
from reconciler.manifest.values import (
    ClearableBugTracker,
    ClearableSubset,
    Id,
    Key,
    Name,
    Priority,
    Revision,
    Truth,
    Username,
    Version,
    Wanted,
    complaint,
)
from reconciler.manifest.workflow_words import JobType, Stage, State, TaskStatus

__all__ = [
    "AnnotationsBlock",
    "AssignBlock",
    "Assignees",
    "AttributeBlock",
    "Block",
    "CloudFiles",
    "DataBlock",
    "Ensure",
    "GuideBlock",
    "IgnorableField",
    "Interval",
    "JobFields",
    "JobOverride",
    "JobSelector",
    "JobType",
    "LabelBlock",
    "LabelName",
    "Lifecycle",
    "LimitsBlock",
    "Manifest",
    "PartBlock",
    "Previous",
    "PriorityBlock",
    "PriorityRange",
    "ProjectBlock",
    "ProjectRef",
    "Prune",
    "RuleBlock",
    "Selector",
    "Settings",
    "SizeRange",
    "Stage",
    "State",
    "StorageBlock",
    "TaskBlock",
    "TaskFields",
    "TaskStatus",
    "ValidationBlock",
]


class ProjectBlock(Block):
    """One project, found by `id`, or by `name` (default: the key); made if it is not there.

    With `id`, or once it has been applied, a `name` is the name it should have.
    """

    called = "a project"

    id: Wanted[Id] = Field(default=None, description="The project's id on the server.", examples=[17])
    name: Wanted[Name] = Field(
        default=None, description="The project's name on the server; the key when left out.", examples=["Street scenes"]
    )
    ensure: Ensure = Field(default="present", description="`absent`: it is deleted, with its tasks, after a backup.")
    bug_tracker: ClearableBugTracker = Field(default=None, description="A link the project shows; null for none.")
    assignee: Username | None = Field(default=None, description="Username of who is responsible; null for nobody.")
    owner: Wanted[Username] = Field(default=None, description="Username of the project's owner.")
    source_storage: Wanted[StorageBlock] = Field(default=None, description="Where imports come from by default.")
    target_storage: Wanted[StorageBlock] = Field(default=None, description="Where exports go by default.")
    guide: GuideBlock | None = Field(default=None, description="What annotators are told; null for no guide.")
    labels: Wanted[dict[LabelName, LabelBlock]] = Field(default=None, description="Its labels by name.")
    prune: Prune = Field(default=Prune(), description="Whether what is not described here is removed.")
    lifecycle: Lifecycle = Field(default=Lifecycle(), description="How this tool treats the project.")


class TaskFields(Block):
    """The fields that a task block and a rule's `set` have in common."""

    called = "a rule's `set`"

    subset: ClearableSubset = Field(default=None, description="Train, Test or your own; null for none.")
    bug_tracker: ClearableBugTracker = Field(default=None, description="A link the task shows; null for none.")
    assignee: Username | None = Field(
        default=None,
        description="Username of who the task is assigned to; null for nobody. The jobs have their own.",
        examples=["alice"],
    )
    owner: Wanted[Username] = Field(default=None, description="Username of the task's owner.")
    status: Wanted[TaskStatus] = Field(
        default=None,
        description="CVAT derives it from the jobs, and it is reached through them: `annotation` and `validation` move "
        "every annotation job that is not in that stage there, with state new; `completed` moves every one to stage "
        "acceptance, state completed.",
        examples=["annotation"],
    )
    jobs: Wanted[JobFields] = Field(default=None, description="What every annotation job of the task gets.")
    priority: Priority | None = Field(
        default=None,
        description="Shown in the name as `settings.priority.format` says; null for none.",
        examples=[1],
    )


class TaskBlock(TaskFields):
    """One task, found by `id`, or by `name` (default: the key) in `project`; made from its `data` if it is not there.

    With `id`, or once it has been applied, a `name` is the name it should have.
    """

    called = "a task"

    id: Wanted[Id] = Field(default=None, description="The task's id on the server.", examples=[42])
    name: Wanted[Name] = Field(
        default=None,
        description="The name to find the task by (the key when left out); with `id`, the name it should have.",
    )
    ensure: Ensure = Field(default="present", description="`absent`: it is deleted, after a backup.")
    project: Wanted[ProjectRef] = Field(
        default=None, description="The project it lies in, or, found by `id`, is moved to.", examples=["street"]
    )
    job_overrides: tuple[JobOverride, ...] = Field(default=(), description="What some jobs get instead of `jobs`.")
    source_storage: Wanted[StorageBlock] = Field(default=None, description="Where imports come from by default.")
    target_storage: Wanted[StorageBlock] = Field(default=None, description="Where exports go by default.")
    labels: Wanted[dict[LabelName, LabelBlock]] = Field(
        default=None, description="Its labels by name; only for a task in no project, others have their project's."
    )
    move_labels: dict[LabelName, LabelName] = Field(
        default_factory=dict,
        description="When it is moved to another project: which of its labels becomes which there, if not the one of "
        "the same name.",
        examples=[{"car": "vehicle"}],
    )
    guide: GuideBlock | None = Field(default=None, description="What its annotators are told; null for no guide.")
    data: Wanted[DataBlock] = Field(default=None, description="What it is made from. Fixed once it is made.")
    replace: Truth = Field(
        default=False,
        description="If `data` has changed: make the task anew, then delete the old one, after a backup.",
    )
    annotations: Wanted[AnnotationsBlock] = Field(default=None, description="Annotations that it gets from a file.")
    prune: Prune = Field(default=Prune(), description="Whether labels that are not described here are removed.")
    lifecycle: Lifecycle = Field(default=Lifecycle(), description="How this tool treats the task.")


class RuleBlock(Block):
    """Many tasks at once. `once` freezes its selection when first applied; `always` selects anew every time."""

    called = "a rule"
    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["set"]}, {"required": ["assign"]}]})

    mode: Literal["once", "always"] = Field(
        default="always",
        description="`once`: the selection is frozen when first applied, so that people's later work is left alone; "
        "`always`: selected anew at every plan.",
    )
    revision: Revision = Field(default=1, description="Raise it to run a `mode: once` rule again.", examples=[2])
    select: Selector = Field(description="Which tasks.", examples=[{"project": "street", "status": "completed"}])
    set: TaskFields = Field(default=TaskFields(), description="What they get.", examples=[{"status": "annotation"}])
    assign: Wanted[AssignBlock] = Field(
        default=None, description="Among whom they are shared out.", examples=[{"to": ["alice", "bob"]}]
    )

    @field_validator("set")
    @classmethod
    def _sets_something(cls, fields: TaskFields) -> TaskFields:
        written = fields.model_fields_set
        if not written or (written == {"jobs"} and fields.jobs is not None and not fields.jobs.model_fields_set):
            raise complaint("this rule sets nothing", "add to `set` what its tasks should get")
        return fields

    @model_validator(mode="after")
    def _does_something(self) -> RuleBlock:
        if not {"set", "assign"} & self.model_fields_set:
            raise complaint("a rule needs `set` or `assign`", "say what its tasks should get")
        return self


class Manifest(Block):
    """A whole manifest: files merged, variables substituted. `organization` absent means the connection's own."""

    called = "a manifest"

    version: Version = Field(description="The format's version.")
    organization: Wanted[str] = Field(
        default=None,
        description='Short name of the organization; "" is the personal workspace; left out: the connection\'s own.',
        examples=["acme"],
    )
    settings: Settings = Field(default=Settings(), description="Safety limits of an apply.")
    projects: dict[Key, ProjectBlock] = Field(default_factory=dict, description="Projects by a key of your own.")
    tasks: dict[Key, TaskBlock] = Field(default_factory=dict, description="Tasks by a key of your own.")
    rules: dict[Key, RuleBlock] = Field(default_factory=dict, description="Rules by a key of your own.")
