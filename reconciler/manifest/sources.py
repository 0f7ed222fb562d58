"""Whether what is read now has in it all that was read before, however either is spelled.

`x`, `./x`, a link to it and its whole path are one source; a folder is the files in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from reconciler.manifest.source_files import STDIN, files_of
from reconciler.manifest.yaml_reading import Unreadable


class Sources:
    """Files and folders as they were given, from the current folder. What a command made is a source of its own."""

    def __init__(self, given: Iterable[str]) -> None:
        self._paths: set[str] = set()
        for source in given:
            self._paths |= {_path(source), *_files(source)}

    def have(self, others: Iterable[str]) -> bool:
        """Whether all these sources are here, by name or file by file. Nobody knows what came by standard input."""
        others = list(others)
        return bool(others) and all(map(self._has, others))

    def share(self, others: Iterable[str]) -> bool:
        """Whether any of these sources is here, or any file of one."""
        return any(not self._paths.isdisjoint({_path(one), *_files(one)}) for one in others if one != STDIN)

    def _has(self, source: str) -> bool:
        return source != STDIN and (_path(source) in self._paths or self._paths.issuperset(_files(source)))


def _files(source: str) -> list[str]:
    try:
        return [_path(file) for file in files_of(source, None)]
    except (OSError, ValueError, Unreadable):  # gone since, or no path at all
        return [_path(source)]


def _path(source: str) -> str:
    try:
        return os.path.realpath(source)
    except (OSError, ValueError):
        return source
