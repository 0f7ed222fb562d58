"""Who did what, for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from pydantic import JsonValue

from reconciler.report.deeds import Deed
from reconciler.report.escape import csv_cell

_COLUMNS = (
    "time",
    "user",
    "operator",
    "run",
    "run_kind",
    "kind",
    "id",
    "name",
    "task",
    "project",
    "project_name",
    "address",
    "field",
    "before",
    "after",
    "outcome",
    "message",
    "server",
    "organization",
)


def deeds_csv(deeds: Iterable[Deed]) -> str:
    """A heading and a line for each deed; nothing in it is a formula."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for deed in deeds:
        values = deed.model_dump(mode="json")
        table.writerow([_cell(values[name]) for name in _COLUMNS])
    return text.getvalue()


def _cell(value: JsonValue) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return csv_cell(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
