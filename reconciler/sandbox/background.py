"""Requests that run in the background on a real server; here they are over before the answer."""

from __future__ import annotations

from datetime import timedelta

from reconciler.sandbox.answers import Answer, as_json, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.clock import written
from reconciler.sandbox.links import Doc, from_text, to_text

_KEPT = timedelta(seconds=500)


def record(call: Call, rq_id: str, operation: str, task: Doc, failure: str = "") -> None:
    """Record a request as finished, or as failed with the last line of the server's exception."""
    store = call.store
    created, started, finished = (store.clock.moment() for _ in range(3))
    doc = {
        "status": "failed" if failure else "finished",
        "message": failure,
        "id": rq_id,
        "operation": {
            "type": operation,
            "target": "task",
            "project_id": task["project_id"],
            "task_id": task["id"],
            "job_id": None,
            "format": None,
            "lightweight": None,
        },
        "progress": 0.0,
        "created_date": written(created),
        "started_date": written(started),
        "finished_date": written(finished),
        "expiry_date": written(finished + _KEPT),
        "owner": {"id": call.user.id, "username": call.user.username},
        "result_url": None,
        "result_id": None,
    }
    store.execute("INSERT OR REPLACE INTO requests VALUES (?, ?, ?)", (rq_id, call.user.id, to_text(doc)))


def retrieve_request(call: Call) -> Answer:
    """Answer GET /api/requests/{id}: to its owner, or an administrator."""
    rows = call.store.rows("SELECT user_id, doc FROM requests WHERE id = ?", (call.arguments["id"],))
    if not rows:
        raise refuse(404, {"detail": "Not found."})
    [(user_id, text)] = rows
    if user_id != call.user.id and not call.user.is_admin:
        raise refuse(403, {"detail": "You do not have permission to perform this action."})
    return as_json(from_text(text))


def list_requests(call: Call) -> Answer:
    """Answer GET /api/requests: the caller's own, latest first."""
    rows = call.store.rows("SELECT doc FROM requests WHERE user_id = ? ORDER BY rowid DESC", (call.user.id,))
    docs = [from_text(text) for (text,) in rows]
    return as_json({"count": len(docs), "next": None, "previous": None, "results": docs})
