"""Who may do what: the rules of CVAT's roles, privileges, owners and assignees.

One rule covers nearly everything: an administrator may; so may an organization's owner and maintainer;
so may somebody involved (an owner or assignee of the object or of what it belongs to), who must also be
a member if the object belongs to an organization. What differs is who counts as involved.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.sandbox.answers import denied
from reconciler.sandbox.call import Call
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc


def permits(call: Call, organization_id: int | None, involved: Iterable[int | None]) -> bool:
    """Tell whether the caller may do something to an object."""
    if call.user.is_admin:
        return True
    if organization_id is None:
        return call.user.id in involved
    if call.user.is_user and call.at_least("maintainer", organization_id):
        return True
    return call.user.id in involved and call.at_least("worker", organization_id)


def require(allowed: bool) -> None:
    """Refuse what is not allowed."""
    if not allowed:
        raise denied()


def people(*docs: Doc | None, owners_only: bool = False) -> set[int]:
    """Give the owners and assignees of objects."""
    keys = ("owner",) if owners_only else ("owner", "assignee")
    return {doc[key]["id"] for doc in docs if doc for key in keys if doc.get(key)}


def project_of(call: Call, doc: Doc) -> Doc | None:
    """Give the project of a task or job."""
    return call.store.find("projects", doc["project_id"]) if doc["project_id"] is not None else None


def may_view_project(call: Call, project: Doc) -> bool:
    """Tell whether the caller sees a project; the same people may describe it."""
    return permits(call, project["organization_id"], people(project))


def may_rule_project(call: Call, project: Doc) -> bool:
    """Tell whether the caller may delete a project, move it, or assign it."""
    return permits(call, project["organization_id"], people(project, owners_only=True))


def may_view_task(call: Call, task: Doc) -> bool:
    """Tell whether the caller sees a task; the same people may describe and fill it."""
    return permits(call, task["organization_id"], people(task, project_of(call, task)))


def may_rule_task(call: Call, task: Doc) -> bool:
    """Tell whether the caller may delete a task, move it, or assign it: its own assignee may not."""
    involved = people(task, owners_only=True) | people(project_of(call, task))
    return permits(call, task["organization_id"], involved)


def may_view_job(call: Call, job: Doc) -> bool:
    """Tell whether the caller sees a job; the same people may set its state."""
    involved = people(job, _task_of(call, job), project_of(call, job))
    return permits(call, job["organization"], involved)


def may_rule_job(call: Call, job: Doc) -> bool:
    """Tell whether the caller may set a job's stage and assignee: its own assignee may not."""
    return permits(call, job["organization"], people(_task_of(call, job), project_of(call, job)))


def may_add_job(call: Call, task: Doc) -> bool:
    """Tell whether the caller may create and delete jobs of a task."""
    organization_id = task["organization_id"]
    supervises = organization_id is None or call.at_least("supervisor", organization_id)
    return call.user.is_admin or (call.user.is_user and supervises and may_view_task(call, task))


def _task_of(call: Call, job: Doc) -> Doc | None:
    return call.store.find("tasks", job["task_id"])


def may_create(call: Call) -> bool:
    """Tell whether the caller may create projects and tasks in the organization they are in."""
    if call.user.is_admin:
        return True
    here = call.organization
    return call.user.is_user and (here is None or call.at_least("supervisor", here["id"]))


def require_assignable(call: Call, user_id: int | None, organization_id: int | None) -> None:
    """Refuse an assignee whom the caller does not see; an administrator sees everybody."""
    if user_id is None or call.user.is_admin or user_id == call.user.id:
        return
    require(
        call.store.value("SELECT 1 FROM memberships WHERE organization = ? AND user_id = ?", (organization_id, user_id))
        is not None
    )


_INVOLVED = {
    "projects": "owner_id = ? OR assignee_id = ?",
    "tasks": "owner_id = ? OR assignee_id = ? OR project_id IN"
    " (SELECT p.id FROM projects p WHERE p.owner_id = ? OR p.assignee_id = ?)",
    "jobs": "assignee_id = ? OR task_id IN (SELECT t.id FROM tasks t WHERE t.owner_id = ? OR t.assignee_id = ?)"
    " OR project_id IN (SELECT p.id FROM projects p WHERE p.owner_id = ? OR p.assignee_id = ?)",
}


def visible(call: Call, table: str) -> Condition:
    """Give the condition for the projects, tasks or jobs that the caller's list holds."""
    here = call.organization
    sql = _INVOLVED[table]
    involved = Condition(sql, [call.user.id] * sql.count("?"))
    if here is not None:
        inside = Condition("organization_id = ?", [here["id"]])
        if call.user.is_admin or (call.user.is_user and call.at_least("maintainer", here["id"])):
            return inside
        require(call.role_in(here["id"]) is not None)
        return inside.also(involved)
    everything = Condition() if call.user.is_admin else involved
    if call.organization_given:
        return everything.also(Condition("organization_id IS NULL"))
    return everything
