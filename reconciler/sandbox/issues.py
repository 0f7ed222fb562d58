"""Issues on frames of jobs, and the comments in them. They move no dates but their own."""

from __future__ import annotations

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json, denied, invalid, nothing, refuse
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Anything, Field, Flag, Integer, Text, checked
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.listing import listed, single
from reconciler.sandbox.store import Store

_FIELDS: dict[str, Field] = {
    "frame": Integer(least=0),
    "position": Anything(),
    "job": Integer(),
    "assignee": Integer(null=True),
    "message": Text(),
    "resolved": Flag(),
}
_CHANGED = ("position", "assignee", "resolved")


def _visible(call: Call) -> Condition:
    jobs = permissions.visible(call, "jobs")
    own = "owner_id = ? OR assignee_id = ? OR "
    if call.user.is_admin:
        own = ""
    values = [call.user.id] * own.count("?")
    return Condition(f"{own}job_id IN (SELECT id FROM jobs WHERE {jobs.sql})", [*values, *jobs.values])  # noqa: S608


def list_issues(call: Call) -> Answer:
    """Answer GET /api/issues."""
    return listed(call, "issues", _visible(call))


def _issue(call: Call, key: int) -> Doc:
    issue = call.store.get("issues", key)
    if call.user.id not in permissions.people(issue):
        permissions.require(permissions.may_view_job(call, call.store.get("jobs", issue["job"])))
    return issue


def retrieve_issue(call: Call) -> Answer:
    """Answer GET /api/issues/{id}."""
    return single(call, "issues", _issue(call, call.arguments["id"])["id"])


def create_issue(call: Call) -> Answer:
    """Answer POST /api/issues: its message becomes its first comment."""
    store = call.store
    data = checked(call.data(), _FIELDS, required=("frame", "position", "job", "message"))
    job = store.find("jobs", data["job"])
    if job is None:
        raise invalid("Job matching query does not exist.")
    permissions.require(permissions.may_view_job(call, job))
    key, moment = store.next_id("issues"), store.clock.now()
    issue = {
        "id": key,
        "frame": data["frame"],
        "position": _position(data["position"]),
        "job": job["id"],
        "owner": brief_user(store, call.user.id),
        "assignee": brief_user(store, data.get("assignee")),
        "created_date": moment,
        "updated_date": store.clock.now(),
        "resolved": data.get("resolved", False),
        "comments": {"count": 0, "url": link(f"/api/comments?issue_id={key}")},
    }
    store.insert("issues", issue, task_id=job["task_id"])
    _add_comment(call, issue, data["message"])
    _count(store, job["id"])
    return single(call, "issues", key, 201)


def _position(sent: object) -> list[float]:
    if not isinstance(sent, list) or not all(isinstance(number, int | float) for number in sent):
        raise refuse(400, {"position": ["A valid number is required."]})
    return [float(number) for number in sent]


def change_issue(call: Call) -> Answer:
    """Answer PATCH /api/issues/{id}: position, assignee, resolved."""
    store = call.store
    issue = _issue(call, call.arguments["id"])
    sent = call.data()
    if any(name not in _CHANGED for name in sent):
        raise denied("Attempted to update an unknown field")
    data = checked(sent, {name: _FIELDS[name] for name in _CHANGED})
    if "assignee" in data:
        data["assignee"] = brief_user(store, data["assignee"])
    if "position" in data:
        data["position"] = _position(data["position"])
    store.save("issues", {**issue, **data, "updated_date": store.clock.now()})
    return single(call, "issues", issue["id"])


def delete_issue(call: Call) -> Answer:
    """Answer DELETE /api/issues/{id}, with its comments."""
    issue = _issue(call, call.arguments["id"])
    call.store.delete("comments", "issue_id = ?", (issue["id"],))
    call.store.delete("issues", "id = ?", (issue["id"],))
    _count(call.store, issue["job"])
    return nothing()


def _count(store: Store, job_id: int) -> None:
    """Let a job count its issues again."""
    job = store.get("jobs", job_id)
    job["issues"]["count"] = store.value("SELECT count(*) FROM issues WHERE job_id = ?", (job_id,))
    store.save("jobs", job)


def list_comments(call: Call) -> Answer:
    """Answer GET /api/comments."""
    seen = _visible(call)
    sql = f"issue_id IN (SELECT id FROM issues WHERE {seen.sql})"  # noqa: S608 - the values are bound
    return listed(call, "comments", Condition(sql, seen.values))


def create_comment(call: Call) -> Answer:
    """Answer POST /api/comments."""
    data = checked(call.data(), {"issue": Integer(), "message": Text()}, required=("issue",))
    if call.store.find("issues", data["issue"]) is None:
        raise invalid("Issue matching query does not exist.")
    issue = _issue(call, data["issue"])
    return as_json(_add_comment(call, issue, data.get("message", "")), 201)


def _add_comment(call: Call, issue: Doc, message: str) -> Doc:
    store = call.store
    moment = store.clock.now()
    comment = {
        "id": store.next_id("comments"),
        "issue": issue["id"],
        "owner": brief_user(store, call.user.id),
        "message": message,
        "created_date": moment,
        "updated_date": store.clock.now(),
    }
    store.insert("comments", comment)
    _count_comments(store, issue["id"])
    return comment


def _count_comments(store: Store, issue_id: int) -> None:
    issue = store.get("issues", issue_id)
    issue["comments"]["count"] = store.value("SELECT count(*) FROM comments WHERE issue_id = ?", (issue_id,))
    store.save("issues", issue)


def _comment(call: Call) -> Doc:
    comment = call.store.get("comments", call.arguments["id"])
    _issue(call, comment["issue"])
    return comment


def retrieve_comment(call: Call) -> Answer:
    """Answer GET /api/comments/{id}."""
    return single(call, "comments", _comment(call)["id"])


def change_comment(call: Call) -> Answer:
    """Answer PATCH /api/comments/{id}: its message."""
    comment = _comment(call)
    data = checked(call.data(), {"message": Text()})
    call.store.save("comments", {**comment, **data, "updated_date": call.store.clock.now()})
    return single(call, "comments", comment["id"])


def delete_comment(call: Call) -> Answer:
    """Answer DELETE /api/comments/{id}."""
    comment = _comment(call)
    call.store.delete("comments", "id = ?", (comment["id"],))
    _count_comments(call.store, comment["issue"])
    return nothing()
