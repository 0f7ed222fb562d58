"""Rules that share work out, fitted into a plan: after everything else that is wanted is known, before it is compared.

Rules go one after the other: first those that select less once they are done (mode once, or they move jobs on), else
in their order. Each counts what the rules before it have given; what those after it will share out it leaves out,
wherever that is now. So once everything is as planned, the same plan comes out, and nothing is left to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconciler.errors import Problem
from reconciler.manifest.priority_format import LARGEST
from reconciler.manifest.selectors import asks_who_has_it, waits
from reconciler.plan.assignment.books import Books, Scope
from reconciler.plan.assignment.job_books import JobBooks
from reconciler.plan.assignment.loads import loads_of
from reconciler.plan.assignment.pieces import Piece, Shared, lay_out
from reconciler.plan.assignment.rules import SharingRule
from reconciler.plan.assignment.sharing import share_out
from reconciler.plan.assignment.task_books import TaskBooks
from reconciler.plan.assignment.work import Work
from reconciler.plan.building.building import Building
from reconciler.plan.disagreements import Disagreements
from reconciler.plan.jobs_reading import JobsRead
from reconciler.plan.model import PersonLoad
from reconciler.plan.observing import People
from reconciler.plan.people import NamedPeople
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.wishes import TaskWishes
from reconciler.wording import counted, listed


@dataclass
class _Part:
    """One rule's work."""

    rule: SharingRule
    books: Books
    works: list[Work]
    scope: Scope
    pieces: list[Piece]
    unknown: int  # jobs of which nobody knows who annotated them, where that matters

    @cached_property
    def movable(self) -> set[int]:
        """What the rule may move."""
        settled = lay_out(self.pieces, self.rule.team({})).settled
        return {piece.key for piece in self.pieces} - settled.keys()


