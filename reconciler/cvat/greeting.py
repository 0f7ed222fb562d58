"""The first words with a server, and what each wrong answer to them means to a person."""

from __future__ import annotations

from http.cookies import CookieError
from typing import NoReturn, TypeVar

import urllib3
from cvat_sdk.api_client.exceptions import ApiException, OpenApiException
from cvat_sdk.core.client import AccessTokenCredentials, PasswordCredentials
from packaging.version import Version
from pydantic import BaseModel, TypeAdapter, ValidationError

from reconciler.cvat.capabilities import PAGE_SIZE, parse_version
from reconciler.cvat.credentials import Credentials
from reconciler.cvat.filters import equals, render
from reconciler.cvat.models import Membership, Organization, Page, User
from reconciler.cvat.refusals import words_of
from reconciler.cvat.transport import Answer, Cause, NoAnswer, Query, Transport, no_answer
from reconciler.errors import OrganizationError, SessionError

_MOST_ORGANIZATIONS = 10  # named in a hint

_NO_ANSWER = {
    Cause.UNKNOWN_HOST: "check the spelling of CVAT_HOST, and the network or VPN",
    Cause.REFUSED: "check the port in CVAT_HOST, and whether the server is running",
    Cause.TLS: "for a certificate of your own authority, name its PEM file in SSL_CERT_FILE; "
    "verification cannot be turned off",
    Cause.TIMEOUT: "check the address, the network or VPN, and whether the server is running",
    Cause.PROXY: "check HTTPS_PROXY and HTTP_PROXY, or name the server in NO_PROXY",
    Cause.BROKEN: "check that the address and port are CVAT's, and http or https as it should be",
}


_T = TypeVar("_T")


class _About(BaseModel):
    version: str


def log_in(transport: Transport, credentials: Credentials) -> None:
    """Give the client its credentials; for a password that is one POST, and the session's cookies stay with the client.

    Raises SessionError when the server does not take them.
    """
    client = transport.client
    if credentials.token is not None:
        client.login(AccessTokenCredentials(credentials.token))
        return
    try:
        client.login(PasswordCredentials(credentials.username, credentials.password))
    except ApiException as error:
        if not error.status:
            _unreachable(transport, no_answer(error))
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        answer = Answer(error.status, headers, (error.body or "").encode())
        if answer.status in (400, 401) and answer.is_json:
            raise SessionError(
                f"{transport.url} does not accept the password of {credentials.username!r}: {words_of(answer)}",
                hint="check CVAT_USERNAME and CVAT_PASSWORD; or use an access token (CVAT_ACCESS_TOKEN)",
            ) from None
        _refused(transport, answer, "the login")
    except urllib3.exceptions.HTTPError as error:
        _unreachable(transport, no_answer(error))
    except (OpenApiException, AssertionError, AttributeError, CookieError, KeyError, TypeError, ValueError) as error:
        if isinstance(error.__context__, ApiException):
            # ApiClient.__call_api decodes the body of an error that has none: a TLS failure (SDK 2.80.0).
            _unreachable(transport, no_answer(error.__context__))
        # The SDK's models broke on the answer, or it brought no session cookies: whatever answers, it is not CVAT.
        _not_cvat(transport, "the login")


def authenticate(transport: Transport, credentials: Credentials) -> User:
    """Ask who we are. Raises SessionError when the credentials do not work or this is not a CVAT server."""
    answer = _ask(transport, "/api/users/self")
    if answer.status == 401:
        words = words_of(answer)
        raise SessionError(
            f"{transport.url} does not accept the {_kind(credentials)}" + (f": {words}" if words else ""),
            hint=f"it came from {credentials.source}; it may be mistyped, revoked or expired, or for another server",
        )
    user = _read(transport, answer, TypeAdapter(User), "who we are")
    if not user.username:
        _not_cvat(transport, "who we are")
    return user


def server_version(transport: Transport) -> Version:
    """Ask for the version, after logging in: anonymous calls are throttled (FACTS §3) [R]."""
    answer = _ask(transport, "/api/server/about")
    return parse_version(_read(transport, answer, TypeAdapter(_About), "its version").version)


