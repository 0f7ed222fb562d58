"""Whether a session may write at all: asked once, before the first write, instead of being refused at each."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from reconciler.cvat.session import Session
from reconciler.cvat.transport import NoAnswer
from reconciler.errors import SessionError


class _OwnToken(BaseModel):
    model_config = ConfigDict(extra="ignore")

    read_only: bool = False


def check_may_write(session: Session) -> None:
    """Refuse a read-only access token: it is enough for a plan, exports and backups; no write would be let through.

    `GET /api/auth/access_tokens/self` tells (openapi of 2.54.1). Only a plain yes counts; a session that came with a
    password, or a server that does not know the question, is left to the writes themselves.

    Raises:
        SessionError: exit code 1; nothing has been written.
    """
    try:
        answer = session.transport.request("GET", "/api/auth/access_tokens/self")
        read_only = answer.status == 200 and _OwnToken.model_validate_json(answer.body).read_only
    except (NoAnswer, ValidationError):
        return
    if read_only:
        raise SessionError(
            "this access token is read-only: enough for a plan, not for a write; nothing was written",
            hint="use a token that was made with write access, or CVAT_USERNAME and CVAT_PASSWORD",
        )
