"""Loading a manifest for a command that talks to the server: what is wrong with either is told together."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler import operations
from reconciler.cli.options import Connecting
from reconciler.cli.showing import show_warnings
from reconciler.cvat.session import UNSET, Unset, connect
from reconciler.errors import ReconcilerError
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest, UnsoundManifestError, load
from reconciler.manifest.nodes import Scalar


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
    try:
        with connect(organization=_organization(wrong), profile=connecting.profile, rate=connecting.rate) as session:
            return operations.names_unknown(wrong, session, store)
    except ReconcilerError:
        return wrong


def _organization(wrong: UnsoundManifestError) -> str | Unset:
    written = wrong.written.entries.get("organization")
    said = written.value.value if written is not None and isinstance(written.value, Scalar) else None
    return said if isinstance(said, str) else UNSET
