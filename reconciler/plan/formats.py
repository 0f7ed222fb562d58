"""The server's formats by their names: what is no format, and what one is called on the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from reconciler.errors import Location, Problem
from reconciler.manifest.wording import did_you_mean, quoted


def importing(exporter: str) -> str:
    """By which name the server imports what it exported by this one.

    CVAT's own are called otherwise on the way back (CVAT, dataset_manager/formats/cvat.py), all others the same.
    """
    return "CVAT 1.1" if exporter in ("CVAT for images 1.1", "CVAT for video 1.1") else exporter


def unknown_format(
    wanted: str,
    known: Sequence[str],
    verb: Literal["imports", "exports"],
    where: Location | None = None,
    *,
    besides: Sequence[str] = (),
) -> Iterator[Problem]:
    """One problem with the nearest of the server's own formats; nothing if it is one of them.

    `besides`: what can be asked for as well, without being a format of the server's.
    """
    if wanted in known:
        return
    hint = did_you_mean(wanted, [*known, *besides])
    if hint is None:
        more = f", and {' or '.join(besides)}" if besides else ""
        hint = f"it {verb} {', '.join(sorted(known))}{more}"
    yield Problem(f"the server {verb} no format {quoted(wanted)}", where, hint)
