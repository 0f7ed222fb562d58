"""The requests API: what became of the work in the background."""

from __future__ import annotations

import re

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json, denied, invalid, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc, from_text
from reconciler.sandbox.listing import page_of

_ABOUT = re.compile(r"&target=(task|job|project)&target_id=(\d+)")
_IN_OPERATION = ("project_id", "task_id", "job_id", "format", "target")


def retrieve_request(call: Call) -> Answer:
    """Answer GET /api/requests/{id}: to its owner, or an administrator.

    Where its id names no user, everybody may have ordered the same, and who sees the object sees it (CVAT's source:
    RequestPermission).
    """
    return as_json(_request(call, viewing=True))


def _request(call: Call, *, viewing: bool = False) -> Doc:
    rows = call.store.rows("SELECT user_id, doc FROM requests WHERE id = ?", (call.arguments["id"],))
    if not rows:
        raise refuse(404, {"detail": "Not found."})
    [(user_id, text)] = rows
    if user_id != call.user.id and not call.user.is_admin and not (viewing and _is_seen(call)):
        raise denied()
    return _shown(call, from_text(text))


def _is_seen(call: Call) -> bool:
    rq_id = call.arguments["id"]
    about = _ABOUT.search(rq_id)
    if about is None or "&user_id=" in rq_id:
        return False
    doc = call.store.find(f"{about[1]}s", int(about[2]))
    may_view = {
        "task": permissions.may_view_task,
        "job": permissions.may_view_job,
        "project": permissions.may_view_project,
    }
    return doc is not None and may_view[about[1]](call, doc)


def _shown(call: Call, doc: Doc) -> Doc:
    url = doc["result_url"]
    return {**doc, "result_url": call.origin + url} if url else doc


def list_requests(call: Call) -> Answer:
    """Answer GET /api/requests: the caller's own, latest first."""
    rows = call.store.rows("SELECT doc FROM requests WHERE user_id = ?", (call.user.id,))
    docs = [_shown(call, from_text(text)) for (text,) in rows]
    backwards = call.query.get("sort", "-created_date") != "created_date"
    docs.sort(key=lambda doc: str(doc["created_date"]), reverse=backwards)
    return page_of(call, [doc for doc in docs if _wanted(call, doc)])


def _wanted(call: Call, doc: Doc) -> bool:
    action, _, subresource = doc["operation"]["type"].partition(":")
    known = {name: doc["operation"][name] for name in _IN_OPERATION}
    known |= {"status": doc["status"], "action": action, "subresource": subresource}
    return all(str(value) == call.query[name] for name, value in known.items() if name in call.query)


def cancel_request(call: Call) -> Answer:
    """Answer POST /api/requests/{id}/cancel, which only what is still queued can be."""
    doc = _request(call)
    if doc["status"] != "queued":
        raise invalid("Only requests that have not been started yet can be cancelled")
    call.background.cancel(doc["id"])
    return Answer(200, "", None)
