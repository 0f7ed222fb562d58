"""The server: a session through the CVAT SDK, tolerant read models, reading in bulk, small writes, filters.

Everything that knows HTTP, CVAT's JSON or its errors lives here. What should be (manifests), what differs (plans) and
what is remembered (history) stay out: this room says what the server holds, and carries out one write at a time.
"""

from __future__ import annotations

from reconciler.cvat.capabilities import Capabilities
from reconciler.cvat.credentials import Credentials
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session, connect
from reconciler.cvat.users import resolve_users, visible_usernames
from reconciler.cvat.writing import Writer

__all__ = [
    "Capabilities",
    "Credentials",
    "Reader",
    "Session",
    "Writer",
    "connect",
    "resolve_users",
    "visible_usernames",
]
