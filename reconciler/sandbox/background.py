"""Work that a real server does in the background: here it is over before the answer, unless it is held."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from reconciler.sandbox.answers import Answer, Refusal, as_json, refuse
from reconciler.sandbox.clock import written
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.store import Store

_FAILED_CREATION = timedelta(days=365)


@dataclass(frozen=True)
class Outcome:
    """What came of finished work."""

    result_url: str | None = None
    result_id: int | None = None
    export: str | None = None
    """The key of the file that can be downloaded now."""


Work = Callable[[], Outcome]
Begin = Callable[[], None]


def _nothing() -> None:
    """Most work reads nothing before it writes."""


@dataclass(frozen=True)
class Order:
    """Work to be done: what a request says of itself, and how long it is remembered."""

    rq_id: str
    operation: Doc
    owner: Doc
    kept: timedelta
    kept_failed: timedelta = _FAILED_CREATION


def operation(
    kind: str,
    target: str,
    places: Mapping[str, int | None],
    *,
    format_name: str | None = None,
    lightweight: bool | None = None,
) -> Doc:
    """Say what a request does, as the API shows it."""
    return {
        "type": kind,
        "target": target,
        "project_id": places.get("project_id"),
        "task_id": places.get("task_id"),
        "job_id": places.get("job_id"),
        "format": format_name,
        "lightweight": lightweight,
    }


class Background:
    """Does the work that requests stand for: at once, or, while it is held, when it is let go."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: str | None = None
        self._waiting: list[tuple[Order, Work]] = []
        self._failures: list[tuple[str, str]] = []

    def fail_next(self, kind: str, message: str) -> None:
        """Let the next work of a kind (such as ``export:backup``) come to nothing, with this as the last word."""
        with self._store.lock:
            self._failures.append((kind, message))

    def forget(self) -> None:
        """Forget the work that waits, and let none fail on purpose any more. What is held stays held."""
        with self._store.lock:
            self._failures.clear()
            self._waiting.clear()

    def hold(self, status: str) -> None:
        """Leave what is ordered from now on queued or started."""
        with self._store.lock:
            self._held = status

    def release(self) -> None:
        """Do all that was held, and hold nothing more."""
        with self._store.lock:
            self._held = None
            waiting, self._waiting = self._waiting, []
            for order, work in waiting:
                with self._store.transaction():
                    if _status(self._store, order.rq_id) is not None:
                        self._do(order, work)

    def cancel(self, rq_id: str) -> None:
        """Forget a request that is still queued."""
        self._waiting = [(order, work) for order, work in self._waiting if order.rq_id != rq_id]
        self._store.execute("DELETE FROM requests WHERE id = ?", (rq_id,))

    def submit(self, order: Order, work: Work, *, begin: Begin = _nothing) -> Answer:
        """Take an order: 202, or 409 while the same one is not finished (both name it; recorded from CVAT 2.54.1).

        ``begin`` is called when the work is started, however long it is held then: what it reads is of that moment.
        What it could not do, ``work`` does, and fails of it.
        """
        body = {"rq_id": order.rq_id}
        if _status(self._store, order.rq_id) in ("queued", "started"):
            raise refuse(409, body)
        doc = {
            "status": self._held or "queued",
            "message": "",
            "id": order.rq_id,
            "operation": order.operation,
            "progress": 0.0,
            "created_date": self._store.clock.now(),
            "started_date": self._store.clock.now() if self._held == "started" else None,
            "finished_date": None,
            "expiry_date": None,
            "owner": order.owner,
            "result_url": None,
            "result_id": None,
        }
        self._store.execute(
            "INSERT OR REPLACE INTO requests (id, user_id, doc) VALUES (?, ?, ?)",
            (order.rq_id, order.owner["id"], to_text(doc)),
        )
        if self._held == "started":
            with suppress(Exception):
                begin()
        if self._held:
            self._waiting.append((order, work))
        else:
            self._do(order, work)
        return as_json(body, 202)

    def _do(self, order: Order, work: Work) -> None:
        store = self._store
        doc = from_text(store.value("SELECT doc FROM requests WHERE id = ?", (order.rq_id,)))
        doc["started_date"] = doc["started_date"] or store.clock.now()
        outcome, kept = Outcome(), order.kept
        try:
            with store.attempt():
                outcome = work()
                self._fail_if_asked(str(order.operation["type"]))
            doc["status"] = "finished"
        except Exception as error:
            doc.update(status="failed", message=_last_line(error))
            kept, outcome = order.kept_failed, Outcome()
        finished = store.clock.moment()
        doc.update(finished_date=written(finished), expiry_date=written(finished + kept))
        doc.update(result_url=outcome.result_url, result_id=outcome.result_id)
        sql = "UPDATE requests SET doc = ?, export = ? WHERE id = ?"
        store.execute(sql, (to_text(doc), outcome.export, order.rq_id))

    def _fail_if_asked(self, kind: str) -> None:
        wanted = next((failure for failure in self._failures if failure[0] == kind), None)
        if wanted is not None:
            self._failures.remove(wanted)
            raise RuntimeError(wanted[1])


def _status(store: Store, rq_id: str) -> str | None:
    text = store.value("SELECT doc FROM requests WHERE id = ?", (rq_id,))
    return str(from_text(text)["status"]) if text else None


def _last_line(error: Exception) -> str:
    # A failed request's message is the last line of the server's exception (recorded from CVAT 2.54.1).
    if isinstance(error, Refusal):
        return f"rest_framework.exceptions.ValidationError: {error.answer.text}\n"
    return traceback.format_exception_only(error)[-1]
