"""Who has how much to do before and after: the table at a plan's end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from reconciler.plan.model import PersonLoad
from reconciler.report.layout import columns, styled

_HEADS = ("  person", "before", "after", "frames")
_NUMBERS = frozenset({1, 2, 3})


def assignment_lines(loads: Sequence[PersonLoad]) -> list[Text]:
    """A table for each rule that shares work out."""
    lines: list[Text] = []
    for (rule, by), group in groupby(loads, key=lambda load: (load.rule, load.by)):
        people = list(group)
        head = styled("Assignment", "bold") + Text(" by ") + styled(rule, "cyan")
        lines.append(head + styled(f": open {by}s"))
        lines += [*columns(_HEADS, [_row(load) for load in people], numbers=_NUMBERS), Text()]
    return lines


def _row(load: PersonLoad) -> list[Text]:
    changed = "bold" if load.after != load.before else ""
    return [
        Text("  ") + styled(load.person),
        styled(str(load.before)),
        styled(str(load.after), changed),
        styled(str(load.frames)),
    ]
