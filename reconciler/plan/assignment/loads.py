"""What people have before and after: the table at a plan's end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.plan.assignment.books import Scope
from reconciler.plan.assignment.rules import SharingRule
from reconciler.plan.assignment.work import Work
from reconciler.plan.model import PersonLoad


def loads_of(
    rule: SharingRule, shared: Sequence[Work], known: Mapping[int, Work], scope: Scope
) -> Iterator[PersonLoad]:
    """What everybody in the list has to do, then those from whom the rule takes some: what is open.

    With it goes what is shared out though it is closed, before as after; not what this plan opens, before.
    """
    ours = {work.id for work in shared}
    closed = {work.id for work in shared if not work.open}
    losing = {work.now for work in shared if work.now is not None and work.planned != work.now}
    there = [work for work in known.values() if scope.holds(work)]
    for person in [*rule.people, *sorted(losing - set(rule.people))]:
        after = [work for work in there if (work.open or work.id in ours) and work.planned == person]
        yield PersonLoad(
            rule=rule.address,
            by=rule.assign.by,
            person=person,
            before=sum((work.open_now or work.id in closed) and work.now == person for work in there),
            after=len(after),
            frames=sum(work.frames for work in after),
        )
