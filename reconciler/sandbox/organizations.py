"""Organizations: list, read, create, change, delete."""

from __future__ import annotations

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, denied, nothing, refuse
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Anything, Field, Text, checked
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc
from reconciler.sandbox.listing import listed, single
from reconciler.sandbox.projects import remove_project
from reconciler.sandbox.tasks import delete_task

_FIELDS: dict[str, Field] = {
    "slug": Text(16),
    "name": Text(64, blank=True),
    "description": Text(blank=True),
    "contact": Anything(),
}


def list_organizations(call: Call) -> Answer:
    """Answer GET /api/organizations: the caller's; an administrator's list holds all."""
    if call.user.is_admin:
        return listed(call, "organizations", Condition())
    mine = "id IN (SELECT m.organization FROM memberships m WHERE m.user_id = ? AND m.is_active)"
    return listed(call, "organizations", Condition(mine, [call.user.id]))


def retrieve_organization(call: Call) -> Answer:
    """Answer GET /api/organizations/{id}."""
    organization = call.store.get("organizations", call.arguments["id"])
    permissions.require(call.user.is_admin or call.role_in(organization["id"]) is not None)
    return single(call, "organizations", organization["id"])


def create_organization(call: Call) -> Answer:
    """Answer POST /api/organizations: its creator becomes its owner."""
    store = call.store
    permissions.require(call.user.is_user)
    data = checked(call.data(), _FIELDS, required=("slug",))
    _require_free(call, data["slug"])
    key, moment = store.next_id("organizations"), store.clock.now()
    organization = {
        "id": key,
        "slug": data["slug"],
        "name": data.get("name", ""),
        "description": data.get("description", ""),
        "created_date": moment,
        "updated_date": store.clock.now(),
        "contact": data.get("contact", {}),
        "owner": brief_user(store, call.user.id),
    }
    store.insert("organizations", organization)
    store.insert("memberships", new_membership(call, call.user.id, key, "owner", moment))
    return single(call, "organizations", key, 201)


def _require_free(call: Call, slug: str) -> None:
    if call.store.find("organizations", slug, "slug"):
        raise refuse(400, {"slug": ["organization with this slug already exists."]})


def new_membership(
    call: Call, user_id: int, organization_id: int, role: str, joined: str, invitation: str | None = None
) -> Doc:
    """Give the document of a membership that is about to be created."""
    return {
        "id": call.store.next_id("memberships"),
        "user": brief_user(call.store, user_id),
        "organization": organization_id,
        "is_active": True,
        "joined_date": joined,
        "role": role,
        "invitation": invitation,
    }


def change_organization(call: Call) -> Answer:
    """Answer PATCH /api/organizations/{id}."""
    organization = call.store.get("organizations", call.arguments["id"])
    permissions.require(call.user.is_admin or call.at_least("maintainer", organization["id"]))
    data = checked(call.data(), _FIELDS)
    if data.get("slug", organization["slug"]) != organization["slug"]:
        _require_free(call, data["slug"])
    organization.update(data, updated_date=call.store.clock.now())
    call.store.save("organizations", organization)
    return single(call, "organizations", organization["id"])


def delete_organization(call: Call) -> Answer:
    """Answer DELETE /api/organizations/{id}: all that is in it goes with it."""
    store = call.store
    key = store.get("organizations", call.arguments["id"])["id"]
    if not (call.user.is_admin or call.role_in(key) == "owner"):
        raise denied()
    for (project_id,) in store.rows("SELECT id FROM projects WHERE organization_id = ?", (key,)):
        remove_project(call, project_id)
    for (task_id,) in store.rows("SELECT id FROM tasks WHERE organization_id = ?", (key,)):
        delete_task(store, task_id)
    for table in ("memberships", "invitations", "webhooks"):
        store.delete(table, "organization = ?", (key,))
    store.delete("organizations", "id = ?", (key,))
    return nothing()
