from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cvat.network import network_from_environment
from reconciler.errors import SessionError

from .conftest import Connect
from .scripted import Says, ScriptedServer

URL = "https://cvat.example"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"ALL_PROXY": "https://proxy.example"}, "https://proxy.example"),
        ({"HTTP_PROXY": "http://proxy.example"}, None),
        ({"HTTPS_PROXY": ""}, None),
    ],
)
def test_the_proxy(environ: dict[str, str], proxy: str | None) -> None:
    assert network_from_environment(URL, environ).proxy == proxy


def test_a_proxy_password_goes_into_a_header_and_nowhere_else() -> None:
    network = network_from_environment(URL, {"HTTPS_PROXY": "http://ann:s3%40cret@proxy.example:3128"})
    assert network.proxy == "http://proxy.example:3128"
    assert network.proxy_headers == {"proxy-authorization": "Basic YW5uOnMzQGNyZXQ="}
    assert "YW5" not in repr(network)


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"])
def test_loopback_needs_no_proxy(url: str) -> None:
    assert network_from_environment(url, {"HTTP_PROXY": "http://proxy.example"}).proxy is None


@pytest.mark.parametrize("proxy", ["socks5://s3cret.example", "http://", "http://s3cret:port"])
def test_a_proxy_that_is_none(proxy: str) -> None:
    with pytest.raises(SessionError, match="HTTPS_PROXY") as caught:
        network_from_environment(URL, {"HTTPS_PROXY": proxy})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_that_are_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=f"{name} names .* does not exist"):
        network_from_environment(URL, {name: str(tmp_path / "nowhere.pem")})


def test_certificates_in_a_file_or_a_folder(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    assert network_from_environment(URL, {"SSL_CERT_FILE": str(bundle)}).ca_file == str(bundle)
    assert network_from_environment(URL, {"REQUESTS_CA_BUNDLE": str(tmp_path)}).ca_folder == str(tmp_path)


def test_requests_go_through_the_proxy(server: ScriptedServer, connect_to: Connect) -> None:
    """The scripted server plays the proxy: it is asked for whole addresses, with the proxy's password."""
    environ = {"HTTP_PROXY": server.url.replace("http://", "http://ann:s3cret@")}
    assert connect_to("http://cvat.invalid", environ=environ).user.username == "ann"
    assert server.requests[0].line == "GET http://cvat.invalid/api/users/self HTTP/1.1"
    assert server.requests[0].headers["proxy-authorization"].startswith("Basic ")


def test_no_proxy_is_obeyed(server: ScriptedServer, connect_to: Connect) -> None:
    with pytest.raises(SessionError, match="cannot reach"):
        connect_to("http://cvat.invalid", environ={"HTTP_PROXY": server.url, "NO_PROXY": "example.com,.invalid"})
    assert not server.requests


def test_a_dead_proxy_is_blamed(closed_port: int, connect_to: Connect) -> None:
    with pytest.raises(SessionError, match="the proxy failed") as caught:
        connect_to("http://cvat.invalid", environ={"HTTP_PROXY": f"http://127.0.0.1:{closed_port}"})
    assert "HTTP_PROXY" in str(caught.value)


def test_a_proxy_that_wants_a_login(server: ScriptedServer, connect_to: Connect) -> None:
    server.answers["/api/users/self"] = Says(407, "<html>who are you?</html>", "text/html")
    with pytest.raises(SessionError, match="407"):
        connect_to("http://cvat.invalid", environ={"HTTP_PROXY": server.url})
