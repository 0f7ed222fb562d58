"""Where the server is and who we are there, found in the environment or in a profile saved by `cvat-cli profile`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cvat_sdk.core.auth import AuthStore
from cvat_sdk.core.exceptions import AuthStoreError

from reconciler.cvat.server_url import normalize_server_url
from reconciler.errors import OrganizationError, SessionError

if TYPE_CHECKING:
    from typing import Self

_WAYS = (
    "set CVAT_HOST and CVAT_ACCESS_TOKEN, or CVAT_HOST, CVAT_USERNAME and CVAT_PASSWORD, "
    "or save a profile with `cvat-cli profile`"
)


@dataclass(frozen=True)
class Credentials:
    """A server's address with either an access token or a username and password; shown without its secrets.

    `organization` is the context to work in: None for no context, "" for the personal workspace, or a short name.
    Raises SessionError when the parts do not fit together or could not be sent.
    """

    host: str
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    organization: str | None = None
    source: str = field(default="given", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", normalize_server_url(self.host))
        if self.token is not None:
            # http.client refuses such a header with an exception that quotes it: stop the secret before it gets there.
            if not self.token or not _is_header_text(self.token):
                raise SessionError(
                    "the access token has characters that no token has",
                    hint="copy it again; a line break or a quote may have come along",
                )
        elif not self.username or not self.password:
            raise SessionError("no access token, and no username with a password", hint=_WAYS)
        check_organization(self.organization)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, *, profile: str | None = None) -> Self:
        """Find credentials; the first that applies, in this order:

        1. `profile`, the name of a profile saved by `cvat-cli profile`;
        2. `CVAT_HOST` with `CVAT_ACCESS_TOKEN`, or else with `CVAT_USERNAME` and `CVAT_PASSWORD` (credentials without
           `CVAT_HOST` go to the default server of `cvat-cli`, if one is set, as in cvat_sdk.core.auth);
        3. the profile named by `CVAT_PROFILE`;
        4. the default profile.

        `CVAT_ORG` is the organization in each case. An empty variable counts as not set, but for `CVAT_ORG`.
        Raises SessionError, naming the variables, when something is missing or two of these contradict each other.
        """
        environ = os.environ if environ is None else environ
        organization = environ.get("CVAT_ORG")
        named = profile or environ.get("CVAT_PROFILE") or None
        host = environ.get("CVAT_HOST", "").strip()
        token = environ.get("CVAT_ACCESS_TOKEN", "").strip()
        user, password = environ.get("CVAT_USERNAME", ""), environ.get("CVAT_PASSWORD", "")
        if not profile and (host or token or user or password):
            if named:
                raise SessionError(
                    "CVAT_PROFILE names a profile, but the environment also gives a server or credentials",
                    hint="unset either CVAT_PROFILE or CVAT_HOST, CVAT_ACCESS_TOKEN, CVAT_USERNAME and CVAT_PASSWORD",
                )
            if not token:
                _check_password_pair(user, password, environ)
            host = host or _default_server()
            if token:
                return cls(host, token=token, organization=organization, source="CVAT_ACCESS_TOKEN")
            return cls(host, username=user, password=password, organization=organization, source="CVAT_PASSWORD")
        return cls._from_profile(named, organization)

    @classmethod
    def _from_profile(cls, name: str | None, organization: str | None) -> Self:
        try:
            store = AuthStore()
            if name is None:
                default = store.get_default_profile()
                if default is None:
                    raise SessionError("no credentials for a CVAT server", hint=_WAYS)
                name, entry = default
            else:
                entry = store.get_profile(name)
                if entry is None:
                    known = ", ".join(sorted(store.list_profiles())) or "none"
                    raise SessionError(f"there is no profile {name!r}", hint=f"profiles saved: {known}")
            host, token = str(entry.server), str(entry.token)
        except AuthStoreError as error:
            raise SessionError(f"the profiles of cvat-cli cannot be read: {error}") from None
        except (KeyError, TypeError, AttributeError, OSError):
            raise SessionError(
                "the profiles of cvat-cli cannot be read: the file is damaged", hint="save the profile again"
            ) from None
        return cls(host, token=token.strip(), organization=organization, source=f"profile {name}")


def check_organization(slug: str | None) -> None:
    """Raise OrganizationError for a name that cannot be an organization's short name (it travels in a header)."""
    if slug and (not _is_header_text(slug) or slug != slug.strip()):
        raise OrganizationError(
            f"{slug!r} is not an organization's short name",
            hint="CVAT shows it in the organization's menu: letters, digits, - and _ only",
        )


def _check_password_pair(user: str, password: str, environ: Mapping[str, str]) -> None:
    if user and password:
        return
    if user:
        raise SessionError("CVAT_USERNAME is set, but CVAT_PASSWORD is not", hint=_WAYS)
    if password:
        raise SessionError("CVAT_PASSWORD is set, but CVAT_USERNAME is not", hint=_WAYS)
    # Pipelines pass a missing secret as an empty variable: say so, or its absence is a riddle.
    empty = [name for name in ("CVAT_ACCESS_TOKEN", "CVAT_USERNAME", "CVAT_PASSWORD") if name in environ]
    note = f" ({', '.join(empty)}: set, but empty)" if empty else ""
    raise SessionError(f"CVAT_HOST is set, but no credentials for it are{note}", hint=_WAYS)


def _default_server() -> str:
    try:
        server = AuthStore().get_default_server()
    except (AuthStoreError, OSError):
        server = None
    if not server:
        raise SessionError("credentials are set, but CVAT_HOST is not", hint=_WAYS)
    return str(server)


def _is_header_text(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
