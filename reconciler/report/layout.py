"""Lines that never break inside a value.

Rich wraps at the width, in the middle of a name if need be; an id or a path that was cut in two cannot be copied.
Here a line is a subject and chunks: a chunk that does not fit starts the next line, under the first one; a chunk longer
than a line is left to the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from reconciler.report.escape import terminal

GAP = "   "


def styled(text: str, style: str = "") -> Text:
    """`text`, made harmless, in one style."""
    return Text(terminal(text), style=style)


def shortened(text: str, most: int) -> str:
    """A name that is too long for a table, without its middle."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def padded(text: Text, width: int) -> Text:
    """`text` filled up with blanks to `width` cells (wide characters count as two)."""
    return text + Text(" " * max(0, width - cell_len(text.plain)))


def widest(texts: Iterable[Text | str], most: int = 48) -> int:
    """The width of a column of `texts`; one very long entry does not push all others away."""
    lengths = [cell_len(text if isinstance(text, str) else text.plain) for text in texts]
    return max((length for length in lengths if length <= most), default=min(most, max(lengths, default=0)))


def flow(subject: Text, chunks: Sequence[Text], *, width: int, after: str = " ", hang: int | None = None) -> list[Text]:
    """`subject` and `chunks` on one line, or on several with the chunks under one another.

    `after` stands between the subject and the first chunk. A subject that leaves no room gets them indented below;
    `hang` sets how far.
    """
    line = subject + Text(after) if chunks else subject
    start = cell_len(line.plain)
    if hang is None and start > width * 2 // 3:
        hang = min(start, len(subject.plain) - len(subject.plain.lstrip()) + 6)
    hang = start if hang is None else hang
    lines = [line]
    for index, chunk in enumerate(chunks):
        joined = lines[-1] + Text(" " if index else "") + chunk
        alone = index == 0 and hang >= start
        if cell_len(joined.plain) <= width or alone:
            lines[-1] = joined
        else:
            lines.append(Text(" " * hang) + chunk)
    return lines


def words(subject: Text, prose: str, *, width: int, style: str = "", hang: int | None = None) -> list[Text]:
    """Prose after a subject, wrapped at blanks and hanging under its first word."""
    chunks = [styled(word, style) for word in terminal(prose).split(" ")] if prose else []
    return flow(subject, chunks, width=width, hang=hang)


def columns(
    heads: Sequence[str], rows: Sequence[Sequence[Text]], *, numbers: frozenset[int] = frozenset()
) -> list[Text]:
    """A table without lines; the last column is not filled up. `numbers` are the columns set to the right."""
    table = [[styled(head, "dim") for head in heads], *rows]
    widths = [max(cell_len(row[index].plain) for row in table) for index in range(len(heads))]
    lines = []
    for row in table:
        line = Text()
        for index, cell in enumerate(row):
            if index in numbers:
                line += Text(" " * (widths[index] - cell_len(cell.plain))) + cell
            elif index + 1 < len(row):
                line += padded(cell, widths[index])
            else:
                line += cell
            if index + 1 < len(row):
                line += Text("  ")
        line.rstrip()
        lines.append(line)
    return lines


def show(console: Console, lines: Iterable[Text]) -> None:
    """Write `lines` as they are: rich neither wraps nor interprets them."""
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True)
