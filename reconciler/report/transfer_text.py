"""Files that are fetched, for people: what would be, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from rich.console import Console
from rich.text import Text

from reconciler.report.layout import columns, shortened, show, styled, words
from reconciler.report.snapshots_text import size_of
from reconciler.transfer.fetching import End, Fetched, Outcome
from reconciler.transfer.surveying import Item, Why
from reconciler.wording import counted

_OneT = TypeVar("_OneT")

_SHOWN: Final = 20  # of a long list, unless all is asked for; what failed is always shown

_LONGEST: Final = 48  # of a name; its end tells as much as its beginning

_WHY: Final = {
    Why.NEW: ("to fetch", "green"),
    Why.MISSING: ("to fetch again: it is gone", "yellow"),
    Why.DAMAGED: ("to fetch again: it is damaged", "yellow"),
    Why.CHANGED: ("to fetch again: the task has changed", "yellow"),
    Why.INTACT: ("there, intact", "dim"),
    Why.EMPTY: ("skipped: the task has no data", "dim"),
}
_END: Final = {
    End.FETCHED: ("fetched", "green"),
    End.THERE: ("there, intact", "dim"),
    End.SKIPPED: ("skipped: the task has no data", "dim"),
    End.FAILED: ("failed", "red"),
    End.LEFT: ("not reached", "yellow"),
}


def render_survey(items: Sequence[Item], folder: Path, console: Console, *, full: bool) -> None:
    """Write what would be fetched."""
    heads = ("task", "name", "file", "")
    rows = [_row(one, styled(*_WHY[one.why])) for one in _some(items, full=full)]
    show(console, columns(heads, rows, numbers=frozenset({0})))
    _rest(len(items), len(rows), console)
    to_fetch = sum(one.is_to_fetch for one in items)
    parts = [f"{to_fetch} to fetch"]
    whys = Counter(one.why for one in items)
    parts += [f"{whys[Why.INTACT]} there already"] if whys[Why.INTACT] else []
    parts += [f"{whys[Why.EMPTY]} without data"] if whys[Why.EMPTY] else []
    show(console, [Text(), styled(f"{folder}: {', '.join(parts)}. Nothing was written (--dry-run).")])


def render_fetched(outcome: Outcome, folder: Path, console: Console, *, full: bool) -> None:
    """Write what became of each file."""
    wrong = [one for one in outcome.files if one.end is End.FAILED]
    others = [one for one in outcome.files if one.end is not End.FAILED]
    heads = ("task", "name", "file", "size", "")
    rows = [[*_row(one.item, _size(one)), styled(*_END[one.end])] for one in [*_some(others, full=full), *wrong]]
    show(console, columns(heads, rows, numbers=frozenset({0, 3})))
    _rest(len(outcome.files), len(rows), console)
    for one in wrong:
        show(console, [Text(), *words(styled("failed:", "red"), _what(one), width=console.width)])
        if one.hint:
            show(console, words(Text("   "), one.hint, width=console.width, style="dim"))
    if outcome.unlisted:
        what = f"{outcome.unlisted}; the same command again lists what has arrived"
        show(console, [Text(), *words(styled("Not listed:", "red"), what, width=console.width)])
    if outcome.stopped:
        show(console, [Text(), *words(styled("Stopped:", "red"), outcome.stopped, width=console.width)])
    show(console, [Text(), styled(_summary(outcome, folder))])


def _summary(outcome: Outcome, folder: Path) -> str:
    size = sum(one.entry.size for one in outcome.files if one.end is End.FETCHED and one.entry is not None)
    fetched = outcome.count(End.FETCHED)
    parts = [f"{counted(fetched, 'file')} fetched" + (f" ({size_of(size)})" if fetched else "")]
    for end, told in (
        (End.THERE, "there already"),
        (End.SKIPPED, "without data"),
        (End.FAILED, "failed"),
        (End.LEFT, "not reached"),
    ):
        parts += [f"{outcome.count(end)} {told}"] if outcome.count(end) else []
    are_listed = outcome.unlisted is None and (fetched or outcome.count(End.THERE))
    listed = " Listed in checksums.json and SHA256SUMS." if are_listed else ""
    return f"{folder}: {', '.join(parts)}.{listed}"


def _row(item: Item, last: Text) -> list[Text]:
    names = (styled(shortened(one, _LONGEST)) for one in (item.task.name, item.name))
    return [styled(str(item.task.id), "bold"), *names, last]


def _what(one: Fetched) -> str:
    task = f"task {one.item.task.id}"
    return one.what if task in one.what else f"{task}: {one.what}"


def _size(one: Fetched) -> Text:
    return styled(size_of(one.entry.size) if one.entry is not None else "", "dim")


def _some(all_: Sequence[_OneT], *, full: bool) -> Sequence[_OneT]:
    return all_ if full or len(all_) <= _SHOWN else all_[:_SHOWN]


def _rest(total: int, shown: int, console: Console) -> None:
    if total > shown:
        show(console, [styled(f"… and {total - shown} more; --full shows all", "dim")])
