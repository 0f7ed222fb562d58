"""Loading a manifest for a command that talks to the server: what is wrong with either is told together."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler import operations
from reconciler.cli.options import Connecting
from reconciler.cli.showing import show_warnings
from reconciler.cvat.session import UNSET, connect
from reconciler.errors import OrganizationError, Problem, ReconcilerError
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest, UnsoundManifestError, load
from reconciler.manifest.nodes import Node, Scalar, place_of


def loaded_for(sources: Sequence[str], connecting: Connecting, store: StateStore) -> LoadedManifest:
    """The manifest; its warnings are shown.

    Raises:
        ManifestError: all that is wrong with it, and, where the server can be asked, whom and what it names that is not
            there.
    """
    try:
        loaded = load(sources)
    except UnsoundManifestError as wrong:
        raise with_unknown_names(wrong, connecting, store) from None
    show_warnings(loaded)
    return loaded


def with_unknown_names(wrong: UnsoundManifestError, connecting: Connecting, store: StateStore) -> UnsoundManifestError:
    """The same error with what the server says to it. One that cannot be asked is no second error."""
    said = wrong.written.root.entries.get("organization")
    named = _named(said.value) if said is not None else UNSET
    if named is None or (said is None and not wrong.written.is_whole):
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
