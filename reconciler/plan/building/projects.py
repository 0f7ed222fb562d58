"""Projects: made, changed and deleted, with their labels and guides."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from reconciler.cvat.models import Project
from reconciler.manifest.models import ProjectBlock
from reconciler.plan.building.building import Building
from reconciler.plan.building.deletions import delete_project
from reconciler.plan.building.guides import build_project_guide
from reconciler.plan.building.labels import build_project_labels
from reconciler.plan.diff import differences
from reconciler.plan.model import Action, FieldChange
from reconciler.plan.state import State, project_state
from reconciler.plan.steps import BindingWish, Do, Image, Step
from reconciler.plan.writes import body_of, write

_PEOPLE = ("assignee", "owner")
_STORAGES = ("source_storage", "target_storage")


def build_projects(ctx: Building) -> list[Step]:
    """The steps of all projects. Those that delete (labels, and whole projects) are at their places among them."""
    return [step for key in ctx.projects for step in _of_project(ctx, key)]


def project_binding(ctx: Building, key: str) -> BindingWish:
    """What is to be remembered of a project."""
    block, found = ctx.manifest.projects[key], ctx.projects[key]
    return BindingWish(
        address=f"project.{key}",
        kind="project",
        id=found.id if found is not None else None,
        name=str(_wanted(ctx, key, found).get("name", found.name if found is not None else "")),
        prevent_delete=block.lifecycle.prevent_delete,
    )


def _of_project(ctx: Building, key: str) -> Iterator[Step]:
    found = ctx.projects[key]
    if ctx.manifest.projects[key].ensure == "absent":
        if found is not None:
            yield from delete_project(ctx, key, found)
        return
    yield from _creation(ctx, key) if found is None else _change(ctx, key, found)
    yield from build_project_labels(ctx, key)
    yield from build_project_guide(ctx, key)


def _creation(ctx: Building, key: str) -> Iterator[Step]:
    wanted = _wanted(ctx, key, None)
    # Whoever makes a project owns it; to whom it is given is said by a PATCH of its own.
    owner = wanted.pop("owner", ctx.ref.user)
    written: State = {name: value for name, value in wanted.items() if value not in (None, "")}
    yield _step(
        ctx,
        key,
        Do.CREATE_PROJECT,
        Action.CREATE,
        fields=[
            FieldChange(path=(name,), before=None, after=value, source=f"project.{key}")
            for name, value in written.items()
        ],
        body=body_of("project", written, ctx.users),
        expect=None,
        gives=wanted,
    )
    if owner != ctx.ref.user:
        given = _patch(ctx, key, {"owner": ctx.ref.user}, {"owner": owner})
        yield given.model_copy(update={"needs": (f"project.{key}",)})


def _change(ctx: Building, key: str, found: Project) -> Iterator[Step]:
    observed, wanted = project_state(found), _wanted(ctx, key, found)
    changed = [name for name in wanted if wanted[name] != observed[name]]
    if changed:
        yield _patch(ctx, key, {name: observed[name] for name in changed}, {name: wanted[name] for name in changed})


def _patch(ctx: Building, key: str, before: State, after: State) -> Step:
    sent = write("project", before, after, ctx.users)
    fields = [
        FieldChange(path=path, before=was, after=value, source=f"project.{key}")
        for path, was, value in differences(after, before)
    ]
    return _step(
        ctx, key, Do.PATCH_PROJECT, Action.UPDATE, fields=fields, body=sent.body, expect=sent.expect, gives=sent.gives
    )


def _step(
    ctx: Building,
    key: str,
    do: Do,
    action: Action,
    *,
    fields: list[FieldChange],
    body: Image,
    expect: Image | None,
    gives: Image,
) -> Step:
    found = ctx.projects[key]
    address = f"project.{key}"
    return Step(
        address=address,
        kind="project",
        do=do,
        action=action,
        id=found.id if found is not None else None,
        name=ctx.project_ref(key).name,
        reason=f"{address} describes it",
        fields=tuple(fields),
        body=body,
        expect=expect,
        gives=gives,
    )


def _wanted(ctx: Building, key: str, found: Project | None) -> State:
    """The managed fields, as they should be. A user whom nobody knows is among the problems already."""
    block = ctx.manifest.projects[key]
    ignored = set(block.lifecycle.ignore if found is not None else ())
    written = block.model_fields_set - ignored
    wanted: State = {}
    name = _wanted_name(ctx, key, block, found)
    if name is not None and "name" not in ignored:
        wanted["name"] = name
    if "bug_tracker" in written:
        wanted["bug_tracker"] = block.bug_tracker or ""
    for person in _PEOPLE:
        username: str | None = getattr(block, person)
        if person in written and (username is None or username in ctx.users):
            wanted[person] = username
    for storage in _STORAGES:
        if storage in written:
            wanted[storage] = _storage(block, storage)
    return wanted


def _storage(block: ProjectBlock, name: str) -> JsonValue:
    storage = getattr(block, name)
    state: JsonValue = storage.state if storage is not None else None
    return state


def _wanted_name(ctx: Building, key: str, block: ProjectBlock, found: Project | None) -> str | None:
    """The name that is written; or the key, for a project that is made or that this tool has known by its key."""
    if block.name is not None or found is None:
        return block.name or key
    binding = ctx.binding(f"project.{key}")
    return key if block.id is None and binding is not None and binding.name == key else None
