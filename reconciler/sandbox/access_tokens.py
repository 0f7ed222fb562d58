"""Personal access tokens. They are created read-only unless asked otherwise (CVAT 2.48 and later)."""

from __future__ import annotations

import secrets

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json, missing, nothing
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Field, Flag, Text, checked
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc
from reconciler.sandbox.listing import listed, single

_FIELDS: dict[str, Field] = {"name": Text(64), "read_only": Flag(), "expiry_date": Text(null=True)}


def list_tokens(call: Call) -> Answer:
    """Answer GET /api/auth/access_tokens: the caller's own."""
    return listed(call, "access_tokens", Condition("owner_id = ?", [call.user.id]))


def _own(call: Call) -> Doc:
    token = call.store.get("access_tokens", call.arguments["id"])
    if token["owner"]["id"] != call.user.id:
        raise missing("AccessToken")
    return token


def retrieve_token(call: Call) -> Answer:
    """Answer GET /api/auth/access_tokens/{id}."""
    return single(call, "access_tokens", _own(call)["id"])


def retrieve_own_token(call: Call) -> Answer:
    """Answer GET /api/auth/access_tokens/self: the one that this request came with."""
    permissions.require(call.user.access_token is not None)
    return single(call, "access_tokens", call.user.access_token or 0)


def create_token(call: Call) -> Answer:
    """Answer POST /api/auth/access_tokens, the only answer that shows the token's value."""
    permissions.require(not call.user.by_access_token)
    data = checked(call.data(), _FIELDS, required=("name",))
    value = secrets.token_urlsafe(32)
    token = new_token(call, data)
    call.store.insert("access_tokens", token, value=value)
    return as_json({**token, "value": value}, 201)


def new_token(call: Call, data: Doc) -> Doc:
    """Give the document of a token that is about to be created."""
    store = call.store
    return {
        "id": store.next_id("access_tokens"),
        "name": data["name"],
        "created_date": store.clock.now(),
        "updated_date": store.clock.now(),
        "expiry_date": data.get("expiry_date"),
        "last_used_date": None,
        "read_only": data.get("read_only", True),
        "owner": brief_user(store, call.user.id),
    }


def change_token(call: Call) -> Answer:
    """Answer PATCH /api/auth/access_tokens/{id}."""
    permissions.require(not call.user.by_access_token)
    token = _own(call)
    data = checked(call.data(), _FIELDS)
    call.store.save("access_tokens", {**token, **data, "updated_date": call.store.clock.now()})
    return single(call, "access_tokens", token["id"])


def delete_token(call: Call) -> Answer:
    """Answer DELETE /api/auth/access_tokens/{id}: it is revoked at once."""
    permissions.require(not call.user.by_access_token)
    call.store.delete("access_tokens", "id = ?", (_own(call)["id"],))
    return nothing()
