"""Disks that are full at the wrong moment."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from reconciler.errors import StateError

P = ParamSpec("P")
T = TypeVar("T")


def full(write: Callable[P, T], name: str, *, after: int = 0, times: int | None = None) -> Callable[P, T]:
    """`write` of a store, but there is no room for files of this name after so many, for so many times."""
    seen = 0

    def limited(*args: P.args, **kwargs: P.kwargs) -> T:
        nonlocal seen
        if str(args[0]).endswith(name):
            seen += 1
            if seen > after and (times is None or seen <= after + times):
                cause = OSError(errno.ENOSPC, "no space")
                raise StateError(f"Cannot write {args[0]}: the disk is full", hint="Free some space.") from cause
        return write(*args, **kwargs)

    return limited
