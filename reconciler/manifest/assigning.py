"""Sharing work out among people: a rule's `assign`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import AnyOf, Positive, Truth, Username, Wanted, complaint, number
from reconciler.manifest.workflow_words import Stage

Role = Literal["owner", "maintainer", "supervisor", "worker"]
Strategy = Literal["balance", "round-robin", "fixed"]
Weight = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False), BeforeValidator(number)]


def _somebody(value: object) -> object:
    if value in ([], ()):
        raise complaint("an empty list: there is nobody to assign to", "write usernames, or {role: worker}")
    return value


class Assignees(Block):
    """Who shares the work: usernames, or the members of the organization who have a role.

    Written as a plain list it is the `users`.
    """

    called = "whom to assign"
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    users: Wanted[tuple[Username, ...]] = Field(
        default=None, description="Usernames. Their order decides where nothing else does.", examples=[["alice", "bob"]]
    )
    role: Annotated[AnyOf[Role], BeforeValidator(_somebody)] = Field(
        default=None, description="Members of the organization.", examples=["worker"]
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_list_is_the_users(cls, value: object) -> object:
        if isinstance(value, str):
            return {"users": [value]}
        if not isinstance(value, list | tuple):
            return value
        if not all(isinstance(name, str) for name in value):
            raise complaint("not all of these are usernames", 'quote one that YAML reads as something else: "7"')
        return {"users": value}

    @model_validator(mode="after")
    def _said_in_one_way(self) -> Assignees:
        if len(self.model_fields_set) != 1:
            raise complaint("whom to assign is said in exactly one way", "write [alice, bob], or {role: worker}")
        _somebody(self.users)
        return self


class AssignBlock(Block):
    """How the selected jobs (or tasks) are shared out. What somebody in the list has stays, as far as that goes."""

    called = "an `assign`"

    to: Assignees = Field(description="Among whom.", examples=[["alice", "bob"], {"role": "worker"}])
    strategy: Strategy = Field(
        default="balance",
        description="`balance`: everybody has as much open work; `round-robin`: in turn; `fixed`: the first who may.",
    )
    by: Literal["job", "task"] = Field(
        default="job", description="What is shared out. A task's assignee is the task's own: its jobs have theirs."
    )
    stage: Wanted[Stage] = Field(
        default=None,
        description="Jobs in this stage. Left out: the stage that `set` moves them to, else what `select.job` says, "
        "else annotation.",
    )
    only_unassigned: Truth = Field(default=False, description="Leave alone whatever somebody has, whoever it is.")
    max_per_person: Wanted[Positive] = Field(default=None, description="How much open work one person may get.")
    weights: dict[str, Weight] = Field(
        default_factory=dict, description="Who takes more than others (1).", examples=[{"alice": 2, "bob": 0.5}]
    )
    order_by: Wanted[Literal["priority"]] = Field(
        default=None, description="What is dealt with first: the lowest priority number; what has none comes last."
    )
    exclude_previous: Truth = Field(default=False, description="Whoever annotated a job does not get it.")
