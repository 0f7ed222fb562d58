"""Keys that belong to the format but that this version does not manage yet.

They are refused with these words instead of as unknown keys: whoever writes them is right about the format.
"""

from __future__ import annotations

from reconciler.manifest.models import Block, Settings, TaskFields

_LATER: dict[type[Block], set[str]] = {
    TaskFields: {"priority"},
    Settings: {"priority"},
}


def comes_later(block: type[Block], key: str) -> bool:
    """Whether `key` is one of the format's that this version does not manage yet."""
    return any(key in keys for kind, keys in _LATER.items() if issubclass(block, kind))
