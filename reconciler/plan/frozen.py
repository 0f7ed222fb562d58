"""What all parts of a plan are made of."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue


class Frozen(BaseModel):
    """Immutable, and strict about unknown keys: a plan that was edited by hand is refused, not guessed at."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(StrEnum):
    """What happens to one object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NO_OP = "no-op"


class FieldChange(Frozen):
    """One managed field of one object that is not as desired.

    Users are usernames, projects their names. A task's `status` is listed though no write carries it: CVAT derives it
    from the jobs, and the jobs' own changes are what reaches it.
    """

    path: tuple[str, ...]
    before: JsonValue
    after: JsonValue
    source: str  # the address that wants it: who to ask when two blocks touch one object
    via: tuple[str, ...] = ()  # rules without which it would not be wanted so: it goes on from what they want
