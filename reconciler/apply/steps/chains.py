"""Which steps follow one another, and which can be done at the same time.

Projects first, each with its labels and its guide; then tasks, each with its data, annotations and jobs. What deletes
comes last: tasks (first, so that their backups still have the annotations whose labels go), labels, projects. Within
one group the steps of one object are a chain; chains that need one another are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from reconciler.plan.steps import Step

Chain = list[Step]


def building(steps: Iterable[Step]) -> list[list[Chain]]:
    """What is done before the changes: a group after another, chains in parallel."""
    wanted = [step for step in steps if not step.deletes]
    known = _ids(wanted)
    return [_chains(group, known) for group in _groups(wanted, lambda step: _subject(step, known)[0])]


def deleting(steps: Iterable[Step]) -> list[list[Chain]]:
    """What is done after the changes."""
    wanted = [step for step in steps if step.deletes]
    known = _ids(wanted)
    return [_chains([step for step in wanted if step.kind == kind], known) for kind in ("task", "label", "project")]


def _groups(steps: Iterable[Step], kind: Callable[[Step], str]) -> list[list[Step]]:
    """The plan's own order, where it goes from projects to tasks or back: a rollback has it the other way round."""
    return [list(group) for _, group in groupby(steps, kind)]


Subject = tuple[str, int | str]


def _ids(steps: Iterable[Step]) -> dict[str, int]:
    """The ids of the addresses that have one somewhere: with them and without them they are one object."""
    known: dict[str, int] = {}
    for step in steps:
        if step.of is not None and step.of.id is not None:
            known[step.of.address] = step.of.id
        if step.kind in ("project", "task") and step.id is not None:
            known[step.address] = step.id
    return known


def _subject(step: Step, known: dict[str, int]) -> Subject:
    """The project or task that a step is about."""
    if step.kind in ("project", "task"):
        return step.kind, known.get(step.address, step.address)
    assert step.of is not None
    return step.of.kind, known.get(step.of.address, step.of.address)


def _chains(steps: Sequence[Step], known: dict[str, int]) -> list[Chain]:
    by_address: dict[str, list[int]] = {}
    by_subject: dict[Subject, list[int]] = {}
    for place, step in enumerate(steps):
        by_address.setdefault(step.address, []).append(place)
        by_subject.setdefault(_subject(step, known), []).append(place)
    chain_of = list(range(len(steps)))

    def root(place: int) -> int:
        while chain_of[place] != place:
            place = chain_of[place]
        return place

    for places in by_subject.values():
        for place in places[1:]:
            chain_of[root(place)] = root(places[0])
    for place, step in enumerate(steps):
        for needed in step.needs:
            for other in by_address.get(needed, ()):
                chain_of[root(place)] = root(other)
    chains: dict[int, Chain] = {}
    for place, step in enumerate(steps):
        chains.setdefault(root(place), []).append(step)
    return list(chains.values())
