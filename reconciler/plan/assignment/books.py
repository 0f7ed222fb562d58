"""Who has which work: what rules share out, and what people have besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from reconciler.plan.assignment.rules import SharingRule
from reconciler.plan.assignment.work import Work


@dataclass(frozen=True)
class Scope:
    """Where people's load is measured: in projects, and in tasks that are in none."""

    projects: frozenset[int]
    tasks: frozenset[int]

    def holds(self, work: Work) -> bool:
        """Whether it counts."""
        return work.project in self.projects or work.task in self.tasks


class Books(Protocol):
    """All jobs, or all tasks, that were looked at."""

    by_id: dict[int, Work]

    def shared_by(self, rule: SharingRule) -> list[Work]:
        """What a rule shares out."""
        ...

    def read_load(self, scope: Scope, people: Collection[str]) -> None:
        """Read what these people have there."""
        ...

    def give(self, rule: SharingRule, task: int, given: Mapping[str | None, list[int]]) -> None:
        """Wish that people get this work of one task; None: that nobody has it."""
        ...
