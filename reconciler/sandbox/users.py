"""Users: lists, and the caller itself."""

from __future__ import annotations

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json
from reconciler.sandbox.call import Call
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.listing import listed

_BRIEF = ("url", "id", "username", "first_name", "last_name")


def list_users(call: Call) -> Answer:
    """Answer GET /api/users: everybody in the organization; outside of one, only an administrator sees others."""
    here = call.organization
    if here is not None:
        permissions.require(call.user.is_admin or call.role_in(here["id"]) is not None)
        sql = "id IN (SELECT m.user_id FROM memberships m WHERE m.organization = ?)"
        answer = listed(call, "users", Condition(sql, [here["id"]]))
    elif call.user.is_admin:
        answer = listed(call, "users", Condition())
    else:
        answer = listed(call, "users", Condition("id = ?", [call.user.id]))
    if not call.user.is_staff:
        page = from_text(answer.text)
        page["results"] = [brief(user) for user in page["results"]]
        answer.text = to_text(page)
    return answer


def brief(user: Doc) -> Doc:
    """Give what everybody may know of a user."""
    return {key: user[key] for key in _BRIEF}


def retrieve_self(call: Call) -> Answer:
    """Answer GET /api/users/self."""
    return as_json(call.store.get("users", call.user.id))


def retrieve_user(call: Call) -> Answer:
    """Answer GET /api/users/{id}."""
    user = call.store.get("users", call.arguments["id"])
    here = call.organization
    fellow = here is not None and bool(
        call.store.value("SELECT 1 FROM memberships WHERE organization = ? AND user_id = ?", (here["id"], user["id"]))
    )
    permissions.require(call.user.is_admin or user["id"] == call.user.id or fellow)
    return as_json(user if call.user.is_staff or user["id"] == call.user.id else brief(user))
