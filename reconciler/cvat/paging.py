"""Reading whole lists: pages at once, nothing twice, nothing skipped while others work on the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from math import ceil
from typing import Generic

from pydantic import TypeAdapter, ValidationError

from reconciler.cvat.capabilities import PAGE_SIZE
from reconciler.cvat.filters import Filter, after, all_of, render
from reconciler.cvat.models import ObservedT, Page
from reconciler.cvat.refusals import broken, not_cvat_json, refusal
from reconciler.cvat.transport import NoAnswer, Query, Transport
from reconciler.errors import ServerError

OnPage = Callable[[str, int, int], None]
"""Told after each page: what is read ("tasks"), how many of them so far, how many there are."""

LONGEST_REQUEST_LINE = 8000
"""Bytes; reverse proxies refuse a request line of more than 8 KB (FACTS §3)."""


class Listing(Generic[ObservedT]):
    """One of the server's lists, such as `/api/tasks`.

    Pages have 500 objects, sorted by id. After the first page the others come at once, on up to `connections`
    connections. If the pages disagree on how many objects there are, something appeared or vanished meanwhile, and an
    object may have slipped from one page to another: then the list is walked again from id to id, which skips nothing.

    `context`: query parameters that say the organization; they may not contradict the header that the session sends.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        shape: TypeAdapter[Page[ObservedT]],
        *,
        connections: int,
        on_page: OnPage | None = None,
        context: Query | None = None,
    ) -> None:
        self._transport = transport
        self._path = path
        self._what = path.rpartition("/")[2]
        self._shape = shape
        self._connections = connections
        self._on_page = on_page
        self._context: Query = context or {}

    def read(self, filters: Iterable[Filter | None]) -> list[ObservedT]:
        """All objects that match any of the filters (None: all), by id, each once. Raises ServerError."""
        queries = list(filters)
        if not queries:
            return []
        found: list[dict[int, ObservedT]] = [{} for _ in queries]
        counts: list[set[int]] = [set() for _ in queries]

        def keep(index: int, page: Page[ObservedT] | None) -> None:
            if page is None:  # past the end: the list got shorter
                counts[index].add(-1)
                return
            counts[index].add(page.count)
            found[index].update((item.id, item) for item in page.results)
            self._tell(sum(map(len, found)), sum(max(seen, default=0) for seen in counts))

        with ThreadPoolExecutor(self._connections) as threads:
            try:
                firsts = {threads.submit(self._page, query, 1): index for index, query in enumerate(queries)}
                others = {}
                for first in as_completed(firsts):
                    index, page = firsts[first], first.result()
                    keep(index, page)
                    if page is not None and page.next and page.results:
                        # A server may cap pages below what was asked: its first page shows its size.
                        for number in range(2, ceil(page.count / len(page.results)) + 1):
                            others[threads.submit(self._page, queries[index], number)] = index
                for other in as_completed(others):
                    keep(others[other], other.result())
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise
        for index, query in enumerate(queries):
            if counts[index] != {len(found[index])}:
                found[index] = self._walk(query)
        merged = {key: item for some in found for key, item in some.items()}
        return [merged[key] for key in sorted(merged)]

    def count(self, condition: Filter | None) -> int:
        """How many objects match, without reading them."""
        page = self._page(condition, 1, size=1)
        return page.count if page is not None else 0

    def fits(self, condition: Filter | None) -> bool:
        """Whether the request for a page with this filter is short enough to be sent."""
        return self._transport.request_line_length(self._path, self._query(condition, 9999)) <= LONGEST_REQUEST_LINE

    def _walk(self, condition: Filter | None) -> dict[int, ObservedT]:
        found: dict[int, ObservedT] = {}
        last = 0
        while True:
            page = self._page(all_of(after("id", last), condition), 1)
            if page is None or not page.results:
                return found
            found.update((item.id, item) for item in page.results)
            self._tell(len(found), len(found) + page.count - len(page.results))
            if not page.next:
                return found
            last = max(item.id for item in page.results)

    def _page(self, condition: Filter | None, number: int, size: int = PAGE_SIZE) -> Page[ObservedT] | None:
        query = self._query(condition, number, size)
        doing = f"the {self._what} cannot be listed"
        if self._transport.request_line_length(self._path, query) > LONGEST_REQUEST_LINE:
            raise ServerError(
                f"{doing}: the selection is too long to be sent", status=414, hint="name fewer values in it"
            )
        try:
            answer = self._transport.request("GET", self._path, query=query, gzip=True)
        except NoAnswer as failure:
            raise broken(doing, failure) from None
        # A page past the end is a 404 "Invalid page." (recordings/basics.json).
        if answer.status == 404 and number > 1:
            return None
        if not answer.ok:
            raise refusal(doing, answer)
        try:
            return self._shape.validate_json(answer.body)
        except ValidationError:
            raise not_cvat_json(doing, answer) from None

    def _tell(self, done: int, total: int) -> None:
        if self._on_page is not None:
            self._on_page(self._what, done, max(done, total))

    def _query(self, condition: Filter | None, page: int, size: int = PAGE_SIZE) -> dict[str, str | int]:
        query: dict[str, str | int] = {"page_size": size, "sort": "id", "page": page, **self._context}
        text = render(condition)
        return query if text is None else {**query, "filter": text}
