"""What all blocks share, and how a project is referred to."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reconciler.manifest.values import Id, Name, Wanted, complaint


class Block(BaseModel):
    """Immutable; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=False, validate_by_alias=True)

    called: ClassVar[str] = "a block"
    """How messages call it."""


class ProjectRef(Block):
    """A project: a key of `projects` (else the name of one on the server), or said explicitly by `id` or `name`.

    Written as a plain string it is a `key`.
    """

    called = "a project reference"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    key: Wanted[Annotated[str, Field(min_length=1)]] = Field(
        default=None, description="A key of `projects`, else the name of a project on the server."
    )
    id: Wanted[Id] = Field(default=None, description="The project's id on the server.", examples=[17])
    name: Wanted[Name] = Field(default=None, description="The project's exact name on the server.")

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_a_key(cls, value: object) -> object:
        return {"key": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _said_in_one_way(self) -> ProjectRef:
        if len(self.model_fields_set) != 1:
            raise complaint(
                "a project is given in exactly one way",
                'write a key of `projects`, or {id: 17}, or {name: "Street scenes"}',
            )
        return self
