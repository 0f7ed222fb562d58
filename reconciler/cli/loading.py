"""Loading a manifest for a command that talks to the server: what is wrong with either is told together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler import operations
from reconciler.cli.options import Connecting
from reconciler.cli.showing import show_warnings
from reconciler.cvat.session import UNSET, connect
from reconciler.errors import ManifestError, OrganizationError, Problem, ReconcilerError
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest, UnsoundManifestError, load
from reconciler.manifest.nodes import Node, Scalar, Table, place_of
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.written_down import WrittenDown


@dataclass(frozen=True)
class Besides:
    """What a command is told by its options, besides a manifest."""

    problems: Sequence[Problem] = ()
    trees: Sequence[Table] = ()
    """What they name, as manifests."""

    def check(self, connecting: Connecting, store: StateStore, loaded: LoadedManifest | None = None) -> None:
        """Look at the options where nothing is wrong with the manifest, or none is given.

        Raises:
            ManifestError: all that is wrong with them, and whom and what they and the manifest name that is not there.
        """
        if self.problems:
            root = loaded.locations.node() if loaded is not None else None
            written = WrittenDown(root if isinstance(root, Table) else Table({}, place("")))
            wrong = UnsoundManifestError((), written, loaded.sources if loaded is not None else ())
            raise with_unknown_names(self.added_to(wrong), connecting, store)

    def added_to(self, wrong: UnsoundManifestError) -> UnsoundManifestError:
        """All that is wrong."""
        written = replace(wrong.written, doubles=(*wrong.written.doubles, *self.trees))
        return UnsoundManifestError([*wrong.problems, *self.problems], written, wrong.sources)


_NOTHING: Final = Besides()


def loaded_for(
    sources: Sequence[str], connecting: Connecting, store: StateStore, besides: Besides = _NOTHING
) -> LoadedManifest:
    """The manifest; its warnings are shown.

    Raises:
        ManifestError: all that is wrong with it and with what is said `besides`, and, where the server can be asked,
            whom and what they name that is not there.
    """
    try:
        loaded = load(sources)
    except UnsoundManifestError as wrong:
        raise with_unknown_names(besides.added_to(wrong), connecting, store) from None
    except ManifestError as wrong:
        raise ManifestError([*wrong.problems, *besides.problems]) from None
    besides.check(connecting, store, loaded)
    show_warnings(loaded)
    return loaded


def with_unknown_names(wrong: UnsoundManifestError, connecting: Connecting, store: StateStore) -> UnsoundManifestError:
    """The same error with what the server says to it. One that cannot be asked is no second error."""
    said = wrong.written.root.entries.get("organization")
    named = _named(said.value) if said is not None else UNSET
    is_known = wrong.written.says_one_organization and (said is not None or wrong.written.is_whole)
    if named is None or not is_known:
        return wrong  # who knows in which organization the names are to be looked for
    try:
        with connect(organization=named, profile=connecting.profile, rate=connecting.rate) as session:
            return operations.names_unknown(wrong, session, store)
    except OrganizationError as unknown:
        return wrong.also([Problem(unknown.what, place_of(said) if said is not None else None, unknown.hint)])
    except ReconcilerError:
        return wrong


def _named(organization: Node) -> str | None:
    """The organization's name, unless something else stands there."""
    if isinstance(organization, Scalar) and isinstance(organization.value, str) and not organization.spoilt:
        return organization.value
    return None
