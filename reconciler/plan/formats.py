"""The server's formats by their names: what is no format, what comes back by which name, which tasks one is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from reconciler.cvat.details import FileFormat, Formats
from reconciler.cvat.models import Task
from reconciler.errors import Location, Problem
from reconciler.manifest.wording import did_you_mean, either, quoted
from reconciler.wording import counted, listed

Verb = Literal["imports", "exports"]

_SHOWN: Final = 5


def importing(exporter: str) -> str:
    """By which name the server imports what it exported by this one.

    CVAT's own are called otherwise on the way back (CVAT, dataset_manager/formats/cvat.py), all others the same.
    """
    return "CVAT 1.1" if exporter in ("CVAT for images 1.1", "CVAT for video 1.1") else exporter


def find_format(wanted: str, formats: Formats, verb: Verb) -> FileFormat | None:
    """What the server says of a format; None if it is none of its own."""
    return next((one for one in _known(formats, verb) if one.name == wanted), None)


def unknown_format(
    wanted: str, formats: Formats, verb: Verb, where: Location | None = None, *, besides: Sequence[str] = ()
) -> Iterator[Problem]:
    """One problem with the nearest of the server's own formats; nothing if it is one of them.

    `besides`: what can be asked for as well, without being a format of the server's.
    """
    if find_format(wanted, formats, verb) is not None:
        return
    known = [one.name for one in _known(formats, verb)]
    more = f", and {' or '.join(besides)}" if besides else ""
    all_of_them = f"it {verb} {', '.join(sorted(known))}{more}"
    if verb == "imports" and find_format(wanted, formats, "exports") is not None:
        yield Problem(f"the server only exports {quoted(wanted)}: it cannot be imported", where, all_of_them)
        return
    hint = did_you_mean(wanted, [*known, *besides]) or all_of_them
    yield Problem(f"the server {verb} no format {quoted(wanted)}", where, hint)


def never_imported(exporter: str, formats: Formats) -> bool:
    """Whether what is exported in a format cannot come back."""
    return find_format(importing(exporter), formats, "imports") is None


def is_for(found: FileFormat | None, task: Task) -> bool:
    """Whether a format is for the kind of task: images, point clouds, audio. A task without data is of none yet."""
    if found is None or found.dimension is None or not task.size or not task.dimension:
        return True
    return task.dimension == found.dimension


def wrong_dimension(
    wanted: str, formats: Formats, verb: Verb, tasks: Iterable[Task], where: Location | None = None
) -> Iterator[Problem]:
    """One problem that names all tasks which a format is not for."""
    found = find_format(wanted, formats, verb)
    others = [task for task in tasks if not is_for(found, task)]
    if found is None or found.dimension is None or not others:
        return
    dimensions = sorted({str(task.dimension) for task in others})
    shown = either(one.upper() for one in dimensions)
    named = listed((f"{task.id} ({task.name})" for task in others), _SHOWN)
    what = (
        f"{quoted(wanted)} is for {found.dimension.upper()} tasks, not for "
        f"{counted(len(others), f'{shown} task')}: {named}"
    )
    fitting = [one.name for one in _known(formats, verb) if one.dimension in dimensions]
    more = f", or choose another format: for {shown} tasks the server {verb} {listed(fitting)}"
    yield Problem(what, where, f"leave them out{more if fitting else ''}")


def _known(formats: Formats, verb: Verb) -> tuple[FileFormat, ...]:
    return formats.importers if verb == "imports" else formats.exporters
