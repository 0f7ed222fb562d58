"""The database: a table a resource, a row a document, a column for what can be asked about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


def _moment(path: str) -> str:
    # The API leaves out a fraction of zero; as text, "…:45Z" would sort after "…:45.5Z".
    date = f"json_extract(doc, '{path}')"
    return f"substr(rtrim({date}, 'Z') || iif(instr({date}, '.'), '000000', '.000000'), 1, 26)"


def _value(path: str) -> str:
    return f"json_extract(doc, '{path}')"


_USER = {"owner_id": _value("$.owner.id"), "owner": _value("$.owner.username")}
_ASSIGNEE = {"assignee_id": _value("$.assignee.id"), "assignee": _value("$.assignee.username")}


def _plain(*names: str) -> dict[str, str]:
    return {name: _value(f"$.{name}") for name in names}


@dataclass(frozen=True)
class Table:
    """A resource's table."""

    name: str
    model: str
    """What Django's error messages call it."""
    derived: dict[str, str]
    """Columns that SQLite computes from the document."""
    stored: tuple[str, ...] = ()
    """Columns with what the document does not show."""
    indexes: tuple[str, ...] = ()

    def statements(self) -> Iterator[str]:
        """Give the statements that create it."""
        columns = [f"{name} AS ({sql}) STORED" for name, sql in self.derived.items()]
        columns = ["id INTEGER PRIMARY KEY", *self.stored, *columns, "doc TEXT NOT NULL"]
        yield f"CREATE TABLE {self.name} ({', '.join(columns)})"
        for index in self.indexes:
            yield f"CREATE INDEX {self.name}_{index.replace(', ', '_')} ON {self.name} ({index})"


_DATES = {"created_date": _moment("$.created_date"), "updated_date": _moment("$.updated_date")}

TABLES = {
    table.name: table
    for table in (
        Table(
            "users",
            "User",
            _plain("username", "first_name", "last_name", "is_active"),
            stored=("password TEXT",),
            indexes=("username",),
        ),
        Table("organizations", "Organization", {**_plain("name", "slug"), **_USER}),
        Table(
            "memberships",
            "Membership",
            {
                **_plain("organization", "role", "is_active", "invitation"),
                "user_id": _value("$.user.id"),
                "user": _value("$.user.username"),
            },
            indexes=("organization, user_id",),
        ),
        Table(
            "invitations",
            "Invitation",
            {**_plain("key", "organization", "created_date"), **_USER, "user_id": _value("$.user.id")},
        ),
        Table(
            "projects",
            "Project",
            {**_plain("name", "status", "organization_id", "bug_tracker"), **_USER, **_ASSIGNEE, **_DATES},
        ),
        Table(
            "tasks",
            "Task",
            {
                **_plain("project_id", "organization_id", "name", "status", "subset", "mode", "dimension"),
                **_plain("bug_tracker", "validation_mode"),
                **_USER,
                **_ASSIGNEE,
                **_DATES,
            },
            stored=("replicas INTEGER NOT NULL DEFAULT 0",),
            indexes=("project_id", "project_id, subset", "status"),
        ),
        Table(
            "jobs",
            "Job",
            {
                **_plain("task_id", "project_id", "stage", "state", "status", "type", "parent_job_id"),
                **_plain("mode", "dimension", "start_frame", "stop_frame"),
                "organization_id": _value("$.organization"),
                **_ASSIGNEE,
                **_DATES,
            },
            # The frames of a ground truth job, as a JSON list of their numbers.
            stored=("frames TEXT",),
            indexes=("task_id", "project_id, type, stage, state", "assignee_id"),
        ),
        Table(
            "labels",
            "Label",
            _plain("name", "color", "type", "parent_id", "project_id", "task_id"),
            indexes=("project_id", "task_id"),
        ),
        Table(
            "annotations",
            "Annotation",
            _plain("frame", "label_id"),
            # Each kind is numbered apart, so that the row has a number of its own: the order of insertion.
            stored=tuple(
                f"{name} NOT NULL" for name in ("key INTEGER", "kind TEXT", "task_id INTEGER", "job_id INTEGER")
            ),
            indexes=("task_id", "job_id", "label_id", "kind, key"),
        ),
        Table(
            "webhooks",
            "Webhook",
            {
                **_plain("target_url", "type", "description", "project_id", "organization"),
                **_USER,
                "updated_date": _moment("$.updated_date"),
            },
        ),
        Table(
            "guides",
            "AnnotationGuide",
            _plain("task_id", "project_id"),
            indexes=("task_id", "project_id"),
        ),
        Table("assets", "Asset", _plain("uuid", "guide_id"), stored=("content BLOB NOT NULL",), indexes=("uuid",)),
        Table(
            "issues",
            "Issue",
            {**_plain("frame", "resolved"), "job_id": _value("$.job"), **_USER, **_ASSIGNEE, **_DATES},
            stored=("task_id INTEGER NOT NULL",),
            indexes=("job_id", "task_id"),
        ),
        Table("comments", "Comment", {"issue_id": _value("$.issue"), **_USER, **_DATES}, indexes=("issue_id",)),
        Table(
            "quality_settings",
            "QualitySettings",
            {**_plain("task_id", "project_id", "inherit"), **_DATES},
            indexes=("task_id", "project_id"),
        ),
        Table(
            "access_tokens",
            "AccessToken",
            {**_plain("name", "read_only", "expiry_date", "last_used_date"), **_USER, **_DATES},
            stored=("value TEXT",),
            indexes=("value",),
        ),
    )
}

WITHOUT_DOCUMENTS = ("sequences", "logins", "requests", "media", "files", "uploads", "upload_parts", "exports")

OTHER_TABLES = (
    "CREATE TABLE sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    "CREATE TABLE logins (key TEXT PRIMARY KEY, kind TEXT NOT NULL, user_id INTEGER NOT NULL, csrf TEXT)",
    "CREATE TABLE requests (id TEXT PRIMARY KEY, user_id INTEGER NOT NULL, export TEXT, doc TEXT NOT NULL)",
    "CREATE TABLE media (task_id INTEGER PRIMARY KEY, doc TEXT NOT NULL)",
    "CREATE TABLE files (task_id INTEGER NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL)",
    "CREATE UNIQUE INDEX files_task_id_name ON files (task_id, name)",
    "CREATE TABLE uploads (id TEXT PRIMARY KEY, place TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL)",
    "CREATE TABLE upload_parts (upload_id TEXT NOT NULL, start INTEGER NOT NULL, content BLOB NOT NULL)",
    "CREATE INDEX upload_parts_upload_id ON upload_parts (upload_id, start)",
    "CREATE TABLE exports (key TEXT PRIMARY KEY, updated TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


def statements() -> Iterator[str]:
    """Give the statements that create the whole database."""
    for table in TABLES.values():
        yield from table.statements()
    yield from OTHER_TABLES
