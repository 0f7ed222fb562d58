"""Everything that can be wrong when a session begins: one clear message each, and no secret in any."""

from __future__ import annotations

import socket
import ssl
import time
import traceback
from pathlib import Path

import pytest
from packaging.version import Version

from reconciler.cvat import Credentials, connect
from reconciler.cvat.traffic import DEFAULT_RETRY
from reconciler.errors import SessionError

from .conftest import NO_WAITING, Connect
from .scripted import HTML, ME, Asked, Says, ScriptedServer, scripted_server

SECRET = "s3cret-of-ann"
LOGGED_IN = Says(body={"key": "k"}, headers={"Set-Cookie": "sessionid=abc; Path=/, csrftoken=def; Path=/"})


def refused(url: str, *, password: bool = False, organization: str | None = None, **options: object) -> SessionError:
    """The error of connecting; checks on the way that it is fit to be shown."""
    credentials = (
        Credentials(url, username="ann", password=SECRET, organization=organization)
        if password
        else Credentials(url, token=SECRET, organization=organization)
    )
    settings: dict[str, object] = {"environ": {}, "retry": NO_WAITING, **options}
    with pytest.raises(SessionError) as caught:
        connect(credentials=credentials, **settings)  # type: ignore[arg-type]
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown
    assert "<" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def test_a_token_session(server: ScriptedServer, connect_to: Connect) -> None:
    session = connect_to(server.url, token=SECRET)
    assert (session.url, session.organization) == (server.url, None)
    assert (session.user.id, session.user.username, session.user.is_superuser) == (1, "ann", False)
    assert session.version == Version("2.54.1")
    assert [request.path for request in server.requests] == ["/api/users/self", "/api/server/about"]
    for request in server.requests:
        assert not {"cookie", "origin", "referer", "x-csrftoken"} & request.headers.keys()
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        assert request.headers["accept"] == "application/vnd.cvat+json"
        assert request.headers["user-agent"].startswith("cvat-reconciler/")
        assert "x-organization" not in request.headers
    assert SECRET not in repr(session)


def test_a_password_session_keeps_its_cookies_and_never_logs_out(server: ScriptedServer) -> None:
    server.answers["/api/auth/login"] = LOGGED_IN
    with connect(credentials=Credentials(server.url, username="ann", password=SECRET), environ={}) as session:
        session.transport.request("PATCH", "/api/tasks/1", body={"name": "x"})
    login, me, about, patch = server.requests
    assert login.json == {"username": "ann", "password": SECRET}
    for request in (me, about, patch):
        assert request.headers["cookie"] == "csrftoken=def; sessionid=abc"
        assert request.headers["x-csrftoken"] == "def"
        assert request.headers["origin"] == server.url
    assert not server.asked("/api/auth/logout")


@pytest.mark.parametrize("balancer", ["AWSALBCORS=x; Path=/; SameSite=None; Secure", "route=1|x; Path=/; HttpOnly"])
def test_cookies_that_end_in_a_flag(server: ScriptedServer, balancer: str) -> None:
    """Each in a header of its own, as they come; joined with commas a flag at an end cannot be told from a name."""
    cookies = {
        "Set-Cookie": balancer,
        "set-cookie": "csrftoken=def; expires=Mon, 22 Nov 2027 17:40:00 GMT; Path=/; SameSite=Lax; Secure",
        "SET-COOKIE": "sessionid=abc; HttpOnly; Path=/; SameSite=Lax; Secure",
    }
    server.answers["/api/auth/login"] = Says(body={"key": "k"}, headers=cookies)
    with connect(credentials=Credentials(server.url, username="ann", password=SECRET), environ={}):
        pass
    sent = server.requests[-1].headers["cookie"].split("; ")
    assert {"csrftoken=def", "sessionid=abc", balancer.partition(";")[0]} == set(sent)


