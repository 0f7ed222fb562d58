"""One wanted value."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import Location


@dataclass(frozen=True)
class Wish:
    """One wanted value: who wants it, and where that is written."""

    value: str | None
    source: str  # an address: task.batch-001, rule.reopen
    where: Location | None
    as_status: str | None = None  # wanted only because this task status is
