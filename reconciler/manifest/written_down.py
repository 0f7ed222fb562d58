"""What could be read of a manifest, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.manifest.nodes import Entry, Table, plain

_BLOCKS: Final = ("projects", "tasks", "rules")


@dataclass(frozen=True)
class WrittenDown:
    """All of it, its variables resolved."""

    root: Table
    doubles: tuple[Table, ...] = ()
    """Of each block whose name another one has already, a manifest of it alone: both are to be mended."""
    is_whole: bool = True
    """False: a file could not be read, and nobody knows what it says."""
    says_one_organization: bool = True
    """False: two are named, and nobody knows which is meant."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Everything that is written, the same name in several of them."""
        return (self.root, *self.doubles)


def says_one_organization(tables: Iterable[Table]) -> bool:
    """Whether all that is said of the organization, twice in one file or in several, is the same."""
    entries = (entry for table in tables for entry in (*table.entries.items(), *table.twice))
    said = [plain(entry.value) for key, entry in entries if key == "organization"]
    return all(one == said[0] for one in said)


def doubles(tables: Iterable[Table]) -> Iterator[Table]:
    """The blocks that are left out when `tables` are merged, because their name, or their section, stands twice."""
    seen: set[tuple[str, str]] = set()
    for table in tables:
        sections = [(section, entry, False) for section, entry in table.entries.items()]
        sections += [(section, entry, True) for section, entry in table.twice]
        for section, entry, is_second in sections:
            if section in _BLOCKS and isinstance(entry.value, Table):
                for key, block in (*entry.value.entries.items(), *entry.value.twice):
                    if is_second or (section, key) in seen:
                        alone = Table({key: block}, entry.value.where)
                        yield Table({section: Entry(entry.key, alone)}, table.where)
                    seen.add((section, key))
