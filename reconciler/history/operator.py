"""Who runs the tool, for the record: the person (or pipeline) at this machine, not the user on the server."""

from __future__ import annotations

import getpass
import os
import socket


def operator() -> str:
    """`user@host`. A container may have a user id without a name; then it is the number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        user = str(os.getuid())
    return f"{user}@{host()}"


def host() -> str:
    """The name of this machine."""
    return socket.gethostname() or "unknown"
