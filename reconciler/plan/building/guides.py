"""Guides of projects and tasks: written, changed and taken away."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.manifest.models import ProjectBlock, TaskBlock
from reconciler.plan.building.building import Building
from reconciler.plan.building.guide_files import guide_text
from reconciler.plan.guides import in_short, same_guide, with_pictures_of
from reconciler.plan.model import Action, FieldChange
from reconciler.plan.steps import Do, ObjectRef, Step


def build_project_guide(ctx: Building, key: str) -> list[Step]:
    """The step that a project's guide takes, if any."""
    block, found = ctx.manifest.projects[key], ctx.projects[key]
    return list(_Guide(ctx, block, ctx.project_ref(key), found.guide_id if found else None).steps())


def build_task_guide(ctx: Building, key: str) -> list[Step]:
    """The step that a task's guide takes, if any. A task in a project can have one of its own."""
    block, found = ctx.manifest.tasks[key], ctx.tasks[key]
    return list(_Guide(ctx, block, ctx.task_ref(key), found.guide_id if found else None).steps())


class _Guide:
    def __init__(self, ctx: Building, block: ProjectBlock | TaskBlock, owner: ObjectRef, guide_id: int | None) -> None:
        self._ctx = ctx
        self._block = block
        self._owner = owner
        self._id = guide_id

    def steps(self) -> Iterator[Step]:
        if "guide" not in self._block.model_fields_set or "guide" in self._block.lifecycle.ignore:
            return
        kind, _, key = self._owner.address.partition(".")
        if self._block.guide is None:
            if self._id is not None and (current := self._current()) is not None:
                yield self._deletion(current)
            return
        where = self._ctx.at(f"{kind}s", key, "guide")
        text = guide_text(self._ctx, self._block.guide, where)
        current = self._current()
        if text is not None and not same_guide(text, current):
            yield self._writing(text, current)

    def _current(self) -> str | None:
        if self._id is None:
            return None
        guide = self._ctx.server.guide(self._id)
        if guide is None:
            self._id = None
        return guide.markdown if guide is not None else None

    def _writing(self, text: str, current: str | None) -> Step:
        ready = with_pictures_of(text, current or "").strip()
        return self._step(Do.PUT_GUIDE, Action.CREATE if current is None else Action.UPDATE, current, ready)

    def _deletion(self, current: str) -> Step:
        return self._step(Do.DELETE_GUIDE, Action.DELETE, current, None)

    def _step(self, do: Do, action: Action, before: str | None, after: str | None) -> Step:
        owner = self._owner
        change = FieldChange(path=("markdown",), before=in_short(before), after=in_short(after), source=owner.address)
        return Step(
            address=f"{owner.address}.guide",
            kind="guide",
            do=do,
            action=action,
            id=self._id,
            of=owner,
            reason=f"{owner.address} describes it" if after is not None else "`guide: null`",
            fields=(change,),
            body={"markdown": after} if after is not None else {},
            expect={"markdown": before},
            gives={"markdown": after},
            needs=(owner.address,) if owner.id is None else (),
        )
