"""Priorities in names. CVAT has none, in any version (FACTS §2): ours is an honest convention that people see.

`[P{priority}] {name}` makes "[P1] Batch 001" of priority 1 and "Batch 001". It reads back in one way only: a priority
is plain digits, without leading zeros, and no digit stands beside it in the format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

LARGEST: Final = 9999
LONGEST_NAME: Final = 256
"""CVAT's own limit (FACTS §1)."""

EXAMPLE: Final = "[P{priority}] {name}"
_PLACES = re.compile(r"\{priority\}|\{name\}")
_DIGITS: Final = "(?P<priority>0|[1-9][0-9]{0,3})"


@dataclass(frozen=True)
class PriorityFormat:
    """How a name shows its priority. Make one of a text that `wrong_with` has nothing against."""

    text: str

    def apply(self, priority: int | None, name: str) -> str:
        """The name with its priority; without one, the name alone."""
        if priority is None:
            return name
        values = {"{priority}": str(priority), "{name}": name}
        return _PLACES.sub(lambda place: values[place[0]], self.text)

    def parse(self, shown: str) -> tuple[int | None, str]:
        """Priority and name of what `apply` made; of any other text, no priority and the text itself."""
        match = self._pattern.fullmatch(shown)
        if match is None:
            return None, shown
        return int(match["priority"]), match["name"]

    def strip(self, shown: str) -> str:
        """The name alone."""
        return self.parse(shown)[1]

    @property
    def pieces(self) -> tuple[str, ...]:
        """What every name with a priority contains, whichever it is."""
        return tuple(piece for piece in _PLACES.split(self.text) if piece)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before, between, after = (re.escape(piece) for piece in _PLACES.split(self.text))
        places = {"{priority}": _DIGITS, "{name}": r"(?P<name>\S(?:.*\S)?)"}
        first, second = (places[place] for place in _PLACES.findall(self.text))
        return re.compile(before + first + between + second + after, re.DOTALL)


def wrong_with(text: str) -> str | None:
    """Why a text is no format, in words; None if it is one."""
    if sorted(_PLACES.findall(text)) != ["{name}", "{priority}"]:
        return "a format of priorities holds {priority} and {name}, each once"
    if set("{}") & set("".join(_PLACES.split(text))):
        return "the only words in braces are {priority} and {name}"
    if text != text.strip():
        return "a format cannot begin or end with a space: CVAT cuts them off"
    before, between, after = _PLACES.split(text)
    if not between.strip():
        words = "".join((before, between, after))
        if not between or not words.strip():
            return "nothing marks the priority, so a number in a name would be taken for one"
    beside = (
        (before[-1:], between[:1]) if text.index("{priority}") < text.index("{name}") else (between[-1:], after[:1])
    )
    if any(sign.isdigit() for sign in beside):
        return "a digit beside {priority} would be taken for a part of it"
    if len(text) > 64:
        return "a format has at most 64 characters: names are limited to 256 with it"
    return None
