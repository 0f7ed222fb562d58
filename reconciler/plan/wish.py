"""One wanted value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import JsonValue

from reconciler.errors import Location


@dataclass(frozen=True)
class Wish:
    """One wanted value: who wants it, and where that is written."""

    value: JsonValue  # a name, or a storage
    source: str  # an address: task.batch-001, rule.reopen
    where: Location | None
    as_status: str | None = None  # wanted only because this task status is
    shared_out: bool = False  # somebody gets the work because a rule shares it out
    gives_way: bool = False  # … and to that this wish gives way: nobody, or who had it before
    instead_of: str | None = None  # the source of a wish that gave way to this one

    def is_against(self, other: Wish) -> bool:
        """Whether only one of the two can be granted, and neither gives way."""
        return self.value != other.value and not (self.gives_way_to(other) or other.gives_way_to(self))

    def gives_way_to(self, other: Wish) -> bool:
        """Whether the other one counts."""
        return self.gives_way and other.shared_out

    def in_place_of(self, other: Wish) -> Wish:
        """This wish, where the other one gave way to it."""
        return replace(self, instead_of=other.source)

    @property
    def text(self) -> str | None:
        """The value where it is a name or a word, as of all fields but storages."""
        return self.value if isinstance(self.value, str) else None
