"""Priorities in names. CVAT has none, in any version (FACTS §2): ours is an honest convention that people see.

`[P{priority}] {name}` makes "[P1] Batch 001" of priority 1 and "Batch 001". It reads back in one way only: a priority
is plain digits, without leading zeros, and no digit stands beside it in the format. And something marks it that
numbers in names have not, or batch-10 would be read as "batch" with priority 10, and lose its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from unicodedata import category

from reconciler.manifest.wording import quoted

LARGEST: Final = 9999
LONGEST_NAME: Final = 256
"""CVAT's own limit (FACTS §1)."""

EXAMPLE: Final = "[P{priority}] {name}"
_PLACES = re.compile(r"\{priority\}|\{name\}")
_SEPARATORS: Final = frozenset(".,:;/\\|+=~'\"&")
_AFTER_NUMBERS: Final = frozenset(")]}>%")
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
    return _unseen(text) or unreadable(text) or _like_a_name(text)


def unreadable(text: str) -> str | None:
    """Why what is put into names in this way could not be taken out again; None if it can."""
    if sorted(_PLACES.findall(text)) != ["{name}", "{priority}"]:
        return "a format of priorities holds {priority} and {name}, each once"
    if set("{}") & set("".join(_PLACES.split(text))):
        return "the only words in braces are {priority} and {name}"
    if text != text.strip():
        return "a format cannot begin or end with a space: CVAT cuts them off"
    if not _PLACES.split(text)[1]:
        return "nothing stands between {priority} and {name}"
    before, after = _beside(text)
    if any(sign.isdigit() for sign in (before[-1:], after[:1])):
        return "a digit beside {priority} would be taken for a part of it"
    if len(text) > 64:
        return "a format has at most 64 characters: names are limited to 256 with it"
    return None


def _unseen(text: str) -> str | None:
    """Why people could not see or type what stands in a name: control characters, invisible marks, line breaks."""
    hidden = next((sign for sign in text if category(sign)[0] == "C" or category(sign) in ("Zl", "Zp")), None)
    return f"nobody sees {quoted(hidden)}, or can type it" if hidden is not None else None


def _like_a_name(text: str) -> str | None:
    """Why names that this tool gave no priority would be read as if they had one: batch-10, 1. street, cam10, 4k night.

    A mark stands before the number, apart from the letters of the name, or it is a sign that no number in a name has
    after it: that is no letter (10m, 2nd), no percent sign, and no bracket that only closes (1).
    """
    before, after = _beside(text)
    if text.index("{name}") < text.index("{priority}"):
        before = before.lstrip(_letters(before))
    if any(_marks(sign) for sign in before):
        return None
    if any(_marks(sign) and not sign.isalpha() and sign not in _AFTER_NUMBERS for sign in after):
        return None
    return (
        "nothing marks the number as a priority, so names that have a number there (batch-10, 1. street) would be read "
        "as having one, and lose it; put a bracket, a letter or a sign such as # before {priority}"
    )


def _beside(text: str) -> tuple[str, str]:
    """What stands before and after the number, up to the name."""
    before, between, after = _PLACES.split(text)
    return (before, between) if text.index("{priority}") < text.index("{name}") else (between, after)


def _marks(sign: str) -> bool:
    """Whether a sign sets a number apart: it is no space, dash, dot or digit, nor any other that names are cut by."""
    return not (sign.isspace() or sign.isdigit() or sign in _SEPARATORS or category(sign) in ("Pd", "Pc", "Zs"))


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))
