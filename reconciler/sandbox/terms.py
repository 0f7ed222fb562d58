"""What each list can be filtered, searched and sorted by (from the OpenAPI schema of 2.54.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.sandbox.versions import ServerVersion

Kind = Literal["text", "number", "moment", "flag"]


@dataclass(frozen=True)
class Term:
    """A name that a filter may use: the SQL it stands for, and what it is compared with."""

    sql: str
    kind: Kind = "text"
    is_field: bool = True
    """Whether the model of the list has a field of this name, too. Others stand in its ``lookup_fields`` for something
    far away (CVAT, engine/views.py)."""


@dataclass(frozen=True)
class Listing:
    """What a list offers."""

    table: str
    terms: dict[str, Term]
    simple: tuple[str, ...]
    """Query parameters that are equality filters; all others are ignored, ``id`` too."""
    search: tuple[str, ...]
    sortable: tuple[str, ...]
    order: str = "-id"


_ID = Term("id", "number")
_PROJECT = Term("project_id", "number")
_PROJECT_NAME = Term("(SELECT p.name FROM projects p WHERE p.id = project_id)", is_field=False)
_TASK_NAME = Term("(SELECT t.name FROM tasks t WHERE t.id = task_id)", is_field=False)
_OWNER, _ASSIGNEE, _NAME, _STATUS = Term("owner"), Term("assignee"), Term("name"), Term("status")
_UPDATED, _CREATED = Term("updated_date", "moment"), Term("created_date", "moment")
_DIMENSION, _MODE = Term("dimension"), Term("mode")
_MEDIA = Term("iif(dimension = '3d', 'point_cloud', iif(mode = 'interpolation', 'video', 'image'))", is_field=False)


def _listing(table: str, terms: dict[str, Term], simple: str, search: tuple[str, ...], order: str = "-id") -> Listing:
    return Listing(table, terms, tuple(simple.split()), search, tuple(terms), order)


_LISTINGS = (
    _listing(
        "tasks",
        {
            "project_name": _PROJECT_NAME,
            "name": _NAME,
            "owner": _OWNER,
            "status": _STATUS,
            "assignee": _ASSIGNEE,
            "subset": Term("subset"),
            "mode": _MODE,
            "dimension": _DIMENSION,
            "tracker_link": Term("bug_tracker", is_field=False),
            "validation_mode": Term("validation_mode", is_field=False),
            "id": _ID,
            "project_id": _PROJECT,
            "updated_date": _UPDATED,
        },
        "assignee dimension mode name owner project_id project_name status subset tracker_link validation_mode",
        ("project_name", "name", "owner", "status", "assignee", "subset", "mode", "dimension", "tracker_link"),
    ),
    _listing(
        "jobs",
        {
            "task_name": _TASK_NAME,
            "project_name": _PROJECT_NAME,
            "assignee": _ASSIGNEE,
            "state": Term("state"),
            "stage": Term("stage"),
            "id": _ID,
            "task_id": Term("task_id", "number", is_field=False),
            "project_id": Term("project_id", "number", is_field=False),
            "updated_date": _UPDATED,
            "dimension": Term("dimension", is_field=False),
            "type": Term("type"),
            "parent_job_id": Term("parent_job_id", "number"),
        },
        "assignee dimension parent_job_id project_id project_name stage state task_id task_name type",
        ("task_name", "project_name", "assignee", "state", "stage"),
    ),
    _listing(
        "projects",
        {
            "name": _NAME,
            "owner": _OWNER,
            "assignee": _ASSIGNEE,
            "status": _STATUS,
            "id": _ID,
            "updated_date": _UPDATED,
        },
        "assignee name owner status",
        ("name", "owner", "assignee", "status"),
    ),
    _listing(
        "labels",
        {
            "name": _NAME,
            # Lists hold root labels only, so that no label of a list has a parent.
            "parent": Term("NULL"),
            "id": _ID,
            "type": Term("type"),
            "color": Term("color"),
            "parent_id": Term("parent_id", "number"),
        },
        "color name parent parent_id type",
        ("name", "parent"),
        order="id",
    ),
    _listing(
        "users",
        {
            "username": Term("username"),
            "first_name": Term("first_name"),
            "last_name": Term("last_name"),
            "id": _ID,
            "is_active": Term("is_active", "flag"),
        },
        "first_name is_active last_name username",
        ("username", "first_name", "last_name"),
    ),
    _listing(
        "organizations",
        {"name": _NAME, "owner": _OWNER, "slug": Term("slug"), "id": _ID},
        "name owner slug",
        ("name", "owner", "slug"),
    ),
    _listing("memberships", {"user": Term("user"), "role": Term("role"), "id": _ID}, "role user", ("user", "role")),
    Listing(
        "invitations",
        {"owner": _OWNER, "user_id": Term("user_id", "number"), "accepted": Term("1", "flag")},
        ("owner",),
        ("owner",),
        ("owner", "created_date"),
        order="-created_date",
    ),
    _listing(
        "webhooks",
        {
            "target_url": Term("target_url"),
            "owner": _OWNER,
            "type": Term("type"),
            "description": Term("description"),
            "id": _ID,
            "project_id": _PROJECT,
            "updated_date": _UPDATED,
        },
        "owner project_id target_url type",
        ("target_url", "owner", "type", "description"),
    ),
    _listing(
        "issues",
        {
            "owner": _OWNER,
            "assignee": _ASSIGNEE,
            "id": _ID,
            "job_id": Term("job_id", "number"),
            "task_id": Term("task_id", "number"),
            "resolved": Term("resolved", "flag"),
            "frame_id": Term("frame", "number"),
        },
        "assignee frame_id job_id owner resolved task_id",
        ("owner", "assignee"),
    ),
    _listing(
        "comments",
        {
            "owner": _OWNER,
            "id": _ID,
            "issue_id": Term("issue_id", "number"),
            "job_id": Term("(SELECT i.job_id FROM issues i WHERE i.id = issue_id)", "number"),
            "frame_id": Term("(SELECT i.frame FROM issues i WHERE i.id = issue_id)", "number"),
        },
        "frame_id issue_id job_id owner",
        ("owner",),
    ),
    _listing(
        "quality_settings",
        {
            "id": _ID,
            "inherit": Term("inherit", "flag"),
            "task_id": Term("task_id", "number"),
            "project_id": _PROJECT,
            "created_date": _CREATED,
            "updated_date": _UPDATED,
        },
        "inherit task_id project_id",
        (),
        order="id",
    ),
    _listing(
        "access_tokens",
        {
            "name": _NAME,
            "id": _ID,
            "created_date": _CREATED,
            "updated_date": _UPDATED,
            "expiry_date": Term("expiry_date", "moment"),
            "last_used_date": Term("last_used_date", "moment"),
            "read_only": Term("read_only", "flag"),
        },
        "name",
        ("name",),
    ),
)
_BY_TABLE = {listing.table: listing for listing in _LISTINGS}
_LATER = {"created_date": _CREATED, "mode": _MODE, "media_type": _MEDIA}


def listing_of(table: str, version: ServerVersion) -> Listing:
    """Give what a version's list of a table offers."""
    listing = _BY_TABLE[table]
    terms = dict(listing.terms)
    terms.update({name: _LATER[name] for name in version.more_terms.get(table, ())})
    if version.renamed and table == "jobs":
        terms["type"] = Term("iif(type = 'consensus_replica', 'replica', type)")
    sortable = (*listing.sortable, *version.more_terms.get(table, ()))
    return Listing(table, terms, listing.simple, listing.search, sortable, listing.order)
