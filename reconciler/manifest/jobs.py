"""What is wanted of jobs: of every annotation job of a task, or of some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Id, Username, Wanted, complaint
from reconciler.manifest.workflow_words import Stage, State


class Previous(Block):
    """Somebody who had the job before."""

    called = "who had a job before"

    previous: Literal["annotator"] = Field(description="Whoever is recorded to have annotated it.")


def _user_or_previous(value: object, read: ValidatorFunctionWrapHandler) -> object:
    if isinstance(value, Previous):
        return value
    if isinstance(value, dict):
        if value != {"previous": "annotator"}:
            raise complaint("this is nobody", "write a username, null for nobody, or {previous: annotator}")
        return Previous(previous="annotator")
    return read(value)


if TYPE_CHECKING:
    JobAssignee = str | Previous | None
else:  # said by hand: the errors of a union of the two would speak of both
    JobAssignee = Annotated[
        Username | None,
        WrapValidator(_user_or_previous, json_schema_input_type=Username | Previous | None),
        PlainSerializer(lambda value: value.model_dump() if isinstance(value, Previous) else value),
    ]


class JobFields(Block):
    """What is wanted of jobs. A `stage` without a `state` starts the jobs that move there anew (state new)."""

    called = "jobs"

    stage: Wanted[Stage] = Field(
        default=None,
        description="Where in the workflow. Without `state`, a job that changes stage gets state new.",
        examples=["validation"],
    )
    state: Wanted[State] = Field(default=None, description="How far within the stage.", examples=["in progress"])
    assignee: JobAssignee = Field(
        default=None,
        description="Username of who works on it; null for nobody. In a rule that selects by `job` also {previous: "
        "annotator}: whoever annotated it, as far as runs have recorded that.",
        examples=["bob"],
    )

    @property
    def username(self) -> str | None:
        """Who gets the jobs, where that is one person."""
        return self.assignee if isinstance(self.assignee, str) else None


def _frame_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _frames_in_order(frames: str) -> str:
    first, _, last = frames.partition("-")
    if last and int(first) > int(last):
        raise complaint("these frames run backwards", "write the lower number first: 0-99")
    return frames


Frames = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,9}(-[0-9]{1,9})?$"),
    AfterValidator(_frames_in_order),
    BeforeValidator(_frame_text, json_schema_input_type=str | int),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^[0-9]{1,9}(-[0-9]{1,9})?$"}, {"type": "integer"}]}),
]


class JobOverride(JobFields):
    """What some jobs get instead of `jobs`: those that lie within `frames`, or one by its id."""

    called = "a job override"
    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["frames"]}, {"required": ["job"]}]})

    frames: Wanted[Frames] = Field(
        default=None, description="Jobs that lie within these frames, both ends included.", examples=["0-99", 7]
    )
    job: Wanted[Id] = Field(default=None, description="One job by its id on the server.", examples=[1655])

    @property
    def frame_range(self) -> tuple[int, int] | None:
        """First and last frame, both included; None when the override names a job."""
        if self.frames is None:
            return None
        first, _, last = self.frames.partition("-")
        return int(first), int(last or first)

    @model_validator(mode="after")
    def _complete(self) -> JobOverride:
        written = self.model_fields_set
        if {"frames", "job"} <= written:
            raise complaint("a job override names both frames and a job", "keep `frames` or `job`, not both")
        if not {"frames", "job"} & written:
            raise complaint("a job override does not say which jobs", "add `frames: 0-99` or `job: 1655`")
        if not {"stage", "state", "assignee"} & written:
            raise complaint("a job override sets nothing", "add `stage`, `state` or `assignee`")
        return self
