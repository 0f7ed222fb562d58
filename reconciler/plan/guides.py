"""Guides as they are compared: without what the server changes in them by itself.

It strips both ends (recordings/life.json, 38), and a guide that comes back from a backup shows its pictures at new
addresses. So a picture counts by its place among the pictures, not by its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PICTURE = re.compile(r"(?:https?://[^\s/()\"'<>]+)?/api/assets/([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})")
_SHOWN = 60  # characters of a guide's first line


def same_guide(one: str | None, other: str | None) -> bool:
    """Whether two guides say the same. None is no guide, which differs from an empty one."""
    if one is None or other is None:
        return one is other
    return normalised(one) == normalised(other)


def normalised(markdown: str) -> str:
    """A guide's text with its ends stripped, lines that end alike, and its pictures numbered as they come."""
    numbers = {uuid: number for number, uuid in enumerate(pictures_in(markdown), 1)}
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n").strip()
    return PICTURE.sub(lambda link: f"/api/assets/{numbers[link[1].lower()]}", lines)


def pictures_in(markdown: str) -> list[str]:
    """The ids of a guide's pictures, each once, in the order in which they come."""
    return list(dict.fromkeys(link.lower() for link in PICTURE.findall(markdown)))


def with_pictures_of(markdown: str, current: str) -> str:
    """A guide's new text, with its pictures at the addresses that they have now.

    The server deletes a guide's pictures that its text no longer shows. After a restore the manifest's text names them
    by what they were called before: those that the guide does not have stand for those that would be lost.
    """
    wanted, there = pictures_in(markdown), pictures_in(current)
    foreign, lost = _without(wanted, there), _without(there, wanted)
    if not foreign or len(foreign) != len(lost):
        return markdown
    now = dict(zip(foreign, lost, strict=True))
    return PICTURE.sub(lambda link: f"/api/assets/{now.get(link[1].lower(), link[1])}", markdown)


def in_short(markdown: str | None) -> str | None:
    """A guide for a person: its first line, and how much there is of it."""
    if markdown is None:
        return None
    lines = markdown.strip().splitlines()
    first = lines[0] if lines else ""
    shown = first if len(first) <= _SHOWN else first[: _SHOWN - 1] + "…"
    if len(lines) > 1:
        return f"{shown} ({len(lines)} lines, {len(markdown.strip())} characters)"
    return shown if shown == first else f"{shown} ({len(first)} characters)"


def _without(some: Iterable[str], others: Iterable[str]) -> list[str]:
    left_out = set(others)
    return [one for one in some if one not in left_out]