def test_a_proxy_that_does_not_say_that_it_speaks_tls(server: ScriptedServer) -> None:
    """Django then refuses the https Origin of every change (cvat issues 7382, 8782), but not a Referer."""

    def task(asked: Asked) -> Says:
        if "origin" in asked.headers:
            words = "CSRF Failed: Origin checking failed - https://cvat.example does not match any trusted origins."
            return Says(403, {"detail": words})
        return Says(body={"id": 1})

    server.answers |= {"/api/auth/login": LOGGED_IN, "/api/tasks/1": task}
    with connect(credentials=Credentials(server.url, username="ann", password=SECRET), environ={}) as session:
        for _ in range(2):
            assert session.transport.request("PATCH", "/api/tasks/1", body={"name": "x"}).ok
    refused_once, *then = server.asked("/api/tasks/1")
    assert refused_once.headers["origin"] == server.url
    assert [(one.headers.get("origin"), one.headers["referer"], one.json) for one in then] == [
        (None, f"{server.url}/", {"name": "x"})
    ] * 2


def test_an_unsupported_version_makes_no_noise(
    server: ScriptedServer, connect_to: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers["/api/server/about"] = Says(body={"version": "2.31.0"})
    assert connect_to(server.url).version == Version("2.31.0")
    assert not caplog.records


@pytest.mark.parametrize("password", [False, True])
def test_nothing_listens(closed_port: int, password: bool) -> None:
    error = refused(f"http://127.0.0.1:{closed_port}", password=password)
    assert error.what == f"cannot reach http://127.0.0.1:{closed_port}: nothing accepts connections there"
    assert error.hint is not None
    assert "port" in error.hint


@pytest.mark.parametrize("password", [False, True])
def test_an_unknown_host(password: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = refused("https://cvat.invalid", password=password)
    assert error.what == "cannot reach https://cvat.invalid: the host name is not known"


def test_a_dead_host_is_given_up_in_seconds_with_the_ordinary_retries(closed_port: int) -> None:
    begun = time.monotonic()
    with pytest.raises(SessionError):
        connect(credentials=Credentials(f"http://127.0.0.1:{closed_port}", token=SECRET), environ={})
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("password", [False, True])
def test_a_host_that_never_answers(password: bool) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        error = refused(f"http://127.0.0.1:{silent.getsockname()[1]}", password=password, timeout=0.1)
    assert "no answer in time" in error.what


@pytest.mark.parametrize("password", [False, True])
def test_a_connection_that_closes(server: ScriptedServer, password: bool) -> None:
    server.otherwise = server.answers["/api/users/self"] = Says(hang_up=True)
    assert "the connection broke" in refused(server.url, password=password).what


@pytest.mark.parametrize("password", [False, True])
def test_a_certificate_that_nobody_vouches_for(own_certificate: tuple[Path, ssl.SSLContext], password: bool) -> None:
    with scripted_server(own_certificate[1]) as server:
        error = refused(server.url, password=password)
    assert "cannot be trusted" in error.what
    assert "self" in error.what  # the certificate's fault in OpenSSL's words
    assert error.hint is not None
    assert "SSL_CERT_FILE" in error.hint


def test_a_bad_certificate_is_not_tried_again(own_certificate: tuple[Path, ssl.SSLContext]) -> None:
    begun = time.monotonic()
    with scripted_server(own_certificate[1]) as server:
        refused(server.url, retry=DEFAULT_RETRY)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_an_authority_of_ones_own(
    own_certificate: tuple[Path, ssl.SSLContext], connect_to: Connect, variable: str
) -> None:
    with scripted_server(own_certificate[1]) as server:
        session = connect_to(server.url, environ={variable: str(own_certificate[0])})
        assert session.user.username == "ann"


def test_https_where_only_http_is_spoken(server: ScriptedServer) -> None:
    error = refused(server.url.replace("http://", "https://"))
    assert "cannot be trusted" in error.what
    assert error.hint is not None
    assert f"try {server.url}" in error.hint


def test_http_where_https_is_spoken(own_certificate: tuple[Path, ssl.SSLContext]) -> None:
    with scripted_server(own_certificate[1]) as server:
        error = refused(server.url.replace("https://", "http://"))
    assert error.hint is not None
    assert "http or https" in error.hint


def test_a_rejected_token(server: ScriptedServer) -> None:
    server.answers["/api/users/self"] = Says(401, {"detail": "Invalid token."})
    error = refused(server.url)
    assert error.what == f"{server.url} does not accept the access token: Invalid token."
    assert error.hint is not None
    assert "revoked or expired" in error.hint


def test_a_wrong_password(server: ScriptedServer) -> None:
    server.answers["/api/auth/login"] = Says(400, {"non_field_errors": ["Unable to log in with provided credentials."]})
    error = refused(server.url, password=True)
    assert error.what == (
        f"{server.url} does not accept the password of 'ann': Unable to log in with provided credentials."
    )
    assert len(server.asked("/api/auth/login")) == 1


def test_a_throttled_login_is_not_hammered(server: ScriptedServer) -> None:
    throttled = Says(
        429, {"detail": "Request was throttled. Expected available in 7 seconds."}, headers={"Retry-After": "7"}
    )
    server.answers["/api/auth/login"] = throttled
    error = refused(server.url, password=True)
    assert "throttles the login (429)" in error.what
    assert error.hint == "try again in 7 seconds"
    assert len(server.asked("/api/auth/login")) == 1


@pytest.mark.parametrize("password", [False, True])
@pytest.mark.parametrize(
    "instead",
    [
        pytest.param(Says(200, HTML, "text/html"), id="login page"),
        pytest.param(Says(403, HTML, "text/html"), id="forbidden page"),
        pytest.param(Says(404, HTML, "text/html"), id="missing page"),
        pytest.param(Says(404, {"detail": "Not Found"}, "application/json"), id="another API"),
        pytest.param(Says(200, {"hello": "world"}, "application/json"), id="other JSON"),
        pytest.param(Says(200, [1, 2], "application/json"), id="a list"),
        pytest.param(Says(200, "null", "application/json"), id="null"),
        pytest.param(Says(200, b"", "application/json"), id="nothing"),
        pytest.param(Says(200, b"\xff\xfe\x00", "application/octet-stream"), id="bytes"),
        pytest.param(Says(200, '{"id": 1, "user', "application/json"), id="half of the JSON"),
    ],
)
def test_something_that_is_not_cvat(server: ScriptedServer, instead: Says, password: bool) -> None:
    server.answers["/api/auth/login"] = instead
    server.answers["/api/users/self"] = instead
    error = refused(server.url, password=password)
    assert "does not answer like a CVAT server" in error.what
    assert error.hint is not None
    assert "CVAT_HOST" in error.hint


@pytest.mark.parametrize("password", [False, True])
def test_a_redirect_is_named_and_not_followed(server: ScriptedServer, password: bool) -> None:
    away = Says(302, "", "text/html", headers={"Location": f"{server.url}/sign-in?next=secret"})
    server.answers["/api/users/self"] = server.answers["/api/auth/login"] = away
    error = refused(server.url, password=password)
    assert error.what == f"{server.url} redirects to {server.url}/sign-in instead of answering as CVAT does"
    assert not server.asked("/sign-in")


def test_a_gateway_without_cvat_behind_it(server: ScriptedServer) -> None:
    server.answers["/api/users/self"] = Says(503, HTML, "text/html")
    error = refused(server.url)
    assert "answers 503" in error.what
    assert len(server.requests) == 6  # the first try and five more


@pytest.mark.parametrize("password", [False, True])
def test_a_server_that_fails(server: ScriptedServer, password: bool) -> None:
    server.answers["/api/users/self"] = server.answers["/api/auth/login"] = Says(500, HTML, "text/html")
    error = refused(server.url, password=password)
    assert error.what.startswith(f"{server.url} answers 500 to ")


def test_http_where_nginx_wants_https(server: ScriptedServer) -> None:
    page = "<html><body>The plain HTTP request was sent to HTTPS port</body></html>"
    server.answers["/api/users/self"] = Says(400, page, "text/html")
    error = refused(server.url)
    assert error.what == f"{server.url} wants https"
    assert error.hint == f"try {server.url.replace('http://', 'https://')}"


def test_a_server_that_is_just_starting(server: ScriptedServer, connect_to: Connect) -> None:
    server.then("/api/users/self", Says(502, HTML, "text/html"), Says(503), Says(body=ME))
    assert connect_to(server.url).user.username == "ann"


def test_a_cut_off_answer(server: ScriptedServer) -> None:
    server.answers["/api/users/self"] = Says(body=ME, length=5000)
    assert "the connection broke" in refused(server.url).what


def test_an_about_without_a_version(server: ScriptedServer) -> None:
    server.answers["/api/server/about"] = Says(body={"name": "something else"})
    assert "does not answer like a CVAT server when asked for its version" in refused(server.url).what


def members_of(slug: str) -> object:
    def answer(asked: Asked) -> Says:
        context = asked.headers.get("x-organization")
        if context != slug:
            return Says(404, {"detail": f"{context} organization does not exist."})
        return Says(
            body={"count": 1, "next": None, "previous": None, "results": [{"id": 3, "user": ME, "role": "worker"}]}
        )

    return answer


ORGANIZATIONS = Says(body={"count": 2, "next": None, "results": [{"id": 1, "slug": "acme"}, {"id": 2, "slug": "zoo"}]})


def test_an_organization(server: ScriptedServer, connect_to: Connect) -> None:
    server.answers["/api/memberships"] = members_of("acme")  # type: ignore[assignment]
    session = connect_to(server.url, organization="acme")
    assert session.organization == "acme"
    session.transport.request("GET", "/api/tasks")
    assert server.requests[-1].headers["x-organization"] == "acme"
    # Before the organization's turn nothing is asked in its context: a wrong one would look like wrong credentials.
    assert all("x-organization" not in request.headers for request in server.requests[:2])


def test_the_personal_workspace_is_an_empty_header(server: ScriptedServer, connect_to: Connect) -> None:
    session = connect_to(server.url, organization="")
    assert session.organization == ""
    session.transport.request("GET", "/api/tasks")
    assert server.requests[-1].headers["x-organization"] == ""
    assert len(server.requests) == 3


def test_the_argument_wins_over_the_credentials(server: ScriptedServer, connect_to: Connect) -> None:
    credentials = Credentials(server.url, token=SECRET, organization="nosuch")
    assert connect_to(server.url, credentials=credentials, organization=None).organization is None


def test_an_unknown_organization(server: ScriptedServer) -> None:
    server.answers["/api/memberships"] = members_of("acme")  # type: ignore[assignment]
    server.answers["/api/organizations"] = ORGANIZATIONS
    error = refused(server.url, organization="acmee")
    assert error.what == f"there is no organization 'acmee' on {server.url}"
    assert error.hint == "this account can work in: acme, zoo; CVAT_ORG= is the personal workspace"
    assert "x-organization" not in server.asked("/api/organizations")[0].headers


@pytest.mark.parametrize(
    "answer",
    [
        Says(403, {"detail": "You do not have permission to perform this action."}),
        Says(body={"count": 0, "next": None, "results": []}),
    ],
)
def test_an_organization_of_others(server: ScriptedServer, answer: Says) -> None:
    server.answers["/api/memberships"] = answer
    server.answers["/api/organizations"] = Says(body={"count": 0, "results": []})
    error = refused(server.url, organization="acme")
    assert error.what == "'ann' is not a member of the organization 'acme'"
    assert error.hint is not None
    assert "no organization" in error.hint


def test_an_administrator_need_not_be_a_member(server: ScriptedServer, connect_to: Connect) -> None:
    server.answers["/api/users/self"] = Says(body={**ME, "is_superuser": True})
    server.answers["/api/memberships"] = Says(body={"count": 0, "next": None, "results": []})
    assert connect_to(server.url, organization="acme").organization == "acme"


@pytest.mark.parametrize("slug", ["a b", "acme\n", "ácme"])
def test_an_organization_that_cannot_be_one(server: ScriptedServer, connect_to: Connect, slug: str) -> None:
    with pytest.raises(SessionError, match="short name"):
        connect_to(server.url, organization=slug)
    assert not server.requests
