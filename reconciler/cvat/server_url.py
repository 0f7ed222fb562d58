"""The server's address as people give it, made into the one form everything else uses."""

from __future__ import annotations

from urllib.parse import urlsplit

from reconciler.errors import SessionError

_EXAMPLE = "give it like https://cvat.example.com"


def normalize_server_url(given: str, *, source: str = "CVAT_HOST") -> str:
    """Return `scheme://host[:port]`, without a trailing slash.

    Without a scheme it is https, as in the SDK (cvat_sdk.core.utils.normalize_server_url); a `/api` at the end is
    dropped.
    Raises SessionError, naming `source`, for anything else that is not a plain address. The message never repeats what
    may be secret: user, password, query and fragment are left out.
    """
    text = given.strip()
    if not text.isprintable() or " " in text:
        raise SessionError(f"{source} is not a server address: it has a space or a control character", hint=_EXAMPLE)
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise SessionError(f"{source} is not a server address", hint=_EXAMPLE) from None
    if "@" in parts.netloc:
        raise SessionError(
            f"{source} holds a user or password before the host name",
            hint="leave only the address there; give CVAT_ACCESS_TOKEN, or CVAT_USERNAME and CVAT_PASSWORD",
        )
    if parts.scheme not in ("http", "https"):
        raise SessionError(f"{source} begins with {parts.scheme}://, which is not a web address", hint=_EXAMPLE)
    if not host:
        raise SessionError(f"{source} names no host", hint=_EXAMPLE)
    shown = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "")
    if parts.query or parts.fragment or parts.path.rstrip("/") not in ("", "/api"):
        raise SessionError(f"{source} has something after the host name", hint=f"give only the address: {base}")
    return base
