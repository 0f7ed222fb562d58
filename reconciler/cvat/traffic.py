"""What every single attempt obeys, retries included: a time-out, when to try again, and a pace.

The SDK has no default time-out, passes `timeout=None` along (which urllib3 takes as "wait for ever"), and retries
without jitter (cvat_sdk/api_client/rest.py and configuration.py, 2.80.0). So the rules sit in the connection pools,
below the SDK, where no call can miss them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from pyrate_limiter import Limiter, Rate
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry, Timeout

CONNECT_TIMEOUT = 10.0  # seconds to get a connection
LONG_TIMEOUT = 600.0  # seconds for what takes a server long before it answers: annotations of a large task

DEFAULT_RETRY = Retry(
    total=5,
    connect=3,
    read=2,
    status=5,
    # TLS failures count as "other": the same certificate will not be better in a second.
    other=0,
    # CVAT's API never redirects: a redirect is a wrong address or a login page, and following it would hide that.
    redirect=False,
    # A PATCH here carries absolute values and may be repeated; a POST may create a second object and is never repeated.
    allowed_methods=frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}),
    status_forcelist=(429, 502, 503, 504),
    raise_on_status=False,  # the server's last answer is worth more than "too many retries"
    backoff_factor=0.5,
    backoff_jitter=0.5,
    backoff_max=20,
    retry_after_max=60,  # anonymous throttling asks for up to a minute; nobody makes us sleep for hours
)


class Traffic:
    """Time-out (seconds to wait for an answer), retries, and pace (attempts a second; None: no limit) of a session."""

    def __init__(self, *, timeout: float, retry: Retry, rate: float | None) -> None:
        if timeout <= 0:
            raise ValueError(f"a time-out must be above 0 seconds, not {timeout}")
        if rate is not None and rate <= 0:
            raise ValueError(f"a rate must be above 0 requests a second, not {rate}")
        self.timeout = Timeout(connect=min(timeout, CONNECT_TIMEOUT), read=timeout)
        self.retry = retry
        # One permit each 1/rate seconds, not a burst at the start of each second: a small server feels the difference.
        self._limiter = Limiter(Rate(1, max(1, round(1000 / rate))), buffer_ms=0) if rate is not None else None

    @property
    def long_timeout(self) -> Timeout:
        """For a request that gives the server much to do."""
        read = self.timeout.read_timeout
        return Timeout(
            connect=self.timeout.connect_timeout,
            read=max(read, LONG_TIMEOUT) if isinstance(read, int | float) else LONG_TIMEOUT,
        )

    @property
    def retry_unsent(self) -> Retry:
        """For what must not be done twice: tried again only where it certainly was not begun."""
        # 429 comes before anything is done. A connection that breaks says nothing of what happened behind it.
        return self.retry.new(allowed_methods=None, status_forcelist=(429,), read=False, other=0)

    def wait(self) -> None:
        """Wait for the next attempt's turn."""
        if self._limiter is not None:
            self._limiter.try_acquire("request")

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """For the first words with a server: a wrong address or a dead host must show in seconds, not minutes."""
        timeout, retry = self.timeout, self.retry
        connect, read = timeout.connect_timeout, timeout.read_timeout
        self.timeout = Timeout(connect=_at_most(connect, 3.0), read=_at_most(read, 20.0))
        self.retry = retry.new(connect=min(1, int(retry.connect or 0)), read=0)
        try:
            yield
        finally:
            self.timeout, self.retry = timeout, retry

    def govern(self, manager: PoolManager) -> None:
        """Make every connection pool of a pool manager obey."""
        manager.pool_classes_by_scheme = cast(
            "dict[str, type[HTTPConnectionPool]]",
            {"http": partial(_GovernedHTTPPool, self), "https": partial(_GovernedHTTPSPool, self)},
        )

    def close(self) -> None:
        """Let the limiter's thread go."""
        if self._limiter is not None:
            self._limiter.close()


class _GovernedHTTPPool(HTTPConnectionPool):
    # urllib3 calls urlopen again for each retry: this is the one place that every attempt passes through.

    def __init__(self, traffic: Traffic, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._traffic = traffic

    def urlopen(  # type: ignore[override]
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Any = None,
        retries: Any = None,
        *args: Any,
        **options: Any,
    ) -> BaseHTTPResponse:
        if options.get("timeout") is None:
            options["timeout"] = self._traffic.timeout
        self._traffic.wait()
        return super().urlopen(
            method, url, body, headers, self._traffic.retry if retries is None else retries, *args, **options
        )


class _GovernedHTTPSPool(_GovernedHTTPPool, HTTPSConnectionPool):
    pass


def _at_most(value: Any, bound: float) -> float:
    return min(value, bound) if isinstance(value, int | float) else bound
