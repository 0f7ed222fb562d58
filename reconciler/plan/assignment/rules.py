"""A rule that shares work out: among whom, how, and which work it may look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from reconciler.errors import Location, Problem
from reconciler.manifest.assigned_stages import assigned_stages
from reconciler.manifest.assigning import AssignBlock
from reconciler.manifest.models import RuleBlock
from reconciler.manifest.selectors import asks_who_has_it
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.assignment.pieces import Team
from reconciler.plan.model import Left, RulePhase, ServerRef
from reconciler.plan.observing import People
from reconciler.plan.people import with_role
from reconciler.plan.standing import Standing
from reconciler.plan.wish import Wish
from reconciler.plan.wishes import Place


@dataclass
class SharingRule:
    """A rule with `assign`, and where it stands."""

    address: str
    block: RuleBlock
    standing: Standing
    at: Place
    """The place of a part of its `assign`: `at("to")`."""
    people: tuple[str, ...] = ()

    @property
    def assign(self) -> AssignBlock:
        """How it shares out."""
        assert self.block.assign is not None
        return self.block.assign

    @property
    def is_done(self) -> bool:
        """Whether it ran once, and has nothing more to do."""
        return self.standing.record.phase is RulePhase.DONE

    @cached_property
    def stages(self) -> frozenset[str] | None:
        """In which stages jobs are shared out; None: in any."""
        return assigned_stages(self.block)

    @property
    def turn(self) -> int:
        """When it is dealt with: the sooner, the less of what it shares out now it selects once that is done.

        What it gives counts for those that come later, now as then.
        """
        moves = self.block.set.status is not None or self.block.set.jobs is not None
        if self.block.mode == "once" or moves:
            return 0
        return 1 if asks_who_has_it(self.block.select) else 2

    def find_people(self, people: People, ref: ServerRef) -> Iterator[Problem]:
        """Find out who is meant; what stands against it is told."""
        users, roles = self.assign.to.users, self.assign.to.role
        if users is not None:
            self.people = users
            return
        self.people, nobody = with_role(roles or (), people, ref, self.at("to", "role"))
        if nobody is not None:
            yield nobody
            return
        for name in self.assign.weights:
            if name not in self.people:
                named = " or ".join(roles or ())
                what = f"{name!r} has a weight, but not the role {named} in organization {ref.organization}"
                yield Problem(what, self.at("weights", name), did_you_mean(name, self.people))

    @cached_property
    def left_of(self) -> Mapping[int, Left]:
        """By task, what a one-time rule that was begun has still to do of it."""
        return {one.task: one for one in self.standing.record.left}

    def wish_for(self, person: str | None) -> Wish:
        """That somebody gets some of the work; or nobody, who may have it no more."""
        where = self.at("exclude_previous") if person is None else self._places[person]
        return Wish(person, self.address, where, shared_out=True)

    @cached_property
    def _places(self) -> Mapping[str, Location | None]:
        """Where the people are written."""
        return dict(self.named())

    def named(self) -> Iterator[tuple[str, Location | None]]:
        """Everybody who may get something, and where that is written."""
        for index, name in enumerate(self.people):
            yield name, self.at("to") if self.assign.to.users is None else self.at("to", index)

    def team(self, load: dict[str, int]) -> Team:
        """Who shares the work, with what each has besides."""
        return Team(
            people=self.people,
            strategy=self.assign.strategy,
            weights={name: Fraction(str(weight)) for name, weight in self.assign.weights.items()},
            load=load,
            most=self.assign.max_per_person,
            only_unassigned=self.assign.only_unassigned,
        )
