"""Webhooks: kept and listed, never called."""

from __future__ import annotations

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json, invalid, nothing, refuse
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Anything, Choice, Field, Flag, Integer, Text, checked
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.listing import created, listed, single

_RESOURCES = ["comment", "invitation", "issue", "job", "membership", "project", "task"]
EVENTS = sorted(
    [f"{verb}:{name}" for verb in ("create", "delete", "update") for name in _RESOURCES]
    + ["delete:organization", "update:organization"]
)
# Nobody accepts an invitation twice, and an organization is never created in itself (recorded).
EVENTS.remove("update:invitation")

_FIELDS: dict[str, Field] = {
    "target_url": Text(8192),
    "description": Text(128, blank=True),
    "type": Choice(("organization", "project")),
    "content_type": Choice(("application/json",)),
    "secret": Text(64, blank=True),
    "is_active": Flag(),
    "enable_ssl": Flag(),
    "events": Anything(),
    "project_id": Integer(null=True),
}


def list_webhooks(call: Call) -> Answer:
    """Answer GET /api/webhooks."""
    user, here = call.user, call.organization
    sql = "owner_id = ? OR project_id IN (SELECT p.id FROM projects p WHERE p.owner_id = ?)"
    own = Condition(sql, [user.id, user.id])
    if here is None:
        mine = Condition() if user.is_admin else own
        return listed(
            call, "webhooks", mine.also(Condition("organization IS NULL")) if call.organization_given else mine
        )
    inside = Condition("organization = ?", [here["id"]])
    if user.is_admin or call.at_least("maintainer", here["id"]):
        return listed(call, "webhooks", inside)
    permissions.require(call.role_in(here["id"]) is not None)
    return listed(call, "webhooks", inside.also(own))


def _require_rights(call: Call, webhook: Doc) -> None:
    project_id = webhook["project_id"]
    project = call.store.find("projects", project_id) if project_id is not None else None
    involved = {webhook["owner"]["id"]} | permissions.people(project, owners_only=True)
    permissions.require(permissions.permits(call, webhook["organization"], involved))


def retrieve_webhook(call: Call) -> Answer:
    """Answer GET /api/webhooks/{id}; its secret is never shown."""
    webhook = call.store.get("webhooks", call.arguments["id"])
    _require_rights(call, webhook)
    return single(call, "webhooks", webhook["id"])


def create_webhook(call: Call) -> Answer:
    """Answer POST /api/webhooks."""
    store = call.store
    data = _read(call, ("target_url", "type", "events"))
    project = store.find("projects", data.get("project_id")) if data["type"] == "project" else None
    here = call.organization["id"] if call.organization else None
    if data["type"] == "project" and project is None:
        raise invalid("Project matching query does not exist.")
    if data["type"] == "organization" and here is None:
        raise refuse(400, {"non_field_errors": ["No organization"]})
    owners = permissions.people(project, owners_only=True)
    permissions.require(permissions.permits(call, project["organization_id"] if project else here, owners))
    key, moment = store.next_id("webhooks"), store.clock.now()
    webhook = {
        "id": key,
        "url": link(f"/api/webhooks/{key}"),
        "target_url": data["target_url"],
        "description": data.get("description", ""),
        "type": data["type"],
        "content_type": data.get("content_type", "application/json"),
        "is_active": data.get("is_active", True),
        "enable_ssl": data.get("enable_ssl", True),
        "created_date": moment,
        "updated_date": store.clock.now(),
        "owner": brief_user(store, call.user.id),
        "project_id": project["id"] if project else None,
        "organization": project["organization_id"] if project else here,
        "events": data["events"],
    }
    store.insert("webhooks", webhook)
    return created(call, "webhooks", key)


def _read(call: Call, required: tuple[str, ...] = ()) -> Doc:
    data = checked(call.data(), _FIELDS, required)
    data.pop("secret", None)
    for event in data.get("events", []):
        if event not in EVENTS:
            raise refuse(400, {"events": [f'"{event}" is not a valid choice.']})
    if "events" in data:
        data["events"] = sorted(set(data["events"]))
    return data


def change_webhook(call: Call) -> Answer:
    """Answer PATCH /api/webhooks/{id}; its type and project stay."""
    webhook = call.store.get("webhooks", call.arguments["id"])
    _require_rights(call, webhook)
    data = _read(call)
    kept = {name: webhook[name] for name in ("type", "project_id")}
    call.store.save("webhooks", {**webhook, **data, **kept, "updated_date": call.store.clock.now()})
    return single(call, "webhooks", webhook["id"])


def delete_webhook(call: Call) -> Answer:
    """Answer DELETE /api/webhooks/{id}."""
    webhook = call.store.get("webhooks", call.arguments["id"])
    _require_rights(call, webhook)
    call.store.delete("webhooks", "id = ?", (webhook["id"],))
    return nothing()


def list_events(call: Call) -> Answer:
    """Answer GET /api/webhooks/events."""
    return as_json({"webhook_type": call.query.get("type", "all"), "events": EVENTS})
