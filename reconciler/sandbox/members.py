"""Memberships and invitations: who is in an organization, and in which role."""

from __future__ import annotations

import secrets
import string

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json, denied, invalid, missing, nothing, refuse
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Choice, Field, Text, checked
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.listing import listed, single
from reconciler.sandbox.organizations import new_membership
from reconciler.sandbox.sessions import PASSWORD

_ROLES = ("worker", "supervisor", "maintainer", "owner")
_INVITATION: dict[str, Field] = {"role": Choice(_ROLES), "email": Text(254), "message": Text(blank=True)}


def list_memberships(call: Call) -> Answer:
    """Answer GET /api/memberships."""
    here = call.organization
    if here is None:
        own = Condition("user_id = ? AND is_active", [call.user.id])
        return listed(call, "memberships", Condition() if call.user.is_admin else own)
    inside = Condition("organization = ?", [here["id"]])
    if not (call.user.is_admin or call.at_least("maintainer", here["id"])):
        permissions.require(call.role_in(here["id"]) is not None)
        inside = inside.also(Condition("is_active"))
    return listed(call, "memberships", inside)


def retrieve_membership(call: Call) -> Answer:
    """Answer GET /api/memberships/{id}."""
    membership = call.store.get("memberships", call.arguments["id"])
    own = membership["user"]["id"] == call.user.id
    fellow = call.role_in(membership["organization"]) is not None
    permissions.require(call.user.is_admin or own or fellow)
    return single(call, "memberships", membership["id"])


def _may_rule(call: Call, membership: Doc) -> bool:
    if call.user.is_admin:
        return True
    if membership["user"]["id"] == call.user.id or membership["role"] == "owner":
        return False
    role = call.role_in(membership["organization"])
    return role == "owner" or (role == "maintainer" and membership["role"] != "maintainer")


def change_membership(call: Call) -> Answer:
    """Answer PATCH /api/memberships/{id}: only the role."""
    membership = call.store.get("memberships", call.arguments["id"])
    permissions.require(_may_rule(call, membership))
    data = checked(call.data(), {"role": Choice(_ROLES)})
    role = data.get("role", membership["role"])
    if "owner" in (role, membership["role"]) and role != membership["role"]:
        raise invalid("The role of an owner can be neither given nor taken")
    call.store.save("memberships", {**membership, "role": role})
    return single(call, "memberships", membership["id"])


def delete_membership(call: Call) -> Answer:
    """Answer DELETE /api/memberships/{id}; members may leave, but for the owner."""
    membership = call.store.get("memberships", call.arguments["id"])
    leaves = membership["user"]["id"] == call.user.id and membership["role"] != "owner"
    permissions.require(leaves or _may_rule(call, membership))
    call.store.delete("memberships", "id = ?", (membership["id"],))
    call.store.delete("invitations", "key = ?", (membership["invitation"],))
    return nothing()


def list_invitations(call: Call) -> Answer:
    """Answer GET /api/invitations."""
    here = call.organization
    own = Condition("owner_id = ? OR user_id = ?", [call.user.id, call.user.id])
    if here is None:
        return listed(call, "invitations", Condition() if call.user.is_admin else own)
    inside = Condition("organization = ?", [here["id"]])
    if call.user.is_admin or call.at_least("maintainer", here["id"]):
        return listed(call, "invitations", inside)
    permissions.require(call.role_in(here["id"]) is not None)
    return listed(call, "invitations", inside.also(own))


def create_invitation(call: Call) -> Answer:
    """Answer POST /api/invitations: who has no account gets one, named after the address.

    Without a mail server the invitation is accepted at once (recorded from CVAT 2.54.1).
    """
    store, here = call.store, call.organization
    data = checked(call.data(), _INVITATION, required=("role", "email"))
    if here is None:
        raise denied()
    least = "owner" if data["role"] == "maintainer" else "maintainer"
    permissions.require(call.user.is_admin or call.at_least(least, here["id"]))
    if data["role"] == "owner":
        raise denied()
    user_id = store.value("SELECT id FROM users WHERE json_extract(doc, '$.email') = ?", (data["email"],))
    if user_id is None:
        user_id = _new_user(call, data["email"])
    taken = "SELECT 1 FROM memberships WHERE organization = ? AND user_id = ?"
    if store.value(taken, (here["id"], user_id)):
        raise refuse(400, ["The user is a member of the organization already."])
    key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(64))
    moment = store.clock.now()
    invitation = {
        "key": key,
        "created_date": moment,
        "owner": brief_user(store, call.user.id),
        "role": data["role"],
        "user": brief_user(store, user_id),
        "organization": here["id"],
        "expired": None,
        "organization_info": {"id": here["id"], "slug": here["slug"]},
    }
    store.insert("memberships", new_membership(call, user_id, here["id"], data["role"], moment, key))
    store.insert("invitations", invitation, id=store.next_id("invitations"))
    return as_json(invitation, 201)


def _new_user(call: Call, email: str) -> int:
    store = call.store
    name = email.partition("@")[0]
    if store.find("users", name, "username"):
        name = email
    key = store.next_id("users")
    user = new_user(key, name, store.clock.now(), email=email)
    store.insert("users", user, password=PASSWORD)
    return key


def new_user(key: int, username: str, joined: str, *, email: str = "", admin: bool = False) -> Doc:
    """Give the document of a user."""
    return {
        "url": link(f"/api/users/{key}"),
        "id": key,
        "username": username,
        "first_name": "",
        "last_name": "",
        "email": email,
        "groups": ["admin" if admin else "user"],
        "is_staff": admin,
        "is_superuser": admin,
        "is_active": True,
        "last_login": None,
        "date_joined": joined,
        "has_analytics_access": admin,
    }


def delete_invitation(call: Call) -> Answer:
    """Answer DELETE /api/invitations/{key}."""
    invitation = call.store.find("invitations", call.arguments["key"], "key")
    if invitation is None:
        raise missing("Invitation")
    permissions.require(call.user.is_admin or call.at_least("maintainer", invitation["organization"]))
    call.store.delete("invitations", "key = ?", (invitation["key"],))
    return nothing()
