"""Strategies round-robin and fixed: what somebody in the list has stays; the rest goes out in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from reconciler.plan.assignment.pieces import Laid, Piece, Shared, Team

_Choice = Callable[[Sequence[str]], str]


def in_turn(laid: Laid, team: Team, pieces: Sequence[Piece]) -> Shared:
    """To one after the other; with weights, some get more turns. What somebody has already was their turn.

    Each piece gives everybody credit by their weight, and costs whoever has it the credit of all. So turns are spread
    evenly (ann, bob, ann with weights 2 and 1), and go on where they ended.
    """
    shares = team.shares()
    credit = dict.fromkeys(team.people, 0)

    def choose(able: Sequence[str]) -> str:
        return max(able, key=lambda person: credit[person] + shares[person])

    def count(person: str) -> None:
        for one, share in shares.items():
            credit[one] += share
        credit[person] -= sum(shares.values())

    return _dealt(laid, team, pieces, choose, count)


def to_the_first(laid: Laid, team: Team, pieces: Sequence[Piece]) -> Shared:
    """To the first of the list who may take it."""
    return _dealt(laid, team, pieces, lambda able: able[0], lambda _: None)


def _dealt(laid: Laid, team: Team, pieces: Sequence[Piece], choose: _Choice, count: Callable[[str], None]) -> Shared:
    """Go through the pieces in order. Those that are too many for who has them are dealt out, too."""
    given = dict(laid.settled)
    had = Counter(given.values())
    for person, held in laid.held.items():
        room = team.room(person, had[person])
        given |= {piece.key: person for place, piece in enumerate(held) if place < room}
    had = Counter(given.values())
    out = {
        piece.key for piece in [*laid.free, *(piece for held in laid.held.values() for piece in held)]
    } - given.keys()
    left: list[int] = []
    for piece in pieces:
        if piece.key in out:
            able = [one for one in team.people if one not in piece.barred and team.room(one, had[one]) > 0]
            if not able:
                left.append(piece.key)
                continue
            given[piece.key] = choose(able)
            had[given[piece.key]] += 1
        if piece.key in given:
            count(given[piece.key])
    return Shared(given, tuple(left))
