"""Which id on the server an address stands for, and what became of ids that are gone.

Memory, not a model of the world: lose it, and addresses are found again by a unique name. A binding holds only while
the object is there and was created when the binding says; a server that was set up anew gives the same ids again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from reconciler.history.documents import encode, load
from reconciler.history.store import StateStore
from reconciler.plan.frozen import Frozen
from reconciler.plan.steps import AnnotationsWish

_FILE = "bindings.json"
_FORMAT = "reconciler.bindings/1"


class AppliedAnnotations(Frozen):
    """A file whose annotations a task was given, and the digest of what the server made of them."""

    wish: AnnotationsWish
    result: str


class Binding(Frozen):
    """One address and its object. Keyed by server, organization and address."""

    server: str
    organization: str | None
    address: str
    kind: Literal["project", "task"]
    id: int
    created: datetime | None  # the object's created_date
    name: str
    run: str | None  # the run that bound it; None: it was found as wanted
    prevent_delete: bool = False
    data: str | None = None  # digest of the data block that it was made from
    annotations: AppliedAnnotations | None = None


class Successor(Frozen):
    """A restored object: what had the old id has the new one now."""

    server: str
    kind: Literal["project", "task", "job"]
    old: int
    new: int
    run: str


class Bindings(Frozen):
    """All that is remembered."""

    format: Literal["reconciler.bindings/1"] = "reconciler.bindings/1"
    bindings: tuple[Binding, ...] = ()
    successors: tuple[Successor, ...] = ()

    def find(self, server: str, organization: str | None, address: str) -> Binding | None:
        """The binding of an address."""
        key = (server, organization, address)
        return next((one for one in self.bindings if (one.server, one.organization, one.address) == key), None)

    def current(self, server: str, kind: Literal["project", "task", "job"], number: int) -> int:
        """The id that an object has now: its own, or that of its last successor."""
        following = {one.old: one.new for one in self.successors if (one.server, one.kind) == (server, kind)}
        seen = {number}
        while (number := following.get(number, number)) not in seen:
            seen.add(number)
        return number

    def with_binding(self, binding: Binding) -> Bindings:
        """With this binding in the place of its address's earlier one."""
        others = self.without(binding.server, binding.organization, binding.address).bindings
        return self.model_copy(update={"bindings": (*others, binding)})

    def without(self, server: str, organization: str | None, address: str) -> Bindings:
        """With nothing remembered of an address."""
        key = (server, organization, address)
        left = tuple(one for one in self.bindings if (one.server, one.organization, one.address) != key)
        return self.model_copy(update={"bindings": left})

    def with_successors(self, successors: Iterable[Successor]) -> Bindings:
        """With these successors noted, and what is bound to the old ids bound to the new ones."""
        successors = tuple(successors)
        moved = {(one.server, one.kind, one.old): one.new for one in successors}
        bindings = tuple(
            one.model_copy(update={"id": moved[one.server, one.kind, one.id], "created": None})
            if (one.server, one.kind, one.id) in moved
            else one
            for one in self.bindings
        )
        kept = tuple(one for one in self.successors if (one.server, one.kind, one.old) not in moved)
        return self.model_copy(update={"bindings": bindings, "successors": (*kept, *successors)})


def load_bindings(store: StateStore) -> Bindings:
    """What is remembered; nothing if there is no store.

    Raises:
        StateError: the file is damaged.
    """
    return load(store, _FILE, Bindings, _FORMAT) or Bindings()


def save_bindings(store: StateStore, bindings: Bindings) -> None:
    """Put it in the place of what was remembered. The lock has to be held."""
    store.write(_FILE, encode(bindings))
