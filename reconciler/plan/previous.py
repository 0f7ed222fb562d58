"""`jobs.assignee: {previous: annotator}`: jobs go back to whoever annotated them, as far as runs have recorded that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from reconciler.plan.model import Warning_
from reconciler.plan.observing import People
from reconciler.plan.wishes import PREVIOUS_ANNOTATOR, JobWish


@dataclass
class PreviousAnnotators:
    """Finds out whom jobs had. `recorded` is asked only if some rule wants to know."""

    recorded: Callable[[], Mapping[int, str]]
    people: People
    _nobody: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # jobs, by rule

    def instead(self, wish: JobWish) -> Iterator[JobWish]:
        """The wish, with the person of each job in the place of `{previous: annotator}`."""
        assignee = wish.fields.get("assignee")
        if assignee is None or assignee.value != PREVIOUS_ANNOTATOR:
            yield wish
            return
        others = {name: one for name, one in wish.fields.items() if name != "assignee"}
        if others:
            yield replace(wish, fields=others)
        jobs = [job for job in wish.only or () if wish.left is None or job in wish.left]
        by_person: dict[str, set[int]] = defaultdict(set)
        for job in jobs:
            if (person := self._known.get(job)) is not None:
                by_person[person].add(job)
            else:
                self._nobody[assignee.source] += 1
        for person, theirs in sorted(by_person.items()):
            named = replace(assignee, value=person)
            yield replace(wish, fields={"assignee": named}, only=frozenset(theirs))

    def warnings(self) -> Iterator[Warning_]:
        """For each rule, of how many jobs nobody is known."""
        for source, number in self._nobody.items():
            jobs = "1 job" if number == 1 else f"{number} jobs"
            its = "its assignee stays as it is" if number == 1 else "their assignees stay as they are"
            yield Warning_(text=f"nobody is recorded, or can be seen, who annotated {jobs}: {its}", address=source)

    @cached_property
    def _known(self) -> dict[int, str]:
        recorded = self.recorded()
        visible = self.people.resolve(dict.fromkeys(recorded.values())) if recorded else {}
        return {job: person for job, person in recorded.items() if person in visible}
