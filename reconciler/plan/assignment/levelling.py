"""Strategy balance: everybody has as much as their weight says, within one piece, and as little as possible moves.

How many pieces each is to have comes first. They are dealt out one by one, each to whoever is then the least burdened;
where two are alike, to somebody who holds another piece already. So of all ways that are level this keeps the most
where it is. Whoever holds more than that gives the last of them; those, and what nobody has, go to the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from heapq import heapify, heapreplace
from typing import Final

from reconciler.plan.assignment.mending import Mending
from reconciler.plan.assignment.pieces import Laid, Piece, Shared, Team

_NOBODY: Final = None


def level(laid: Laid, team: Team) -> Shared:
    """Share out with strategy balance."""
    had = Counter(laid.settled.values())
    base = {person: team.load.get(person, 0) + had[person] for person in team.people}
    burdens = team.burdens()
    movable = sum(len(held) for held in laid.held.values()) + len(laid.free)
    wanted = _wanted(laid, team, base, burdens, had, movable)
    has: dict[str | None, list[Piece]] = {person: held[: wanted[person]] for person, held in laid.held.items()}
    excess = [piece for person, held in laid.held.items() for piece in held[wanted[person] :]]
    waiting = _in_turn(excess, laid.free, sum(wanted.values()) < movable)
    has[_NOBODY] = []
    for piece in waiting:
        able = [person for person in team.people if person not in piece.barred]
        short = [person for person in able if len(has[person]) < wanted[person]]
        takers = short or [person for person in able if len(has[person]) < team.room(person, had[person])]
        taker = min(takers, key=lambda person: (base[person] + len(has[person]) + 1) * burdens[person], default=None)
        has[taker].append(piece)
    if any(piece.barred.intersection(base) for pieces in has.values() for piece in pieces):
        has = Mending(team, base, burdens, had, has).mended()
    given = {piece.key: person for person, pieces in has.items() if person is not None for piece in pieces}
    return Shared(laid.settled | given, tuple(piece.key for piece in has[_NOBODY]))


def _wanted(
    laid: Laid, team: Team, base: Mapping[str, int], burdens: Mapping[str, int], had: Counter[str], movable: int
) -> dict[str, int]:
    """How many of the movable pieces each is to have."""
    wanted = dict.fromkeys(team.people, 0)
    room = {person: team.room(person, had[person]) for person in team.people}

    def next_one(number: int) -> tuple[int, bool, int]:
        """What the next piece would be to somebody: the burden, whether it is one they do not hold yet, their place."""
        person = team.people[number]
        count = wanted[person] + 1
        return (base[person] + count) * burdens[person], count > len(laid.held[person]), number

    queue = [next_one(number) for number, person in enumerate(team.people) if room[person] > 0]
    heapify(queue)
    for _ in range(movable):
        if not queue:
            break
        number = queue[0][2]
        person = team.people[number]
        wanted[person] += 1
        if wanted[person] < room[person]:
            heapreplace(queue, next_one(number))
        else:
            queue[0] = queue[-1]
            queue.pop()
            heapify(queue)
    return wanted


def _in_turn(excess: list[Piece], free: list[Piece], scarce: bool) -> list[Piece]:
    """In order; but if not everything finds a place, first what is too much for those who have it."""

    def order(piece: Piece) -> tuple[tuple[int, ...], int]:
        return piece.rank, piece.key

    return [*sorted(excess, key=order), *free] if scarce else sorted([*excess, *free], key=order)
