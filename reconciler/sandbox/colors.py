"""The colour that the server chooses for a label that was sent without one.

It follows from the name: from a table of common names, of which we know what was recorded from CVAT 2.54.1,
or from the name's digest.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import blake2s

_COMMON = {"car": "#2080c0", "person": "#c06060", "vehicle": "#10a0c0"}


def color_of(name: str, taken: Collection[str]) -> str:
    """Choose a colour that no other label of the project has."""
    simple = re.sub(r"[^a-z0-9_]+", "_", name.lower())
    common = _COMMON.get(simple)
    if common is not None and common not in taken:
        return common
    number = int.from_bytes(blake2s(simple.encode(), digest_size=3).digest(), "big")
    while (color := _spread(number)) in taken:
        number += 1
    return color


def _spread(number: int) -> str:
    # Neighbouring numbers get distant colours: the lowest bits become the highest of red, green, blue.
    channels = [0, 0, 0]
    for bit in range(24):
        channels[bit % 3] |= (number >> bit & 1) << (7 - bit // 3)
    return "#{:02x}{:02x}{:02x}".format(*channels)
