"""The one place that talks to the SDK's client: a request in, an answer or a named failure out.

Requests take the SDK's own low road, as its uploader does (its connections, with the headers that
`make_request_headers` of cvat_sdk.core.helpers makes), because the generated methods cost and break: their models take
0.6 ms an object and fail a page on one unexpected value, `if body:` drops an empty body, and an error without a body
ends in an AttributeError (`e.body.decode` in ApiClient.__call_api). All read in SDK 2.80.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlencode, urlsplit

import urllib3
from cvat_sdk import Client
from cvat_sdk.api_client.rest import RESTClientObject
from cvat_sdk.core.client import Config
from pydantic import JsonValue
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from reconciler.cvat.failures import Cause, NoAnswer, no_answer
from reconciler.cvat.network import Network
from reconciler.cvat.traffic import Traffic

__all__ = ["Answer", "Cause", "NoAnswer", "Payload", "Query", "Transport", "no_answer"]

Query = Mapping[str, str | int]


@dataclass(frozen=True)
class Answer:
    """What a server answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status <= 299

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON (CVAT: `application/vnd.cvat+json`)."""
        return "json" in self.headers.get("content-type", "").lower()


@dataclass(frozen=True)
class Payload:
    """What is sent along: bytes, and what they are."""

    content: bytes
    kind: str

    @classmethod
    def json(cls, body: JsonValue) -> Payload:
        """JSON; None is nothing at all, said to be JSON, as the SDK does."""
        return cls(b"" if body is None else json.dumps(body).encode(), "application/json")

    @classmethod
    def form(cls, fields: Mapping[str, str | tuple[str, bytes]]) -> Payload:
        """A form; a pair is a file: its name and its bytes."""
        return cls(*urllib3.encode_multipart_formdata(dict(fields)))


class Transport:
    """One SDK client, its connections and the rules they obey. Safe to use from several threads."""

    def __init__(
        self,
        url: str,
        *,
        network: Network,
        timeout: float,
        retry: Retry,
        rate: float | None,
        connections: int,
    ) -> None:
        self.url = url
        self.traffic = Traffic(timeout=timeout, retry=retry, rate=rate)
        # The SDK's own version check is an anonymous call, and those are throttled (recordings/throttle.json).
        self.client = Client(url, config=Config(verify_ssl=True), check_server_version=False)
        api = self.client.api_client
        api.user_agent = f"cvat-reconciler/{_version('cvat-reconciler')} {api.user_agent}"
        settings = api.configuration
        settings.connection_pool_maxsize = max(connections, settings.connection_pool_maxsize)
        settings.proxy, settings.no_proxy = network.proxy, network.no_proxy
        settings.proxy_headers = network.proxy_headers
        settings.ssl_ca_cert = network.ca_file
        api.rest_client = RESTClientObject(settings)
        self._pools: urllib3.PoolManager = api.rest_client.pool_manager
        if network.ca_folder is not None:
            self._pools.connection_pool_kw["ca_cert_dir"] = network.ca_folder
        self.traffic.govern(self._pools)
        self._with_origin = True
        # The SDK takes several Set-Cookie headers for one, and finds no cookie at all in "…; Secure, sessionid=…".
        api._update_cookies_from_response = self._keep_cookies

    def _keep_cookies(self, response: urllib3.BaseHTTPResponse) -> None:
        for cookie in response.headers.getlist("Set-Cookie"):
            self.client.api_client.cookies.update(SimpleCookie(cookie))

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: JsonValue = None,
        gzip: bool = False,
        once: bool = False,
        patient: bool = False,
    ) -> Answer:
        """Send one request (with the session's organization and credentials) and read the whole answer.

        `gzip` asks for a compressed answer: worth it for lists of JSON, not for files (FACTS §3). `once`: never repeat
        it when it may have arrived, as a POST never is. `patient`: the server has much to do before it answers. Any
        status is an answer; raises NoAnswer when there is none.
        """
        headers = {"Accept-Encoding": "gzip"} if gzip else {}
        payload = None if method in ("GET", "HEAD") else Payload.json(body)
        return self.exchange(method, path, query=query, payload=payload, headers=headers, once=once, patient=patient)

    def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        payload: Payload | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        patient: bool = False,
    ) -> Answer:
        """Send one request with any body and headers of its own, as uploads need; otherwise like `request`."""
        with_origin = self._with_origin
        answer = self._send(method, path, query, payload, headers, once=once, patient=patient, with_origin=with_origin)
        if with_origin and answer.status == 403 and b"Origin checking failed" in answer.body:
            # The CSRF check of a password session, before anything is done: Django refuses an https Origin wherever the
            # proxy before it does not pass on that it speaks TLS (cvat issues 7382 and 8782). Without an Origin it
            # looks at the Referer, and at that only where it knows of TLS.
            self._with_origin = False
            answer = self._send(method, path, query, payload, headers, once=once, patient=patient, with_origin=False)
        return answer

    @property
    def origin(self) -> str:
        """What to call ourselves where the server builds addresses from it (FACTS §4, uploads by hand) [R].

        Where it refuses an https Origin it takes itself for http, and takes that.
        """
        return self.url if self._with_origin else f"http://{urlsplit(self.url).netloc}"

    @contextmanager
    def stream(self, path: str, query: Query | None = None) -> Iterator[BaseHTTPResponse]:
        """GET a file and read its bytes as they come; any status. Raises NoAnswer, also when reading breaks off."""
        try:
            response = self._open("GET", path, query, None, {}, streamed=True)
            try:
                yield response
            finally:
                response.close()
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise no_answer(error) from None

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None,
        payload: Payload | None,
        headers: Mapping[str, str] | None,
        *,
        once: bool,
        patient: bool,
        with_origin: bool,
    ) -> Answer:
        try:
            response = self._open(
                method, path, query, payload, headers or {}, once=once, patient=patient, with_origin=with_origin
            )
        except urllib3.exceptions.HTTPError as error:
            raise no_answer(error) from None
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, response.data)

    def _open(
        self,
        method: str,
        path: str,
        query: Query | None,
        payload: Payload | None,
        more: Mapping[str, str],
        *,
        once: bool = False,
        patient: bool = False,
        with_origin: bool = True,
        streamed: bool = False,
    ) -> BaseHTTPResponse:
        api = self.client.api_client
        # `application/json` alone is answered 406 by CVAT 2.54.1 (FACTS §3).
        headers: dict[str, str] = {**api.get_common_headers(), "Accept": "application/vnd.cvat+json"}
        api.update_params_for_auth(headers=headers, queries=[])
        if not with_origin and (origin := headers.pop("Origin", None)) is not None:
            headers["Referer"] = f"{origin}/"
        if streamed:
            headers["Accept"] = "*/*"
        if payload is not None:
            headers["Content-Type"] = payload.kind
        headers.update(more)
        traffic = self.traffic
        return self._pools.request(
            method,
            self.url + path + (f"?{urlencode(query)}" if query else ""),
            body=payload.content if payload is not None else None,
            headers=headers,
            preload_content=not streamed,
            timeout=traffic.long_timeout if patient else traffic.timeout,
            retries=traffic.retry_unsent if once or method == "POST" else traffic.retry,
        )

    def request_line_length(self, path: str, query: Query) -> int:
        """Bytes of `GET <address> HTTP/1.1` as it will be sent; the whole address, as a proxy gets to see it."""
        return len(f"GET {self.url}{path}?{urlencode(query)} HTTP/1.1")

    def close(self) -> None:
        """Drop the connections. Never logs out: that deletes the user's one token everywhere (FACTS §5) [R]."""
        self._pools.clear()
        self.client.close()
        self.traffic.close()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "0"
