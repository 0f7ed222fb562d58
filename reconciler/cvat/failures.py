"""A request without an answer: why there is none, in words."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import urllib3
from cvat_sdk.api_client.exceptions import ApiException


class Cause(StrEnum):
    """Why no answer came."""

    UNKNOWN_HOST = "the host name is not known"
    REFUSED = "nothing accepts connections there"
    TLS = "the connection cannot be trusted"
    TIMEOUT = "no answer in time"
    PROXY = "the proxy failed"
    BROKEN = "the connection broke"


class NoAnswer(Exception):  # noqa: N818 - the outcome of a request; it becomes a SessionError or a ServerError
    """A request that got no (whole) answer, retries included. Whether the server acted on it is not known."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(f"{cause.value}: {detail}" if detail else cause.value)
        self.cause = cause
        self.detail = detail


def no_answer(error: Exception) -> NoAnswer:
    """Say why there is no answer. Keeps a certificate's fault in words, nothing else of the exception."""
    reason: Any = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
    if isinstance(reason, ApiException):  # raised by the SDK for a TLS failure only (rest.py)
        return NoAnswer(Cause.TLS, str(reason.reason).partition("\n")[2])
    if isinstance(reason, urllib3.exceptions.SSLError):
        return NoAnswer(Cause.TLS, str(reason))
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return NoAnswer(Cause.PROXY)
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return NoAnswer(Cause.UNKNOWN_HOST)
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return NoAnswer(Cause.REFUSED)
    if isinstance(reason, urllib3.exceptions.TimeoutError):
        return NoAnswer(Cause.TIMEOUT)
    return NoAnswer(Cause.BROKEN)
