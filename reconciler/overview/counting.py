"""A project with very many jobs: counted by the server instead of read.

Fifty thousand jobs take 25 seconds to read, and a fraction of one to be counted (FACTS §3): one small request for each
stage and state, one for each person, and one for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, get_args

from reconciler.cvat.capabilities import CONNECTIONS
from reconciler.cvat.filters import Filter, all_of, equals, negate, nobodys
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
    unseen: int = 0  # open ones of people who were not asked for: nobody that this account can see


def counted(reader: Reader, project: int, people: Sequence[str]) -> Counted:
    """Count one project's jobs. `people` are all that can be seen: what others hold is what is left over.

    Raises ServerError.
    """
    here = equals("project_id", project)
    annotation = all_of(here, equals("type", "annotation"))
    positions = [(stage, state) for stage in _STAGES for state in _STATES]
    asked = list(people) if len(people) <= MOST_PEOPLE else []
    questions: list[Filter] = [here, *(all_of(annotation, _at(*position)) for position in positions)]
    whose: list[tuple[str | None, Filter]] = [(person, equals("assignee", person)) for person in asked]
    whose.append((None, nobodys()))
    questions += [all_of(annotation, who, negate(_at(*_DONE))) for _, who in whose]
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
    held = [(who, number) for (who, _), number in zip(whose, numbers[len(positions) :], strict=True)]
    shares = [PersonWork(person=who, open=number, jobs=None, frames=None) for who, number in held if number]
    unseen = total - by_position[_DONE] - sum(number for _, number in held)
    return Counted(jobs, max(0, every - total), tuple(shares), max(0, unseen))


def _at(stage: str, state: str) -> Filter:
    return all_of(equals("stage", stage), equals("state", state))
