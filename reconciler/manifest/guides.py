"""A guide for annotators: text, or a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Wanted, complaint


class GuideBlock(Block):
    """What annotators are told, in Markdown. Written as a plain string it is the `text`."""

    called = "a guide"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    text: Wanted[str] = Field(default=None, description="The guide itself.")
    file: Wanted[Annotated[str, Field(min_length=1)]] = Field(
        default=None, description="A Markdown file, relative to this one.", examples=["guides/street.md"]
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_the_text(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _said_in_one_way(self) -> GuideBlock:
        if len(self.model_fields_set) != 1:
            raise complaint("a guide is given in exactly one way", "write its text, or {file: guides/street.md}")
        if self.text is not None and not self.text.strip():
            raise complaint("an empty guide", "write `guide: null` for no guide")
        return self