@dataclass
class Assigning:
    """Shares out what the rules of a manifest say.

    Args:
        rules: those with `assign`, in their order.
        ctx: where problems and warnings go, and what else the plan does.
        projects: finds the projects that selections name.
        annotators: by job, who is recorded to have annotated it.
    """

    rules: Sequence[SharingRule]
    ctx: Building
    projects: ProjectIndex
    annotators: Callable[[], Mapping[int, str]]

    def find_people(self, people: People, named: NamedPeople) -> None:
        """Find out among whom; they are then looked up with everybody else."""
        for rule in self.rules:
            if not rule.is_done:
                self.ctx.problems += rule.find_people(people, self.ctx.ref)
                for name, where in rule.named():
                    named.want(name, where)

    def share_out(
        self, wishes: Mapping[int, TaskWishes], read: JobsRead, disagreements: Disagreements
    ) -> tuple[PersonLoad, ...]:
        """Add what the rules want to the wishes, and what they look at to the jobs that were read."""
        jobs, tasks = JobBooks(self.ctx, wishes, read), TaskBooks(self.ctx, wishes, disagreements)
        parts = [
            self._part(rule, jobs if rule.assign.by == "job" else tasks)
            for rule in sorted(self.rules, key=lambda rule: rule.turn)
            if rule.people and not rule.is_done
        ]
        parts = [part for part in parts if part.works]
        clashing = dict(_twice(parts))
        self.ctx.problems += clashing.values()
        parts = [part for part in parts if part.rule.address not in clashing]
        for part in parts:
            part.books.read_load(part.scope, {*part.rule.people, *(work.now for work in part.works if work.now)})
        for number, part in enumerate(parts):
            later = [other for other in parts[number + 1 :] if other.books is part.books]
            self._give(part, share_out(part.pieces, part.rule.team(_load(part, later))))
        return tuple(load for part in parts for load in loads_of(part.rule, part.works, part.books.by_id, part.scope))

    def _part(self, rule: SharingRule, books: Books) -> _Part:
        works = books.shared_by(rule)
        named = [self.projects.resolve(ref, None, []) for ref in rule.block.select.project or ()]
        scope = Scope(
            frozenset(number for number in [*named, *(work.project for work in works)] if number is not None),
            frozenset(work.task for work in works if work.project is None),
        )
        return _Part(rule, books, works, scope, *self._pieces(rule, works))

    def _pieces(self, rule: SharingRule, works: Sequence[Work]) -> tuple[list[Piece], int]:
        """The work as pieces, and of how many it is not known who annotated them.

        What another block says who has stays there, if that is somebody in the list.
        """
        pieces, unknown = [], 0
        places = self._places(rule)
        for work in works:
            previous = self._previous(work) if rule.assign.exclude_previous else None
            unknown += rule.assign.exclude_previous and work.stage != "annotation" and previous is None
            barred = frozenset({previous} if previous is not None else ())
            holder = work.person
            if work.taken_by is not None and work.now is not None:
                if self._is_let_go(work.taken_by) and _can_be_spared(work.now, rule, barred):
                    barred |= {work.now}
                else:
                    holder = work.now
            rank = (*places.get(work.task, ()), *work.rank)
            pieces.append(Piece(work.id, holder, work.begun or work.said, barred, rank))
        return pieces, unknown

    def _is_let_go(self, address: str) -> bool:
        """Whether a rule that takes work from somebody selects it no more once another has it.

        One that does would take it again, at every apply, and it would go round.
        """
        rule = self.ctx.manifest.rules.get(address.removeprefix("rule."))
        return rule is not None and (rule.mode == "once" or waits(rule.select) or asks_who_has_it(rule.select))

    def _places(self, rule: SharingRule) -> dict[int, tuple[int]]:
        """By task, what comes before other work, if the rule says so: by priorities once the plan is applied."""
        if rule.assign.order_by is None:
            return {}
        names, after = self.ctx.names, self.ctx.priorities.priority_after
        found = {task.id: after(task, names.get(task.id)) for task in rule.standing.tasks}
        return {task: (LARGEST + 1 if priority is None else priority,) for task, priority in found.items()}

    def _previous(self, work: Work) -> str | None:
        """Who annotated a job that is past annotation: has it, if this plan moves it there, else by the record."""
        if work.stage == "annotation":
            return None
        if work.stage_now == "annotation" and work.now is not None:
            return work.now
        return self._annotators.get(work.id)

    @cached_property
    def _annotators(self) -> Mapping[int, str]:
        return self.annotators()

    def _not_kept(self, part: _Part, shared: Shared) -> list[int]:
        """What nobody could take from whoever may not have it: it goes to nobody, and waits for somebody who may."""
        left = set(shared.left)
        return [piece.key for piece in part.pieces if piece.key in left and piece.holder in piece.barred]

    def _give(self, part: _Part, shared: Shared) -> None:
        by_task: dict[int, dict[str | None, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, person in {**shared.given, **dict.fromkeys(self._not_kept(part, shared))}.items():
            work = part.books.by_id[number]
            work.person = person
            if self.ctx.targets.wants_task(part.rule.address, work.task):
                work.planned = person
                by_task[work.task][person].append(number)
        for task, given in sorted(by_task.items()):
            part.books.give(part.rule, task, given)
        if shared.left:
            self.ctx.warn(_left(part, shared, self._not_kept(part, shared)), part.rule.address)
        if part.unknown and any(work.planned != work.now for work in part.works):  # as long as there is something to do
            jobs = "1 job" if part.unknown == 1 else f"{part.unknown} jobs"
            text = f"nothing is recorded of who annotated {jobs}: anybody in the list may get {_them(part.unknown)}"
            self.ctx.warn(text, part.rule.address)


def _load(part: _Part, later: Sequence[_Part]) -> dict[str, int]:
    """What each of the people has besides what the rule, and those after it, share out."""
    aside = {work.id for work in part.works}.union(*(other.movable for other in later))
    load = dict.fromkeys(part.rule.people, 0)
    for work in part.books.by_id.values():
        if work.open and work.person in load and work.id not in aside and part.scope.holds(work):
            load[work.person] += 1
    return load


def _twice(parts: Sequence[_Part]) -> Iterator[tuple[str, Problem]]:
    """Rules that share out work that one before them shares out, too."""
    first: dict[tuple[str, int], _Part] = {}
    told: set[tuple[str, str]] = set()
    for part in parts:
        by = part.rule.assign.by
        for work in part.works:
            other = first.setdefault((by, work.id), part)
            pair = (other.rule.address, part.rule.address)
            if other is not part and pair not in told:
                told.add(pair)
                shared = sum(first.get((by, one.id)) is other for one in part.works)
                more = f" and {shared - 1} more" if shared > 1 else ""
                what = f"{pair[0]} and {pair[1]} share out the same {by}s: {by} {work.id}{more}"
                yield pair[1], Problem(what, part.rule.at(), "narrow one of the selections, or say another `stage`")


def _can_be_spared(person: str, rule: SharingRule, barred: frozenset[str]) -> bool:
    """Whether what is taken from somebody need not come back to them, for there are others, and all have room."""
    others = set(rule.people) - barred - {person}
    return bool(others) and rule.assign.max_per_person is None


def _left(part: _Part, shared: Shared, not_kept: Sequence[int]) -> str:
    """What finds nobody, for a person."""
    works = [part.books.by_id[number] for number in shared.left]
    by, number = part.rule.assign.by, len(works)
    staying = [work for work in works if work.id not in not_kept]
    held = [work for work in staying if work.person is not None]
    whats = []
    if staying:
        what = f"{counted(len(staying), by)} {'stays' if len(staying) == 1 else 'stay'} as {_they(len(staying))}"
        who = sorted({str(work.person) for work in held})
        whats.append(what + (f" ({len(held)} with {listed(who, 3)})" if held else ""))
    if not_kept:
        whats.append(f"{counted(len(not_kept), by)} {'has' if len(not_kept) == 1 else 'have'} nobody now")
    what = " and ".join(whats)
    why = []
    if part.rule.assign.max_per_person is not None:
        why.append(f"has {part.rule.assign.max_per_person} (max_per_person)")
    if part.rule.assign.exclude_previous:
        why.append("may not have them (exclude_previous)" if number > 1 else "may not have it (exclude_previous)")
    return f"{what}: everybody in the list {' or '.join(why)}"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _they(number: int) -> str:
    return "it is" if number == 1 else "they are"
