"""The server's clock: every moment it gives is later than the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Gives UTC moments as the API writes them, never the same one twice.

    Two writes within a microsecond would otherwise leave ``updated_date`` where it was, which a
    real server never shows.
    """

    def __init__(self) -> None:
        self._last = datetime.now(UTC)

    def moment(self) -> datetime:
        """Give the present moment."""
        self._last = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
        return self._last

    def now(self) -> str:
        """Give the present moment as the API writes it."""
        return written(self.moment())


def written(moment: datetime) -> str:
    """Write a moment as CVAT does: six digits of a second, unless they are all zero."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def stamp(text: str) -> str:
    """Write a date as the server puts it into the names of files."""
    return datetime.fromisoformat(text).strftime("%Y_%m_%d_%H_%M_%S")
