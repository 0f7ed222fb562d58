"""Whether an object is there, what is left alone on it, and what is removed from it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Truth

IgnorableField = Literal[
    "name",
    "priority",
    "subset",
    "bug_tracker",
    "assignee",
    "owner",
    "status",
    "jobs",
    "labels",
    "guide",
    "project",
    "annotations",
    "source_storage",
    "target_storage",
]
Ensure = Literal["present", "absent"]


class Lifecycle(Block):
    """How this tool treats the object."""

    called = "lifecycle"

    ignore: tuple[IgnorableField, ...] = Field(
        default=(),
        description="Fields that this tool leaves alone on this object, whatever a block or a rule says.",
        examples=[["bug_tracker"]],
    )
    prevent_delete: Truth = Field(
        default=False,
        description="Refuse every plan that would delete it. Also remembered in the state store, so that it holds when "
        "this block is taken out of the manifest.",
    )


class Prune(Block):
    """Whether what the manifest does not describe is removed."""

    called = "prune"

    labels: Truth = Field(default=False, description="Remove labels and attributes that are not described here.")
    tasks: Truth = Field(
        default=False, description="Of a project: delete its tasks that the manifest does not describe."
    )
