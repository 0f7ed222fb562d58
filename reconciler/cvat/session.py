"""A session: one server, one account, one organization, for the length of a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from types import TracebackType
from typing import TYPE_CHECKING, Final

from packaging.version import Version
from urllib3.util import Retry

from reconciler.cvat.capabilities import CONNECTIONS, Capabilities
from reconciler.cvat.credentials import Credentials, check_organization
from reconciler.cvat.greeting import authenticate, check_organization_access, log_in, server_version
from reconciler.cvat.models import User
from reconciler.cvat.network import network_from_environment
from reconciler.cvat.traffic import DEFAULT_RETRY
from reconciler.cvat.transport import Transport

if TYPE_CHECKING:
    from typing import Self


class Unset(Enum):
    """Marks an argument that was not given, where None means something."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


class Session:
    """An authenticated connection. Use it in a `with` statement, or close it; closing does not log out.

    `url` is `scheme://host[:port]`; `organization` is None (no context), "" (personal workspace) or a short name;
    `connections` is how many requests may be under way at once.
    """

    def __init__(
        self, transport: Transport, *, user: User, version: Version, organization: str | None, connections: int
    ) -> None:
        self.transport = transport
        self.url = transport.url
        self.user = user
        self.version = version
        self.capabilities = Capabilities.of(version)
        self.organization = organization
        self.connections = connections

    def __repr__(self) -> str:
        return f"Session({self.url!r}, user={self.user.username!r}, organization={self.organization!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def within(self, organization: int | None) -> dict[str, int]:
        """What to ask with where something is made, so that it is made in an organization (None: personal workspace).

        Things are found wherever they are, but made in the session's context; without one, in the personal workspace.
        """
        return {"org_id": organization} if self.organization is None and organization is not None else {}

    def close(self) -> None:
        """Drop the connections. The login stays valid: logging out would end it for other clients (FACTS §5) [R]."""
        self.transport.close()


def connect(
    *,
    credentials: Credentials | None = None,
    organization: str | Unset | None = UNSET,
    rate: float | None = None,
    timeout: float = 60,
    connections: int = CONNECTIONS,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    retry: Retry = DEFAULT_RETRY,
) -> Session:
    """Open a session and check, in this order: the credentials, the server's version, the organization.

    `credentials` default to what the environment gives (`Credentials.from_environment`); `organization`, when given,
    wins over theirs. `rate` is requests a second, retries included (None: no limit); `timeout` is seconds to wait for
    an answer; `environ` (default: the process's) also gives proxy and certificates.

    Raises SessionError with one clear message and what to do, whatever is wrong.
    """
    environ = os.environ if environ is None else environ
    if credentials is None:
        credentials = Credentials.from_environment(environ, profile=profile)
    slug = credentials.organization if isinstance(organization, Unset) else organization
    check_organization(slug)
    transport = Transport(
        credentials.host,
        network=network_from_environment(credentials.host, environ),
        timeout=timeout,
        retry=retry,
        rate=rate,
        connections=connections,
    )
    try:
        with transport.traffic.impatient():
            log_in(transport, credentials)
            user = authenticate(transport, credentials)
            version = server_version(transport)
            transport.client.organization_slug = slug
            if slug:
                check_organization_access(transport, user, slug)
    except BaseException:
        transport.close()
        raise
    return Session(transport, user=user, version=version, organization=slug, connections=connections)
