"""Snapshots as JSON for other programs: the same data as the tables, in envelopes that name their format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.snapshots.creating import Created
from reconciler.snapshots.model import Copy, DataSnapshot
from reconciler.snapshots.pruning import Pruned

LIST_FORMAT = "reconciler.snapshots/1"
CREATED_FORMAT = "reconciler.snapshot-created/1"
CHECK_FORMAT = "reconciler.snapshot-check/1"
PRUNED_FORMAT = "reconciler.snapshots-pruned/1"


def snapshots_json(found: Sequence[DataSnapshot]) -> str:
    """All snapshots, the newest last."""
    return _text({"format": LIST_FORMAT, "snapshots": [one.model_dump(mode="json") for one in found]})


def snapshot_json(snapshot: DataSnapshot) -> str:
    """One snapshot, as it is stored."""
    return _text(snapshot.model_dump(mode="json"))


def created_json(created: Created) -> str:
    """What was taken, and what could not be."""
    failures = [{"what": error.what, "hint": error.hint} for error in created.failures]
    return _text(
        {
            "format": CREATED_FORMAT,
            "snapshot": created.snapshot.model_dump(mode="json"),
            "failures": failures,
            "interrupted": created.interrupted,
        }
    )


def check_json(snapshot: DataSnapshot, problems: Mapping[str, Sequence[str]], *, restored: bool) -> str:
    """What is wrong with which copy, by its folder. `restored`: whether they were restored to find out."""
    copies = [_checked(copy, problems[copy.folder]) for copy in snapshot.copies if copy.folder in problems]
    return _text({"format": CHECK_FORMAT, "snapshot": snapshot.id, "restored": restored, "copies": copies})


def pruned_json(parts: Sequence[Pruned], *, removed: bool) -> str:
    """What goes, and whether it is gone."""
    snapshots = [
        {"id": part.snapshot.id, "whole": part.whole, "bytes": part.size, "copies": [one.folder for one in part.copies]}
        for part in parts
    ]
    return _text({"format": PRUNED_FORMAT, "removed": removed, "snapshots": snapshots})


def _checked(copy: Copy, problems: Sequence[str]) -> dict[str, Any]:
    return {"folder": copy.folder, "kind": copy.kind, "id": copy.id, "name": copy.name, "problems": list(problems)}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
