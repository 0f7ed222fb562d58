"""One wanted value."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from reconciler.errors import Location


@dataclass(frozen=True)
class Wish:
    """One wanted value: who wants it, and where that is written."""

    value: JsonValue  # a name, or a storage
    source: str  # an address: task.batch-001, rule.reopen
    where: Location | None
    as_status: str | None = None  # wanted only because this task status is

    @property
    def text(self) -> str | None:
        """The value where it is a name or a word, as of all fields but storages."""
        return self.value if isinstance(self.value, str) else None
