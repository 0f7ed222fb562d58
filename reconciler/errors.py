"""Every error a person can meet, in one small family.

Each says what happened, where, and what to do; the command line prints it and exits with its `exit_code`
(0 done, 1 error with nothing written, 3 some changes failed, 4 conflict, 5 locked, 6 a safety limit).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, order=True)
class Location:
    """A place in a manifest: file name as given (`-` is standard input), line and column counted from 1.

    Line 0: the whole of it; so an option of the command line (`--status`) is a place, too.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong (or doubtful), where it stands, and what to do about it."""

    what: str
    where: Location | None = None
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        todo = f"\n    {self.hint}" if self.hint else ""
        return f"{place}{self.severity}: {self.what}{todo}"


class ReconcilerError(Exception):
    """Something a person has to know and act on; never shown as a traceback."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\n    {self.hint}" if self.hint else self.what


class ProblemsError(ReconcilerError):
    """Several problems found together, each with its own place; all are reported at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def in_one_line(error: ReconcilerError) -> str:
    """What happened, where there is room for one line: without places and hints."""
    return "; ".join(one.what for one in error.problems) if isinstance(error, ProblemsError) else error.what


class ManifestError(ProblemsError):
    """The manifest cannot be read or contradicts itself. Found offline."""


class PlanError(ProblemsError):
    """The manifest asks for something this server does not have: an unknown user, a missing task, two of one name."""


class SessionError(ReconcilerError):
    """No session: no or wrong credentials, host unreachable, TLS, not a CVAT server, unknown organization."""


class OrganizationError(SessionError):
    """No session in this organization: there is none of that name, or the account cannot work in it."""


class ServerError(ReconcilerError):
    """The server refused or failed one request; carries its own words, never an HTML page.

    `status` is the HTTP status (0: the connection broke and the outcome is unknown).
    """

    def __init__(self, what: str, *, status: int, hint: str | None = None) -> None:
        super().__init__(what, hint=hint)
        self.status = status


class StateError(ReconcilerError):
    """The state store cannot be read or written: a corrupt file, no permission, an unknown run."""


class PlanFileError(ReconcilerError):
    """A saved plan cannot be used: truncated, edited, made for another server or manifest, or already applied."""


class ChangesFailedError(ReconcilerError):
    """Some changes failed or did not arrive; the others were made."""

    exit_code = 3


class ConflictError(ReconcilerError):
    """The server changed since the plan; what others did was left alone."""

    exit_code = 4


class LockedError(ReconcilerError):
    """Another run holds the state store."""

    exit_code = 5


class LimitError(ReconcilerError):
    """The plan exceeds a safety limit of the manifest."""

    exit_code = 6


class InterruptedRunError(ReconcilerError):
    """Stopped by a person; what was written is recorded."""

    exit_code = 130
