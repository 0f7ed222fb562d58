"""Which path is answered by what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.sandbox import (
    about,
    access_tokens,
    annotation_data,
    annotation_imports,
    data_meta,
    exports,
    formats,
    frames,
    guides,
    issues,
    jobs,
    label_lists,
    members,
    organizations,
    projects,
    quality,
    request_lists,
    restores,
    sessions,
    share,
    task_data,
    tasks,
    uploads,
    users,
    webhooks,
)
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.call import Call

Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Place:
    """A path, and what answers each method."""

    path: str
    handlers: dict[str, Handler]
    anonymous: bool = False
    """Whether nobody in particular may call it; such calls are throttled."""
    head_breaks: bool = False
    """Whether HEAD is a 500: the permission check of these does not know the method (recorded)."""


def _with_slash(path: str, handlers: dict[str, Handler]) -> tuple[Place, Place]:
    """Give a path that answers with and without a slash at its end: those that take uploads do."""
    return Place(path, handlers), Place(f"{path}/", handlers)


def _upload(path: str) -> Place:
    """Give the path of one file on its way, below the path that takes it."""
    return Place(f"{path}/{{file_id}}", dict.fromkeys(("GET", "HEAD", "PATCH"), uploads.go_on))


_ANNOTATION_METHODS = ("GET", "PUT", "PATCH", "DELETE")

PLACES = (
    Place("/api/server/about", {"GET": about.about}, anonymous=True),
    Place("/api/auth/login", {"POST": sessions.log_in}, anonymous=True),
    Place("/api/auth/logout", {"POST": sessions.log_out}, anonymous=True),
    Place(
        "/api/auth/access_tokens",
        {"GET": access_tokens.list_tokens, "POST": access_tokens.create_token},
    ),
    Place("/api/auth/access_tokens/self", {"GET": access_tokens.retrieve_own_token}),
    Place(
        "/api/auth/access_tokens/{id:int}",
        {
            "GET": access_tokens.retrieve_token,
            "PATCH": access_tokens.change_token,
            "DELETE": access_tokens.delete_token,
        },
    ),
    Place("/api/users", {"GET": users.list_users}),
    Place("/api/users/self", {"GET": users.retrieve_self}),
    Place("/api/users/{id:int}", {"GET": users.retrieve_user}),
    Place(
        "/api/organizations",
        {"GET": organizations.list_organizations, "POST": organizations.create_organization},
    ),
    Place(
        "/api/organizations/{id:int}",
        {
            "GET": organizations.retrieve_organization,
            "PATCH": organizations.change_organization,
            "DELETE": organizations.delete_organization,
        },
    ),
    Place("/api/memberships", {"GET": members.list_memberships}),
    Place(
        "/api/memberships/{id:int}",
        {
            "GET": members.retrieve_membership,
            "PATCH": members.change_membership,
            "DELETE": members.delete_membership,
        },
    ),
    Place(
        "/api/invitations",
        {"GET": members.list_invitations, "POST": members.create_invitation},
    ),
    Place("/api/invitations/{key}", {"DELETE": members.delete_invitation}),
    Place("/api/webhooks", {"GET": webhooks.list_webhooks, "POST": webhooks.create_webhook}),
    Place("/api/webhooks/events", {"GET": webhooks.list_events}),
    Place(
        "/api/webhooks/{id:int}",
        {
            "GET": webhooks.retrieve_webhook,
            "PATCH": webhooks.change_webhook,
            "DELETE": webhooks.delete_webhook,
        },
    ),
    Place(
        "/api/projects",
        {"GET": projects.list_projects, "POST": projects.create_project},
        head_breaks=True,
    ),
    Place(
        "/api/projects/{id:int}",
        {
            "GET": projects.retrieve_project,
            "PATCH": projects.change_project,
            "DELETE": projects.delete_project,
        },
        head_breaks=True,
    ),
    Place("/api/labels", {"GET": label_lists.list_labels}),
    Place("/api/labels/{id:int}", {"GET": label_lists.retrieve_label}),
    Place("/api/tasks", {"GET": tasks.list_tasks, "POST": tasks.create_task}, head_breaks=True),
    Place(
        "/api/tasks/{id:int}",
        {"GET": tasks.retrieve_task, "PATCH": tasks.change_task, "DELETE": tasks.delete_task_call},
        head_breaks=True,
    ),
    *_with_slash("/api/tasks/{id:int}/data", {"GET": frames.task_frames, "POST": task_data.upload_data}),
    Place("/api/tasks/{id:int}/data/meta", {"GET": data_meta.task_meta, "PATCH": data_meta.task_meta}),
    _upload("/api/tasks/{id:int}/data"),
    Place("/api/tasks/{id:int}/preview", {"GET": frames.task_preview}),
    Place(
        "/api/tasks/{id:int}/validation_layout",
        {"GET": data_meta.validation_layout, "PATCH": data_meta.validation_layout},
    ),
    *_with_slash(
        "/api/tasks/{id:int}/annotations",
        {
            **dict.fromkeys(_ANNOTATION_METHODS, annotation_data.task_annotations),
            "POST": annotation_imports.import_into_task,
        },
    ),
    _upload("/api/tasks/{id:int}/annotations"),
    Place("/api/tasks/{id:int}/dataset/export", {"POST": exports.export_task_dataset}),
    Place("/api/tasks/{id:int}/dataset/download", {"GET": exports.download}),
    Place("/api/tasks/{id:int}/backup/export", {"POST": exports.export_task_backup}),
    Place("/api/tasks/{id:int}/backup/download", {"GET": exports.download}),
    *_with_slash("/api/tasks/backup", {"POST": restores.restore_task}),
    _upload("/api/tasks/backup"),
    Place("/api/jobs", {"GET": jobs.list_jobs, "POST": jobs.create_job}, head_breaks=True),
    Place(
        "/api/jobs/{id:int}",
        {"GET": jobs.retrieve_job, "PATCH": jobs.change_job, "DELETE": jobs.delete_job},
        head_breaks=True,
    ),
    Place("/api/jobs/{id:int}/data", {"GET": frames.job_frames}),
    Place("/api/jobs/{id:int}/data/meta", {"GET": data_meta.job_meta, "PATCH": data_meta.job_meta}),
    Place("/api/jobs/{id:int}/preview", {"GET": frames.job_preview}),
    *_with_slash(
        "/api/jobs/{id:int}/annotations",
        {
            **dict.fromkeys(_ANNOTATION_METHODS, annotation_data.job_annotations),
            "POST": annotation_imports.import_into_job,
        },
    ),
    _upload("/api/jobs/{id:int}/annotations"),
    Place("/api/jobs/{id:int}/dataset/export", {"POST": exports.export_job_dataset}),
    Place("/api/jobs/{id:int}/dataset/download", {"GET": exports.download}),
    Place("/api/projects/{id:int}/dataset/export", {"POST": exports.export_project_dataset}),
    Place("/api/projects/{id:int}/dataset/download", {"GET": exports.download}),
    Place("/api/projects/{id:int}/backup/export", {"POST": exports.export_project_backup}),
    Place("/api/projects/{id:int}/backup/download", {"GET": exports.download}),
    *_with_slash("/api/projects/backup", {"POST": restores.restore_project}),
    _upload("/api/projects/backup"),
    Place("/api/projects/{id:int}/preview", {"GET": frames.project_preview}),
    Place("/api/server/share", {"GET": share.list_share}),
    Place("/api/server/annotation/formats", {"GET": formats.list_formats}),
    Place("/api/guides", {"POST": guides.create_guide}),
    Place(
        "/api/guides/{id:int}",
        {"GET": guides.retrieve_guide, "PATCH": guides.change_guide, "DELETE": guides.delete_guide},
    ),
    Place("/api/assets", {"POST": guides.create_asset}),
    Place("/api/assets/{uuid}", {"GET": guides.retrieve_asset, "DELETE": guides.delete_asset}),
    Place("/api/issues", {"GET": issues.list_issues, "POST": issues.create_issue}),
    Place(
        "/api/issues/{id:int}",
        {"GET": issues.retrieve_issue, "PATCH": issues.change_issue, "DELETE": issues.delete_issue},
    ),
    Place("/api/comments", {"GET": issues.list_comments, "POST": issues.create_comment}),
    Place(
        "/api/comments/{id:int}",
        {"GET": issues.retrieve_comment, "PATCH": issues.change_comment, "DELETE": issues.delete_comment},
    ),
    Place("/api/quality/settings", {"GET": quality.list_settings}),
    Place(
        "/api/quality/settings/{id:int}",
        {"GET": quality.retrieve_settings, "PATCH": quality.change_settings},
    ),
    Place("/api/requests", {"GET": request_lists.list_requests}),
    Place("/api/requests/{id:path}/cancel", {"POST": request_lists.cancel_request}),
    Place("/api/requests/{id:path}", {"GET": request_lists.retrieve_request}),
)
