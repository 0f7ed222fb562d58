"""Groups of annotations, which are numbers that mean nothing but "together".

A group is known by what is in it: two contents are equal however their groups are numbered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256

from reconciler.annotations.items import Item

NO_GROUP = ""


def signatures(members: Iterable[tuple[str, int]]) -> dict[int, str]:
    """For each group's number, the digest of what is in it. `members` are the annotations' texts and group numbers."""
    found: dict[int, list[str]] = defaultdict(list)
    for text, group in members:
        if group:
            found[group].append(text)
    signed = {number: sha256("\n".join(sorted(texts)).encode()).hexdigest() for number, texts in found.items()}
    return {0: NO_GROUP, **signed}


def shifted(items: Sequence[Item], by: int) -> tuple[Item, ...]:
    """The same items in groups of other numbers."""
    return tuple({**item, "group": item["group"] + by} if item["group"] else item for item in items)
