"""Guides of projects and tasks: written, removed."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.apply.steps.made import Kind
from reconciler.apply.steps.operation import Found, Operation, Sent, ToCopy
from reconciler.plan.guides import pictures_in, same_guide
from reconciler.plan.steps import Step
from reconciler.snapshots.model import GuideRecord
from reconciler.snapshots.reading import find_copy, project_record, task_record
from reconciler.snapshots.restored_guide import restore_guide


class GuideOperation(Operation):
    """What guides have in common: they are found through their project or task."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The guide's text; None in the image: there is none."""
        kind, owner = self.site.owner(step)
        sight = self.site.sight
        found = sight.project(owner) if kind == "project" else sight.task(owner)
        if found is None:
            return Found(None)
        guide = sight.guide(found.guide_id) if found.guide_id is not None else None
        text = guide.markdown if guide else None
        for known in (step.expect, step.gives):
            said = (known or {}).get("markdown")
            if (said is None or isinstance(said, str)) and same_guide(said, text):
                text = said  # the server's own changes of a text are none
                break
        return Found({"markdown": text}, guide.id if guide else None)

    def to_copy(self, step: Step, found: Found) -> ToCopy:
        """What it belongs to, when pictures would go: the text itself is in the plan."""
        text = (found.image or {}).get("markdown")
        if not isinstance(text, str) or not pictures_in(text):
            return ToCopy()
        kind, owner = self.site.owner(step)
        return ToCopy(project=owner) if kind == "project" else ToCopy(tasks=(owner,))


class PutGuide(GuideOperation):
    """A guide is given its text; where there is none, it is made."""

    def send(self, step: Step, found: Found) -> Sent:
        """Make or change it."""
        kind, owner = self.site.owner(step)
        text = str(step.body["markdown"])
        if step.copy_of is not None and pictures_in(text):
            return Sent(self._with_pictures(step, step.copy_of, kind, owner, text))
        if found.id is None:
            return Sent(self.site.objects.create_guide(kind, owner, text).id)
        return Sent(self.site.objects.patch_guide(found.id, text).id)

    def _with_pictures(self, step: Step, folder: str, kind: Kind, owner: int, text: str) -> int:
        """A guide that comes back from a copy: its pictures are in it, and get new addresses."""
        store = self.site.store
        copy = find_copy(store, folder)
        record = project_record(store, copy) if copy.kind == "project" else task_record(store, copy)
        assets = record.guide.assets if record.guide is not None else {}
        guide = GuideRecord(markdown=text, assets=assets)
        return restore_guide(self.site.session, store, copy, guide, kind, owner)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"PATCH /api/guides/{number}" if number is not None else "POST /api/guides"


class DeleteGuide(GuideOperation):
    """A guide is removed, with its pictures."""

    def send(self, step: Step, found: Found) -> Sent:
        """Delete it."""
        assert found.id is not None, "it was there a moment ago"
        self.site.objects.delete_guide(found.id)
        return Sent(found.id)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"DELETE /api/guides/{number}"