def check_organization_access(transport: Transport, user: User, slug: str) -> None:
    """Check, in the organization's context, that it exists and that we are in it; an administrator need not be.

    Raises OrganizationError, with the organizations that this account can work in.
    """
    only_me: Query = {"filter": render(equals("user", user.username)) or "", "page_size": PAGE_SIZE}
    answer = _ask(transport, "/api/memberships", only_me)
    # An unknown one is a 404 on every call in its context, someone else's a 403 (recordings/organizations.json).
    if answer.status == 404 and answer.is_json:
        _no_organization(transport, f"there is no organization {slug!r} on {transport.url}")
    if answer.status == 403 and answer.is_json:
        _no_organization(transport, f"{user.username!r} is not a member of the organization {slug!r}")
    page = _read(transport, answer, TypeAdapter(Page[Membership]), "the organization")
    if not user.is_superuser and not any(member.username == user.username for member in page.results):
        _no_organization(transport, f"{user.username!r} is not a member of the organization {slug!r}")


def _no_organization(transport: Transport, what: str) -> NoReturn:
    transport.client.organization_slug = None
    page = _read(
        transport,
        _ask(transport, "/api/organizations", {"page_size": PAGE_SIZE, "sort": "id"}),
        TypeAdapter(Page[Organization]),
        "its organizations",
    )
    slugs = [organization.slug for organization in page.results]
    some = ", ".join(slugs[:_MOST_ORGANIZATIONS]) + (", …" if len(slugs) > _MOST_ORGANIZATIONS else "")
    raise OrganizationError(
        what, hint=f"this account can work in: {some or 'no organization'}; CVAT_ORG= is the personal workspace"
    )


def _ask(transport: Transport, path: str, query: Query | None = None) -> Answer:
    try:
        return transport.request("GET", path, query=query)
    except NoAnswer as failure:
        _unreachable(transport, failure)


def _read(transport: Transport, answer: Answer, shape: TypeAdapter[_T], asked: str) -> _T:
    if not answer.ok:
        _refused(transport, answer, asked)
    try:
        return shape.validate_json(answer.body)
    except ValidationError:
        _not_cvat(transport, asked)


def _unreachable(transport: Transport, failure: NoAnswer) -> NoReturn:
    hint = _NO_ANSWER[failure.cause]
    if failure.cause is Cause.TLS and _speaks_no_tls(failure.detail):
        hint = f"the server does not speak https there: try http://{transport.url.partition('://')[2]}, or another port"
    detail = f" ({failure.detail})" if failure.detail else ""
    raise SessionError(f"cannot reach {transport.url}: {failure.cause.value}{detail}", hint=hint) from None


def _refused(transport: Transport, answer: Answer, asked: str) -> NoReturn:
    """Say what an answer other than a success means; `asked` says what it was the answer to."""
    url, status, words = transport.url, answer.status, words_of(answer)
    if 300 <= status <= 399:
        target = answer.headers.get("location", "").partition("?")[0]
        raise SessionError(
            f"{url} redirects to {target or 'another address'} instead of answering as CVAT does",
            hint="give CVAT's own address in CVAT_HOST, https:// included; a login page may stand in front of it",
        ) from None
    if status == 429:
        wait = answer.headers.get("retry-after", "")
        raise SessionError(
            f"{url} throttles {asked} (429)" + (f": {words}" if words else ""),
            hint=f"try again in {wait} seconds" if wait.isdigit() else "try again in a minute",
        ) from None
    if status == 501:  # "not implemented": a web server that knows no POST
        _not_cvat(transport, asked, status)
    if status >= 500:
        gateway = status in (502, 503, 504)
        raise SessionError(
            f"{url} answers {status}"
            + (": CVAT is not running behind it, or is starting" if gateway else " to " + asked),
            hint="try again in a minute" if gateway else "the server has failed; its log says why",
        ) from None
    if status == 400 and b"HTTPS port" in answer.body:  # nginx's page: "The plain HTTP request was sent to HTTPS port"
        raise SessionError(f"{url} wants https", hint=f"try https://{url.partition('://')[2]}") from None
    if status == 404 or not answer.is_json:
        _not_cvat(transport, asked, status)
    raise SessionError(
        f"{url} refused {asked} ({status})" + (f": {words}" if words else ""),
        hint="check what this account may do" if status == 403 else None,
    ) from None


def _not_cvat(transport: Transport, asked: str, status: int | None = None) -> NoReturn:
    shown = f" ({status})" if status else ""
    raise SessionError(
        f"{transport.url} does not answer like a CVAT server when asked for {asked}{shown}",
        hint="check CVAT_HOST; a login page, a proxy or another program may answer in its place",
    ) from None


def _kind(credentials: Credentials) -> str:
    return "access token" if credentials.token is not None else "login"


def _speaks_no_tls(detail: str) -> bool:
    return any(
        sign in detail.upper() for sign in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "RECORD LAYER FAILURE")
    )
