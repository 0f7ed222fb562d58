"""What an earlier apply bound the manifest's addresses to: looked up by address and by id, for any number of them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from reconciler.cvat.models import Project, Task
from reconciler.history.bindings import Binding, Bindings
from reconciler.plan.model import ServerRef

_REPLACED = re.compile(r"(?P<block>.+)\.replaced\[\d+\]")


@dataclass(frozen=True)
class Remembered:
    """The bindings of one server and organization."""

    bindings: Bindings
    ref: ServerRef

    @cached_property
    def by_address(self) -> dict[str, Binding]:
        """The binding of each address."""
        here = (self.ref.url, self.ref.organization)
        return {one.address: one for one in self.bindings.bindings if (one.server, one.organization) == here}

    @cached_property
    def replaced(self) -> dict[str, list[Binding]]:
        """By the address of a block, old tasks in whose place new ones were made, and that are to be deleted."""
        found: dict[str, list[Binding]] = defaultdict(list)
        for address, binding in self.by_address.items():
            if match := _REPLACED.fullmatch(address):
                found[match["block"]].append(binding)
        return dict(found)

    def current(self, kind: Literal["project", "task", "job"], number: int) -> int:
        """The id that an object has now: that of its last successor if it was restored."""
        return self.bindings.current(self.ref.url, kind, number) if self.bindings.successors else number

    def protecting(self, found: Project | Task) -> Binding | None:
        """The binding whose `prevent_delete` forbids that this object is deleted."""
        kind: Literal["project", "task"] = "project" if isinstance(found, Project) else "task"
        protected = self._protected.get((kind, found.id), ())
        return next((one for one in protected if is_of(one, found)), None)

    @cached_property
    def _protected(self) -> dict[tuple[str, int], list[Binding]]:
        found: dict[tuple[str, int], list[Binding]] = defaultdict(list)
        for one in self.bindings.bindings:
            if one.server == self.ref.url and one.prevent_delete:
                found[one.kind, one.id].append(one)
        return dict(found)


def is_of(binding: Binding, found: Project | Task) -> bool:
    """Whether a binding means this object: a server that was set up anew gives the same ids again."""
    return binding.id == found.id and binding.created in (None, found.created_date)
