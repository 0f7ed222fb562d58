"""Labels and their attributes, as a manifest writes them: by name, not by position."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Truth, Wanted, complaint, without_outer_spaces

LabelType = Literal[
    "any", "cuboid", "ellipse", "mask", "points", "polygon", "polyline", "rectangle", "skeleton", "tag", "interval"
]  # interval: from 2.80 (the SDK's LabelType)
PartType = Literal["points"]
InputType = Literal["checkbox", "radio", "number", "text", "select"]


def _colour(value: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise complaint("this is not a colour", 'write it as red, green and blue: "#ff0000"')
    return value.lower()


def _text(value: object) -> object:
    """`values: [1, 2]` and `default_value: false` are meant as the text CVAT keeps."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _one_line(value: str) -> str:
    # The server keeps an attribute's values as one text, a value a line (CVAT, AttributeSpec.values).
    if "\n" in value:
        raise complaint("this value has more than one line", "CVAT would make several values of it; write one line")
    return value


LabelName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(without_outer_spaces)]
Color = Annotated[str, AfterValidator(_colour), WithJsonSchema({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"})]
AttributeValue = Annotated[
    str,
    Field(max_length=200),
    BeforeValidator(_text, json_schema_input_type=str | int | float | bool),
    AfterValidator(without_outer_spaces),
    AfterValidator(_one_line),
]
DefaultValue = Annotated[
    str,
    Field(max_length=128),
    BeforeValidator(_text, json_schema_input_type=str | int | float | bool),
    AfterValidator(without_outer_spaces),
    AfterValidator(_one_line),
]


class NamedBlock(Block):
    """A block whose name may be all that is said of it: `car:` is `car: {}`."""

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_an_empty_block(cls, value: object) -> object:
        return {} if value is None else value


class AttributeBlock(NamedBlock):
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
    mutable: Wanted[Truth] = Field(default=None, description="Whether it can change within a track; new ones: no.")


class PartBlock(NamedBlock):
    """A part of a skeleton. Its shape is fixed once the label is made."""

    called = "a part of a skeleton"

    type: PartType = Field(default="points", description="CVAT draws skeletons with points.")
    color: Wanted[Color] = Field(default=None, description="#rrggbb; the server's choice if it is left out.")
    attributes: dict[LabelName, AttributeBlock] = Field(default_factory=dict, description="Its attributes by name.")


class LabelBlock(NamedBlock):
    """A label of a project, or of a task that is in none. What is not written is left as it is."""

    called = "a label"

    type: Wanted[LabelType] = Field(default=None, description="What it is drawn with; a new label's is `any`.")
    color: Wanted[Color] = Field(default=None, description="#rrggbb; a new label's is the server's choice.")
    attributes: dict[LabelName, AttributeBlock] = Field(default_factory=dict, description="Its attributes by name.")
    sublabels: Wanted[dict[LabelName, PartBlock]] = Field(
        default=None, description="The parts of a skeleton by name, in the order of its drawing."
    )
    svg: Wanted[Annotated[str, Field(min_length=1)]] = Field(
        default=None, description="The drawing of a skeleton, as CVAT's constructor exports it; needed to make one."
    )
    renamed_from: Wanted[LabelName] = Field(
        default=None, description="What it was called before: renamed with its annotations instead of made anew."
    )
