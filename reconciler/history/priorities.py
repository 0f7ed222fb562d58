"""In which formats names show priorities, and which tasks' names do: so that a format that changes can be replaced.

Memory, not a model of the world: lose it, and names in the present format are read as before, those in earlier ones
are taken for plain names.
"""

from __future__ import annotations

from typing import Literal

from reconciler.history.documents import encode, load
from reconciler.history.store import StateStore
from reconciler.manifest.sources import Sources
from reconciler.plan.frozen import Frozen

_FILE = "priorities.json"
_FORMAT = "reconciler.priorities/1"


class UsedFormat(Frozen):
    """A format, and the tasks that were given a name in it. Keyed by server, organization and format."""

    server: str
    organization: str | None
    format: str
    manifests: tuple[tuple[str, ...], ...] = ()  # those that said so, each by its sources
    tasks: tuple[int, ...] = ()

    def is_of(self, sources: Sources) -> bool:
        """Whether a manifest that said so is all in these sources."""
        return any(map(sources.have, self.manifests))

    def shares(self, sources: Sources) -> bool:
        """Whether a part of a manifest that said so is in these sources."""
        return any(map(sources.share, self.manifests))


class UsedFormats(Frozen):
    """All that were used, the last one at the end. None is forgotten: a rollback may bring its names back."""

    format: Literal["reconciler.priorities/1"] = "reconciler.priorities/1"
    used: tuple[UsedFormat, ...] = ()

    def of(self, server: str) -> tuple[UsedFormat, ...]:
        """Those of one server: without an organization's context, tasks of all of them can be seen."""
        return tuple(one for one in self.used if one.server == server)

    def with_used(self, fresh: UsedFormat) -> UsedFormats:
        """With this use noted beside earlier ones of the same format."""
        key = (fresh.server, fresh.organization, fresh.format)
        before = [one for one in self.used if (one.server, one.organization, one.format) == key]
        others = [one for one in self.used if (one.server, one.organization, one.format) != key]
        together = fresh.model_copy(
            update={
                "manifests": tuple(dict.fromkeys(named for one in (*before, fresh) for named in one.manifests)),
                "tasks": tuple(sorted({number for one in (*before, fresh) for number in one.tasks})),
            }
        )
        return self.model_copy(update={"used": (*others, together)})


def load_priorities(store: StateStore) -> UsedFormats:
    """What is remembered; nothing if there is no store.

    Raises:
        StateError: the file is damaged.
    """
    return load(store, _FILE, UsedFormats, _FORMAT) or UsedFormats()


def save_priorities(store: StateStore, used: UsedFormats) -> None:
    """Put it in the place of what was remembered. The lock has to be held."""
    store.write(_FILE, encode(used))
