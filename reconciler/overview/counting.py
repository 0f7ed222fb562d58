"""A project with very many jobs: counted by the server instead of read.

Fifty thousand jobs take 25 seconds to read, and a fraction of one to be counted (FACTS §3): one small request for each
stage and state, and one for each person.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, get_args

from reconciler.cvat.capabilities import CONNECTIONS
from reconciler.cvat.filters import Filter, all_of, equals, negate
from reconciler.cvat.reading import Reader
from reconciler.manifest.workflow_words import Stage, State
from reconciler.overview.model import PersonWork

MOST_PEOPLE: Final = 60
_STAGES: Final[tuple[str, ...]] = get_args(Stage)
_STATES: Final[tuple[str, ...]] = get_args(State)
_DONE: Final = ("acceptance", "completed")


@dataclass(frozen=True)
class Counted:
    """A project's jobs, as far as they can be counted."""

    jobs: dict[str, dict[str, int]]
    others: int
    people: tuple[PersonWork, ...] | None  # None: there are too many to ask for each


def counted(reader: Reader, project: int, people: Sequence[str]) -> Counted:
    """Count one project's jobs. Raises ServerError."""
    here = equals("project_id", project)
    annotation = all_of(here, equals("type", "annotation"))
    positions = [(stage, state) for stage in _STAGES for state in _STATES]
    asked = list(people) if len(people) <= MOST_PEOPLE else []
    questions: list[Filter] = [here, *(all_of(annotation, _at(*position)) for position in positions)]
    questions += [all_of(annotation, equals("assignee", person), negate(_at(*_DONE))) for person in asked]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        every, *numbers = threads.map(reader.count_jobs, questions)
    by_position = dict(zip(positions, numbers, strict=False))
    jobs: dict[str, dict[str, int]] = {}
    for (stage, state), number in by_position.items():
        if number:
            jobs.setdefault(stage, {})[state] = number
    total = sum(by_position.values())
    if len(people) > MOST_PEOPLE:
        return Counted(jobs, max(0, every - total), None)
    held = dict(zip(asked, numbers[len(positions) :], strict=True))
    nobody = total - by_position[_DONE] - sum(held.values())
    work: list[tuple[str | None, int]] = [*held.items(), (None, max(0, nobody))]
    shares = [PersonWork(person=who, open=number, jobs=None, frames=None) for who, number in work if number]
    return Counted(jobs, max(0, every - total), tuple(shares))


def _at(stage: str, state: str) -> Filter:
    return all_of(equals("stage", stage), equals("state", state))
