"""Small turns of phrase that all texts share: ranges of ids, values, moments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from reconciler.report.escape import terminal

USER_FIELDS = frozenset({"assignee", "owner"})
_WORDS = frozenset({"nobody", "none", "true", "false"})


def id_list(ids: Iterable[int], limit: int | None = 6) -> str:
    """`1655, 1656, 1657`; four or more in a row as `1655-1660`; after `limit` parts only how many more there are."""
    runs: list[list[int]] = []
    for number in sorted(set(ids)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts: list[list[int]] = []
    for run in runs:
        parts.extend([run] if len(run) > 3 else [[number] for number in run])
    shown = parts if limit is None or len(parts) <= limit else parts[: limit - 1]
    text = ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in shown)
    hidden = sum(len(part) for part in parts[len(shown) :])
    return f"{text} and {hidden} more" if hidden else text


def jobs_named(ids: Sequence[int], limit: int | None = 6) -> str:
    """`job 1655`, `jobs 1655-1660`."""
    return f"{'job' if len(ids) == 1 else 'jobs'} {id_list(ids, limit)}"


def value(field: str, content: JsonValue) -> str:
    """A field's value as it reads best: bare where that is unmistakable, otherwise quoted.

    A user who is called `nobody`, or a name with a backslash, is quoted: two different values never look the same.
    """
    if content is None:
        return "nobody" if field in USER_FIELDS else "none"
    if isinstance(content, str):
        return content if _unmistakable(content) else _quoted(content)
    return terminal(json.dumps(content, ensure_ascii=False))


def _unmistakable(text: str) -> bool:
    return (
        text.isprintable()
        and text == text.strip()
        and text not in _WORDS
        and not any(mark in text for mark in ('"', "\\", "→", ", "))
        and text[:1] not in ("", "[", "{")
    )


def _quoted(text: str) -> str:
    return '"' + terminal(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def moment(time: datetime) -> str:
    """A point in time, to the second, in UTC: the same on every machine that looks at one state store."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def lasted(seconds: float) -> str:
    """`4s`, `2m 05s`, `1h 02m`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
