"""What a document of a hand-written world may leave out. A real server's documents lack nothing."""

from __future__ import annotations

from reconciler.sandbox.links import Doc, link

_DATE = "2026-01-01T08:00:00Z"
_DATES: Doc = {"created_date": _DATE, "updated_date": _DATE}
_STORAGES: Doc = {"target_storage": None, "source_storage": None}
_NO_JOBS: Doc = {"count": 0, "completed": 0, "validation": 0}

_DEFAULTS: dict[str, Doc] = {
    "users": {
        "first_name": "",
        "last_name": "",
        "email": "",
        "groups": ["user"],
        "is_staff": False,
        "is_superuser": False,
        "is_active": True,
        "last_login": None,
        "date_joined": _DATE,
        "has_analytics_access": False,
    },
    "organizations": {"name": "", "description": "", **_DATES, "contact": {}, "owner": None},
    "memberships": {"is_active": True, "joined_date": _DATE, "role": "worker", "invitation": None},
    "invitations": {},
    "projects": {
        "owner": None,
        "assignee": None,
        "guide_id": None,
        "bug_tracker": "",
        "task_subsets": [],
        **_DATES,
        "status": "annotation",
        "dimension": None,
        "organization_id": None,
        **_STORAGES,
        "assignee_updated_date": None,
    },
    "tasks": {
        "project_id": None,
        "mode": "",
        "owner": None,
        "assignee": None,
        "bug_tracker": "",
        **_DATES,
        "overlap": 0,
        "segment_size": 0,
        "status": "annotation",
        "guide_id": None,
        "dimension": "2d",
        "subset": "",
        "organization_id": None,
        **_STORAGES,
        "assignee_updated_date": None,
        "validation_mode": None,
        "consensus_enabled": False,
    },
    "jobs": {
        "project_id": None,
        "assignee": None,
        "guide_id": None,
        "dimension": "2d",
        "bug_tracker": None,
        "status": "annotation",
        "stage": "annotation",
        "state": "new",
        "mode": "annotation",
        "frame_count": 1,
        "start_frame": 0,
        "stop_frame": 0,
        "data_chunk_size": 72,
        "data_compressed_chunk_type": "imageset",
        "data_original_chunk_type": "imageset",
        **_DATES,
        "type": "annotation",
        "organization": None,
        **_STORAGES,
        "assignee_updated_date": None,
        "parent_job_id": None,
        "consensus_replicas": 0,
    },
    "labels": {
        "color": "#000000",
        "attributes": [],
        "type": "any",
        "sublabels": [],
        "parent_id": None,
        "has_parent": False,
    },
    "guides": {"task_id": None, "project_id": None, **_DATES, "markdown": ""},
    "issues": {"frame": 0, "position": [], "owner": None, "assignee": None, **_DATES, "resolved": False},
    "comments": {"owner": None, "message": "", **_DATES},
    "quality_settings": {"task_id": None, "project_id": None, **_DATES},
    "webhooks": {
        "description": "",
        "content_type": "application/json",
        "is_active": True,
        "enable_ssl": True,
        **_DATES,
        "owner": None,
        "project_id": None,
        "organization": None,
        "events": [],
    },
}


def completed(table: str, doc: Doc) -> Doc:
    """Give a document with what it leaves out."""
    full = doc | {key: value for key, value in _DEFAULTS[table].items() if key not in doc}
    key = full.get("id")
    if table in ("users", "projects", "tasks", "jobs", "webhooks"):
        full.setdefault("url", link(f"/api/{table}/{key}"))
    if table in ("projects", "tasks"):
        full.setdefault("organization", full["organization_id"])
    if table in ("projects", "tasks", "jobs"):
        full.setdefault("labels", {"url": link(f"/api/labels?{table[:-1]}_id={key}")})
    if table == "projects":
        full.setdefault("tasks", {"count": 0, "url": link(f"/api/tasks?project_id={key}")})
    if table == "tasks":
        full.setdefault("jobs", {**_NO_JOBS, "url": link(f"/api/jobs?task_id={key}")})
    if table == "issues":
        full.setdefault("comments", {"count": 0, "url": link(f"/api/comments?issue_id={key}")})
    if table == "jobs":
        full.setdefault("issues", {"count": 0, "url": link(f"/api/issues?job_id={key}")})
    return full
