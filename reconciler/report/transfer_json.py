"""Files that are fetched, as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from reconciler.transfer.fetching import Outcome
from reconciler.transfer.listing import Purpose
from reconciler.transfer.surveying import Item

SURVEY_FORMAT: Final = "reconciler.files-survey/1"
FETCHED_FORMAT: Final = "reconciler.files-fetched/1"


def survey_json(items: Sequence[Item], folder: Path, purpose: Purpose) -> str:
    """What would be fetched, and why."""
    files = [{**_item(one), "why": one.why, "fetch": one.is_to_fetch} for one in items]
    return _text({"format": SURVEY_FORMAT, "folder": str(folder), "purpose": _of(purpose), "files": files})


def fetched_json(outcome: Outcome, folder: Path, purpose: Purpose) -> str:
    """What became of each file."""
    files = [
        {
            **_item(one.item),
            "why": one.item.why,
            "end": one.end,
            "size": one.entry.size if one.entry is not None else None,
            "sha256": one.entry.sha256 if one.entry is not None else None,
            "message": one.what or None,
        }
        for one in outcome.files
    ]
    return _text(
        {
            "format": FETCHED_FORMAT,
            "folder": str(folder),
            "purpose": _of(purpose),
            "files": files,
            "interrupted": outcome.interrupted,
            "stopped": outcome.stopped,
            "unlisted": outcome.unlisted,
        }
    )


def _item(item: Item) -> dict[str, Any]:
    return {"task": item.task.id, "name": item.task.name, "file": item.name}


def _of(purpose: Purpose) -> dict[str, Any]:
    return purpose.model_dump(mode="json")


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
