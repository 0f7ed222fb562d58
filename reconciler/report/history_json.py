"""Runs as JSON for other programs: the same data as the tables, in envelopes that name their format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reconciler.history.model import Run
from reconciler.history.runs import Record
from reconciler.report.deeds import Report

HISTORY_FORMAT = "reconciler.history/1"
REPORT_FORMAT = "reconciler.history-report/1"
RUN_FORMAT = "reconciler.history-run/1"


def history_document(runs: Sequence[Run]) -> dict[str, Any]:
    """All runs, the newest last."""
    ordered = sorted(runs, key=lambda run: (run.started, run.id))
    return {"format": HISTORY_FORMAT, "runs": [run.model_dump(mode="json") for run in ordered]}


def run_document(run: Run, records: Sequence[Record]) -> dict[str, Any]:
    """One run with its audit log, every line of it: the start and the end of a write or a step."""
    return {
        "format": RUN_FORMAT,
        "run": run.model_dump(mode="json"),
        "audit": [record.model_dump(mode="json") for record in records],
    }


def history_json(runs: Sequence[Run]) -> str:
    """`history_document` as text."""
    return json.dumps(history_document(runs), indent=2) + "\n"


def run_json(run: Run, records: Sequence[Record]) -> str:
    """`run_document` as text."""
    return json.dumps(run_document(run, records), indent=2) + "\n"


def report_json(report: Report) -> str:
    """Who did what, and of which runs that is not known, as text."""
    document = {
        "format": REPORT_FORMAT,
        "records": [deed.model_dump(mode="json") for deed in report.deeds],
        "unread": [{"run": run, "why": why} for run, why in sorted(report.unread.items())],
    }
    return json.dumps(document, indent=2) + "\n"
