"""Where some may not have some of the pieces, giving each to whoever has the least does not make it level.

Then chains do: ann gives one to bob, who gives one to carl. As long as there is a chain (or a circle) that makes the
whole better, it is carried out; when there is none left, nothing better exists (the theory of flows at least cost: a
flow without a negative circle is cheapest). Better means, in this order: fewer pieces that nobody takes, those first
that are too much for who has them; more level; fewer moved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from reconciler.plan.assignment.pieces import Piece, Team

_Kind = tuple[str | None, frozenset[str]]
"""Pieces that cost the same wherever they are: who of the list holds them, and who may not have them."""

_END: Final = -1
"""Beside the people and nobody (numbered from 0), where chains begin and end."""


@dataclass
class Mending:
    """Makes an arrangement the best one. `has[None]` are the pieces that nobody takes."""

    team: Team
    base: Mapping[str, int]
    burdens: Mapping[str, int]
    had: Counter[str]
    has: dict[str | None, list[Piece]]
    _heaps: list[dict[_Kind, list[Piece]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._places: list[str | None] = [*self.team.people, None]
        self._count = [len(self.has[place]) for place in self._places]
        for place in self._places:
            heap: dict[_Kind, list[Piece]] = defaultdict(list)
            for piece in self.has[place]:
                heap[self._kind(piece)].append(piece)
            self._heaps.append(heap)
        pieces = sum(self._count)
        # One step of evenness is worth more than all moves, one piece without a place more than all evenness.
        self._step = 2 * pieces + 1
        most = max(self.base.values(), default=0) + pieces + 1
        level = self._step * (pieces + 1) * most * max(self.burdens.values())
        self._too_much, self._unplaced = level, level * (pieces + 1)

    def mended(self) -> dict[str | None, list[Piece]]:
        """The best arrangement."""
        edges = [self._edges(place) for place in range(len(self._places))]
        while (chain := self._better(edges)) is not None:
            links = [(one, other) for one, other in pairwise(chain) if _END not in (one, other)]
            moved = [self._take(one, other) for one, other in links]
            for (one, other), piece in zip(links, moved, strict=True):
                self._heaps[other][self._kind(piece)].append(piece)
                self._count[one] -= 1
                self._count[other] += 1
            for place in {place for link in links for place in link}:
                edges[place] = self._edges(place)
        return {
            place: sorted((one for some in heap.values() for one in some), key=lambda one: (one.rank, one.key))
            for place, heap in zip(self._places, self._heaps, strict=True)
        }

    def _kind(self, piece: Piece) -> _Kind:
        holder = piece.holder if piece.holder in self.base and piece.holder not in piece.barred else None
        return holder, piece.barred.intersection(self.base)

    def _cost(self, kind: _Kind, place: str | None) -> int:
        """What it costs to have a piece there."""
        holder, _ = kind
        if place is None:
            return self._unplaced + (self._too_much if holder is not None else 0)
        return int(holder not in (None, place))

    def _edges(self, number: int) -> dict[int, int]:
        """To which place a piece can go from here, and what it costs."""
        found: dict[int, int] = {}
        here = self._places[number]
        for kind, pieces in self._heaps[number].items():
            if pieces:
                for other, place in enumerate(self._places):
                    if other != number and place not in kind[1]:
                        cost = self._cost(kind, place) - self._cost(kind, here)
                        found[other] = min(cost, found.get(other, cost))
        return found

    def _take(self, number: int, other: int) -> Piece:
        """The piece that goes from one place to another: of the cheapest, the last."""
        here, there = self._places[number], self._places[other]
        kinds = [kind for kind, pieces in self._heaps[number].items() if pieces and there not in kind[1]]
        least = min(self._cost(kind, there) - self._cost(kind, here) for kind in kinds)
        able = [kind for kind in kinds if self._cost(kind, there) - self._cost(kind, here) == least]
        piece = max((one for kind in able for one in self._heaps[number][kind]), key=lambda one: (one.rank, one.key))
        self._heaps[number][self._kind(piece)].remove(piece)
        return piece

    def _burden(self, number: int, more: int) -> int:
        """What the last (or the next) piece of somebody weighs."""
        place = self._places[number]
        if place is None:
            return 0
        return (self.base[place] + self._count[number] + more) * self.burdens[place] * self._step

    def _has_room(self, number: int) -> bool:
        place = self._places[number]
        return place is None or self._count[number] < self.team.room(place, self.had[place])

    def _better(self, edges: list[dict[int, int]]) -> list[int] | None:
        """A circle through the places that makes the whole better, if there is one (Bellman and Ford)."""
        nodes = range(len(self._places))
        links = [(one, other, cost) for one in nodes for other, cost in edges[one].items()]
        links += [(_END, one, -self._burden(one, 0)) for one in nodes if self._count[one]]
        links += [(one, _END, self._burden(one, 1)) for one in nodes if self._has_room(one)]
        distance = dict.fromkeys([*nodes, _END], 0)
        before: dict[int, int] = {}
        last = None
        for _ in distance:
            last = None
            for one, other, cost in links:
                if distance[one] + cost < distance[other]:
                    distance[other] = distance[one] + cost
                    before[other] = one
                    last = other
            if last is None:
                return None
        for _ in distance:  # back far enough to be on the circle itself
            assert last is not None
            last = before[last]
        assert last is not None
        circle = [last]
        while (last := before[last]) != circle[0]:
            circle.append(last)
        return [circle[0], *reversed(circle)]
