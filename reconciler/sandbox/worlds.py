"""Worlds: all that a server holds, as the lists that an administrator would get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.sandbox import annotation_rows, defaults, storages
from reconciler.sandbox.links import Doc, from_text, link, with_origin, without_origin
from reconciler.sandbox.members import new_user
from reconciler.sandbox.sessions import PASSWORD
from reconciler.sandbox.store import Store
from reconciler.sandbox.versions import ServerVersion, earlier_job, earlier_task, renamed_job, renamed_task

TABLES = (
    "users",
    "organizations",
    "memberships",
    "invitations",
    "projects",
    "tasks",
    "jobs",
    "labels",
    "webhooks",
    "guides",
    "issues",
    "comments",
    "quality_settings",
)
_BY_ID = ("labels", "quality_settings")
"""Tables whose lists begin with the oldest."""
World = Mapping[str, Any]


def load(store: Store, world: World, token: str) -> Doc:
    """Replace all that a store holds by a world; give the administrator to use.

    What a document says is kept as it is, even where the server would derive something else, until
    something is written.
    """
    with store.transaction():
        store.clear()
        for table in TABLES:
            docs = [_prepared(table, doc) for doc in world.get(table, ())]
            _insert(store, table, docs)
        _count_on(store)
        _load_annotations(store, world.get("annotations", {}))
        administrator = _administrator(store)
        _add_token(store, administrator, token)
    return administrator


def _prepared(table: str, doc: Doc) -> Doc:
    if table == "jobs":
        doc = earlier_job(doc)
    if table == "tasks":
        doc = earlier_task(doc)
    return defaults.completed(table, without_origin(doc))


def _insert(store: Store, table: str, docs: list[Doc]) -> None:
    stored: Doc = {"password": PASSWORD} if table == "users" else {}
    if table == "invitations":
        store.insert_all(table, [(doc, {"id": key}) for key, doc in enumerate(docs, 1)])
    elif table == "issues":
        tasks = dict(store.rows("SELECT id, task_id FROM jobs"))
        store.insert_all(table, [(doc, {"task_id": tasks[doc["job"]]}) for doc in docs if doc["job"] in tasks])
    else:
        store.insert_all(table, [(doc, stored) for doc in docs])


def _count_on(store: Store) -> None:
    for table in TABLES:
        store.ids_used(table, store.value(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608
    labels = store.docs("labels")
    parts = [label for root in labels for label in (root, *root["sublabels"])]
    store.ids_used("labels", max((label["id"] for label in parts), default=0))
    attributes = [attribute["id"] for label in parts for attribute in label["attributes"]]
    store.ids_used("attributes", max(attributes, default=0))
    kept = [doc[name] for table in ("projects", "tasks") for doc in store.docs(table) for name in storages.NAMES]
    store.ids_used("storages", max((storage["id"] for storage in kept if storage), default=0))
    storages.remember_clouds(store, {storage["cloud_storage_id"] for storage in kept if storage})
    store.ids_used("data", store.value("SELECT coalesce(max(json_extract(doc, '$.data')), 0) FROM tasks"))
    store.execute(
        "UPDATE tasks SET replicas = (SELECT coalesce(max(json_extract(j.doc, '$.consensus_replicas')), 0)"
        " FROM jobs j WHERE j.task_id = tasks.id) WHERE json_extract(doc, '$.consensus_enabled')"
    )


def _load_annotations(store: Store, annotations: World) -> None:
    for key, held in annotations.get("job", {}).items():
        job = store.find("jobs", int(key))
        if job is None:
            continue
        annotation_rows.load(store, job, held)


def _administrator(store: Store) -> Doc:
    users = store.docs("users")
    named = [user for user in users if user["username"] == "admin" and user["is_superuser"]]
    found = next(iter([*named, *(user for user in users if user["is_superuser"])]), None)
    if found is not None:
        return found
    admin = new_user(store.next_id("users"), "admin", store.clock.now(), email="admin@localhost.local", admin=True)
    store.insert("users", admin, password=PASSWORD)
    return admin


def _add_token(store: Store, administrator: Doc, token: str) -> None:
    names = {key: administrator[key] for key in ("id", "username", "first_name", "last_name")}
    moment = store.clock.now()
    doc = {
        "id": store.next_id("access_tokens"),
        "name": "sandbox",
        "created_date": moment,
        "updated_date": moment,
        "expiry_date": None,
        "last_used_date": None,
        "read_only": False,
        "owner": {"url": link(f"/api/users/{administrator['id']}"), **names},
    }
    store.insert("access_tokens", doc, value=token)


def dump(store: Store, version: ServerVersion, origin: str) -> dict[str, list[Doc]]:
    """Give all that a store holds, as the lists that an administrator would get."""
    with store.lock:
        return {table: list(_dumped(store, version, table, origin)) for table in TABLES}


def _dumped(store: Store, version: ServerVersion, table: str, origin: str) -> Iterable[Doc]:
    order = "id" if table in _BY_ID else "id DESC"
    sql = f"SELECT doc FROM {table} ORDER BY {order}"  # noqa: S608
    docs = [from_text(with_origin(text, origin)) for (text,) in store.rows(sql)]
    if not version.renamed or table not in ("jobs", "tasks"):
        return docs
    projects = dict(store.rows("SELECT id, name FROM projects"))
    if table == "jobs":
        tasks = dict(store.rows("SELECT id, name FROM tasks"))
        return [renamed_job(doc, tasks.get(doc["task_id"]), projects.get(doc["project_id"])) for doc in docs]
    replicas = dict(store.rows("SELECT id, replicas FROM tasks"))
    return [renamed_task(doc, projects.get(doc["project_id"]), replicas[doc["id"]]) for doc in docs]
