"""Which version of the tool this is, as runs and saved plans record it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def tool() -> str:
    """`cvat-reconciler 0.1.0`."""
    try:
        return f"cvat-reconciler {version('cvat-reconciler')}"
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "cvat-reconciler unknown"
