"""What no restore brings back, said once for each kind of it, with how much it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.plan.undoing.way import Way
from reconciler.snapshots.model import TaskRecord
from reconciler.wording import counted


@dataclass
class Losses:
    """Gathers what the restored tasks will lack."""

    people: Mapping[str, int]
    _tasks: int = 0
    _issues: int = 0
    _comments: int = 0
    _unseen: Counter[str] = field(default_factory=Counter)

    def note(self, record: TaskRecord) -> None:
        """A task that comes back."""
        self._tasks += 1
        self._issues += len(record.issues)
        self._comments += sum(len(issue.comments) for issue in record.issues)
        named = [record.fields.get("owner"), record.fields.get("assignee")]
        named += [one.assignee for one in (*record.jobs, *record.issues)]
        self._unseen.update(name for name in named if isinstance(name, str) and name not in self.people)

    def tell(self, way: Way) -> None:
        """Say it in the plan."""
        if not self._tasks:
            return
        who = way.now.ref.user
        which = counted(self._tasks, "task comes", "tasks come")
        way.warn(f"{which} back with new ids and dates, and so do the jobs; the old ids lead to the new ones")
        if self._issues:
            said = f"{counted(self._issues, 'issue')} with {counted(self._comments, 'comment')}"
            way.warn(f"{said} will say they were written by {who}, and today: CVAT takes neither author nor date")
        for name, times in sorted(self._unseen.items()):
            places = counted(times, "place")
            way.warn(f"user {name} cannot be seen any more: owner or assignee in {places} cannot be set again")
