"""Keys that belong to the format but that this version does not manage yet.

They are refused with these words instead of as unknown keys: whoever writes them is right about the format.
"""

from __future__ import annotations

from reconciler.manifest.models import (
    Block,
    Lifecycle,
    ProjectBlock,
    RuleBlock,
    Settings,
    TaskBlock,
    TaskFields,
)

_OF_A_TASK = {"priority", "labels", "guide", "data", "annotations", "prune", "ensure", "assign"}
_LATER: dict[type[Block], set[str]] = {
    ProjectBlock: {"bug_tracker", "assignee", "owner", "guide", "labels", "prune", "lifecycle", "ensure"},
    TaskBlock: _OF_A_TASK,
    TaskFields: {"priority", "labels", "guide", "annotations"},
    RuleBlock: {"assign", "prune", "ensure", "lifecycle"},
    Lifecycle: {"prevent_delete"},
    Settings: {"priority"},
}


def comes_later(block: type[Block], key: str) -> bool:
    """Whether `key` is one of the format's that this version does not manage yet."""
    return key in _LATER.get(block, ())
