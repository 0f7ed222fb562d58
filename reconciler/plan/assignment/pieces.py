"""What is shared out, among whom, and what comes of it: plain values, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Literal

Strategy = Literal["balance", "round-robin", "fixed"]


@dataclass(frozen=True)
class Piece:
    """One job or task to be shared out."""

    key: int
    holder: str | None = None  # who has it now, in the list or not
    begun: bool = False  # stays with a holder in the list: begun work is not taken away from anybody
    barred: frozenset[str] = frozenset()  # who may not have it
    rank: tuple[int, ...] = ()  # dealt with in this order, then by key


@dataclass(frozen=True)
class Team:
    """Who shares the work, and how. `load` is what each has besides the pieces."""

    people: tuple[str, ...]
    strategy: Strategy = "balance"
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    load: Mapping[str, int] = field(default_factory=dict)
    most: int | None = None
    only_unassigned: bool = False

    def room(self, person: str, has: int) -> float:
        """How much more somebody may get who has so many pieces."""
        return float("inf") if self.most is None else max(0, self.most - self.load.get(person, 0) - has)

    def burdens(self) -> Mapping[str, int]:
        """What one piece weighs for each: half as much for somebody of twice the weight. Whole numbers, to compare."""
        weights = self._weights()
        common = lcm(*(weight.numerator for weight in weights.values()))
        return {person: int(common / weight) for person, weight in weights.items()}

    def shares(self) -> Mapping[str, int]:
        """The weights as whole numbers."""
        weights = self._weights()
        common = lcm(*(weight.denominator for weight in weights.values()))
        return {person: int(common * weight) for person, weight in weights.items()}

    def _weights(self) -> Mapping[str, Fraction]:
        return {person: self.weights.get(person, Fraction(1)) for person in self.people}


@dataclass(frozen=True)
class Shared:
    """Who has which piece afterwards; `left` are those that nobody could take."""

    given: Mapping[int, str]
    left: tuple[int, ...] = ()


@dataclass
class Laid:
    """The pieces before anything is given: what stays whatever happens, what may move, what has to be given."""

    settled: dict[int, str]
    held: dict[str, list[Piece]]  # by holder of the list, in order
    free: list[Piece]  # in order


def lay_out(pieces: list[Piece], team: Team) -> Laid:
    """Sort the pieces by who has them."""
    laid = Laid({}, {person: [] for person in team.people}, [])
    for piece in pieces:
        ours = piece.holder in laid.held and piece.holder not in piece.barred
        if team.only_unassigned and piece.holder is not None:
            if piece.holder in laid.held:
                laid.settled[piece.key] = piece.holder
        elif piece.holder is not None and ours:
            if piece.begun:
                laid.settled[piece.key] = piece.holder
            else:
                laid.held[piece.holder].append(piece)
        else:
            laid.free.append(piece)
    return laid
