"""Snapshots for people: all of them, one of them, what is wrong with one, what goes when they are pruned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from reconciler.annotations.numbers import Numbers
from reconciler.report.layout import columns, show, styled, words
from reconciler.report.wording import moment
from reconciler.snapshots.creating import Created
from reconciler.snapshots.model import Copy, DataSnapshot
from reconciler.snapshots.pruning import Pruned
from reconciler.wording import counted

_STEP = 1024
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def size_of(number: int) -> str:
    """`512 bytes`, `3.4 MB`."""
    size, unit = float(number), 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    return f"{number} bytes" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"


def render_snapshots(found: Sequence[DataSnapshot], console: Console) -> None:
    """Write a table, the newest last."""
    if not found:
        show(console, [Text("No snapshots yet.")])
        return
    heads = ("snapshot", "taken", "who", "tasks", "projects", "size", "")
    rows = [
        [
            styled(one.id, "bold"),
            styled(moment(one.taken)),
            styled(f"{one.server.user} ({one.operator})"),
            styled(str(_count(one, "task"))),
            styled(str(_count(one, "project"))),
            styled(size_of(sum(_bytes(copy) for copy in one.copies))),
            styled(f"of run {one.run}" if one.run else one.reason, "dim"),
        ]
        for one in found
    ]
    show(console, columns(heads, rows, numbers=frozenset({3, 4, 5})))


def render_snapshot(snapshot: DataSnapshot, console: Console) -> None:
    """Write one snapshot, copy by copy."""
    server = snapshot.server
    place = f" ({server.organization})" if server.organization else ""
    facts = [
        ("taken", moment(snapshot.taken)),
        ("server", f"{server.url}{place} as {server.user}, CVAT {server.version}"),
        ("run by", snapshot.operator),
        ("of run", snapshot.run or ""),
        ("reason", snapshot.reason),
    ]
    lines = [styled(f"Snapshot {snapshot.id}", "bold")]
    for name, fact in facts:
        if fact:
            lines += words(styled(f"  {name:<8}", "dim"), fact, width=console.width)
    heads = ("copy", "name", "frames", "annotations", "backup", "size")
    rows = [
        [
            styled(f"{copy.kind} {copy.id}", "bold"),
            styled(copy.name),
            styled(str(copy.frames) if copy.kind == "task" else "", "" if copy.frames else "dim"),
            styled(_annotations(copy.annotations) if copy.kind == "task" else "record only"),
            styled("full" if copy.backup else "none", "" if copy.backup else "dim"),
            styled(size_of(_bytes(copy))),
        ]
        for copy in snapshot.copies
    ]
    show(console, [*lines, Text(), *columns(heads, rows, numbers=frozenset({2, 5}))])


def render_created(created: Created, console: Console) -> None:
    """Write what was taken."""
    snapshot = created.snapshot
    if snapshot.copies:
        render_snapshot(snapshot, console)
    else:
        show(console, [styled("Nothing was copied; there is no snapshot.", "red")])
    if created.failures:
        show(console, [Text(), styled(f"Not copied: {counted(len(created.failures), 'object')}", "red")])
        for error in created.failures:
            show(console, words(Text("  "), error.what, width=console.width))
            if error.hint:
                show(console, words(Text("    "), error.hint, width=console.width, style="dim"))
    if created.interrupted:
        show(console, [Text(), styled("Interrupted: what is listed above is whole.", "yellow")])


def render_check(
    snapshot: DataSnapshot, problems: Mapping[str, Sequence[str]], console: Console, *, restored: bool = False
) -> None:
    """Write what is wrong with which copy; and whether tasks were restored to find out."""
    for copy in snapshot.copies:
        if copy.folder not in problems:
            continue
        found = problems[copy.folder]
        head = styled("damaged  " if found else "whole    ", "red" if found else "green")
        show(console, [head + styled(f"{copy.kind} {copy.id}  {copy.name}")])
        for problem in found:
            show(console, words(Text("           "), problem, width=console.width))
    damaged = sum(bool(found) for found in problems.values())
    said = f"{damaged} of {counted(len(problems), 'copy', 'copies')} damaged." if damaged else "All copies are whole."
    said += " Tasks were restored, compared, and deleted again." if restored else ""
    show(console, [Text(), styled(said if problems else "It holds no copies.", "red" if damaged else "")])


def render_prunable(parts: Sequence[Pruned], console: Console, *, runs: Collection[str] = ()) -> None:
    """Write what goes. `runs` are those that cannot be rolled back any more without it."""
    if not parts:
        show(console, [Text("Nothing to prune: the newest copy of anything is always kept.")])
        return
    for part in parts:
        count = len(part.copies)
        what = "all" if part.whole else f"{count} of {len(part.snapshot.copies)}"
        line = styled(part.snapshot.id, "bold") + styled(
            f"  {moment(part.snapshot.taken)}  {what} {'copies' if not part.whole or count != 1 else '(1 copy)'}"
            f"  {size_of(part.size)}"
        )
        show(console, [line])
        if part.snapshot.run in runs:
            warning = f"run {part.snapshot.run} could then not be rolled back with its data"
            show(console, words(Text("    "), warning, width=console.width, style="yellow"))
    total = sum(part.size for part in parts)
    show(console, [Text(), styled(f"{size_of(total)} in all. The newest copy of anything stays.")])


def _annotations(numbers: Numbers) -> str:
    kinds = [(numbers.shapes, "shape"), (numbers.tracks, "track"), (numbers.tags, "tag")]
    return ", ".join(counted(number, kind) for number, kind in kinds if number) or "none"


def _bytes(copy: Copy) -> int:
    return sum(file.size for file in copy.files)


def _count(snapshot: DataSnapshot, kind: str) -> int:
    return len({copy.id for copy in snapshot.copies if copy.kind == kind})
