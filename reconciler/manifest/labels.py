"""Labels and their attributes, as a manifest writes them: by name, not by position."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Wanted, complaint

LabelType = Literal[
    "any", "bbox", "cuboid", "ellipse", "mask", "points", "polygon", "polyline", "rectangle", "skeleton", "tag"
]
PartType = Literal["points"]
InputType = Literal["checkbox", "radio", "number", "text", "select"]


def _trimmed(value: str) -> str:
    if not value or value != value.strip():
        raise complaint("a name here is not empty and has no spaces at its ends")
    return value


def _lower(value: str) -> str:
    return value.lower()


def _text(value: object) -> object:
    """`values: [1, 2]` and `default_value: false` are meant as the text CVAT keeps."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


LabelName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_trimmed)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_lower)]
AttributeValue = Annotated[
    str, Field(max_length=200), BeforeValidator(_text, json_schema_input_type=str | int | float | bool)
]
DefaultValue = Annotated[
    str, Field(max_length=128), BeforeValidator(_text, json_schema_input_type=str | int | float | bool)
]


class AttributeBlock(Block):
    """An attribute of a label."""

    called = "an attribute"

    input_type: Wanted[InputType] = Field(default=None, description="How it is entered; a new attribute needs it.")
    values: Wanted[tuple[AttributeValue, ...]] = Field(
        default=None,
        description="The choices; for a number its minimum, maximum and step; for a checkbox its default.",
        examples=[["false"], ["0", "120", "1"]],
    )
    default_value: Wanted[DefaultValue] = Field(
        default=None, description="What a new shape has; a new attribute's is its first value if it is left out."
    )
    mutable: Wanted[bool] = Field(default=None, description="Whether it can change within a track; new ones: no.")


class PartBlock(Block):
    """A part of a skeleton. Its shape is fixed once the label is made."""

    called = "a part of a skeleton"

    type: PartType = Field(default="points", description="CVAT draws skeletons with points.")
    color: Wanted[Color] = Field(default=None, description="#rrggbb; the server's choice if it is left out.")
    attributes: dict[LabelName, AttributeBlock] = Field(default_factory=dict, description="Its attributes by name.")


class LabelBlock(Block):
    """A label of a project, or of a task that is in none. What is not written is left as it is."""

    called = "a label"

    type: Wanted[LabelType] = Field(default=None, description="What it is drawn with; a new label's is `any`.")
    color: Wanted[Color] = Field(default=None, description="#rrggbb; a new label's is the server's choice.")
    attributes: dict[LabelName, AttributeBlock] = Field(default_factory=dict, description="Its attributes by name.")
    sublabels: Wanted[dict[LabelName, PartBlock]] = Field(
        default=None, description="The parts of a skeleton by name, in the order of its drawing."
    )
    svg: Wanted[str] = Field(
        default=None, description="The drawing of a skeleton, as CVAT's constructor exports it; needed to make one."
    )
    renamed_from: Wanted[LabelName] = Field(
        default=None, description="What it was called before: renamed with its annotations instead of made anew."
    )
