"""Proxy and certificates from the environment. The SDK looks at neither (cvat_sdk/api_client/rest.py, 2.80.0)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from urllib3.util import make_headers

from reconciler.errors import SessionError


@dataclass(frozen=True)
class Network:
    """How a server is reached: `proxy` is a URL without its credentials, which are in `proxy_headers`.

    `ca_file` and `ca_folder` replace the system's certificate authorities. TLS is always verified.
    """

    proxy: str | None = None
    proxy_headers: Mapping[str, str] | None = field(default=None, repr=False)
    no_proxy: str | None = None
    ca_file: str | None = None
    ca_folder: str | None = None


def network_from_environment(url: str, environ: Mapping[str, str]) -> Network:
    """Read HTTPS_PROXY or HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and REQUESTS_CA_BUNDLE for one server.

    A loopback address never goes through a proxy (no proxy could reach it). Raises SessionError for a proxy that is not
    an http(s) URL, and for certificates that are not there.
    """
    proxy, headers = _proxy(url, environ)
    ca = environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE") or None
    if ca is not None and not Path(ca).exists():
        name = "SSL_CERT_FILE" if environ.get("SSL_CERT_FILE") else "REQUESTS_CA_BUNDLE"
        raise SessionError(f"{name} names {ca}, which does not exist", hint="correct it or unset it")
    folder = ca is not None and Path(ca).is_dir()
    return Network(
        proxy=proxy,
        proxy_headers=headers,
        no_proxy=_either(environ, "no_proxy"),
        ca_file=None if folder else ca,
        ca_folder=ca if folder else None,
    )


def _proxy(url: str, environ: Mapping[str, str]) -> tuple[str | None, Mapping[str, str] | None]:
    target = urlsplit(url)
    given = _either(environ, f"{target.scheme}_proxy") or _either(environ, "all_proxy")
    if not given or _is_loopback(target.hostname or ""):
        return None, None
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in ("http", "https"):
        raise SessionError(
            "the proxy set in the environment is not an http or https address",
            hint="correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or name the server in NO_PROXY",
        )
    headers = None
    if parts.username is not None:
        # urllib3 does not take credentials out of a proxy's URL; they go into a header, and out of every message.
        headers = make_headers(proxy_basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else ""), headers


def _either(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name) or environ.get(name.upper()) or None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
