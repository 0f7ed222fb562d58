"""Labels of a project, or of a task in none: made, changed, removed. They go by name; ids are looked up just before."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import JsonValue

from reconciler.annotations.numbers import Numbers
from reconciler.apply.steps.contents import Contents, read_all_contents
from reconciler.apply.steps.operation import Found, Operation, Sent, Standing, ToCopy
from reconciler.cvat.filters import is_in
from reconciler.cvat.models import Label
from reconciler.plan.label_bodies import deletion, with_ids
from reconciler.plan.labels import label_state
from reconciler.plan.steps import Step


class LabelOperation(Operation):
    """What labels have in common: they are found by name among those of their project or task."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The label, by the name that it has before the step, or else after it."""
        label = self.label(step, number)
        return Found(label_state(label) if label is not None else None, label.id if label is not None else None)

    def label(self, step: Step, number: int | None = None) -> Label | None:
        """The label itself, with its ids; one whose id is known is not mistaken for another that has got its name."""
        labels = self.site.sight.labels_of(*self.site.owner(step))
        if number is not None:
            return next((label for label in labels if label.id == number), None)
        there = {label.name: label for label in labels}
        names = [str(image["name"]) for image in (step.expect, step.gives) if image is not None and "name" in image]
        return next((there[name] for name in [*names, step.name] if name in there), None)

    def patch(self, step: Step, body: dict[str, JsonValue]) -> None:
        """Labels are sent to what they belong to."""
        kind, number = self.site.owner(step)
        self.site.objects.patch_labels(kind, number, [body])

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        owner = self.site.resolved(step)
        return f"PATCH /api/{owner.kind}s/{owner.id}" if owner is not None else "PATCH"


class CreateLabel(LabelOperation):
    """A label is added."""

    def send(self, step: Step, found: Found) -> Sent:
        """Send it without an id."""
        self.patch(step, dict(step.body))
        return Sent()


class DestroyingLabels(LabelOperation):
    """A label or an attribute is removed: the server removes what uses it in all tasks, without a word.

    So who uses it is found out here once more, not taken from the plan: of all of them there has to be a copy, and
    when it is more than the person agreed to, it is a conflict.
    """

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The label, and what uses it."""
        found = super().look(step, number)
        if step.destroys is None or found.image is None:
            return found
        used = self._usage(step, str(found.image["name"]))
        digests: dict[str, JsonValue] = {
            str(task): contents.whole.digest for task, contents in used.items() if contents.whole.numbers != Numbers()
        }
        return Found(found.image | {"used": digests}, found.id, detail=used)

    def standing(self, step: Step, found: Found) -> Standing:
        """Besides the label, its use must be as the plan says."""
        standing = super().standing(step, found)
        if standing.already or standing.conflict or step.destroys is None or not isinstance(found.detail, dict):
            return standing
        parts = [contents.whole.using([str((found.image or {})["name"])]).numbers for contents in found.detail.values()]
        now = tuple(sum(getattr(part, name) for part in parts) for name in ("tags", "shapes", "tracks"))
        planned = (step.destroys.tags, step.destroys.shapes, step.destroys.tracks)
        # Fewer is no conflict: some may have gone with tasks that this plan deletes.
        if any(one > other for one, other in zip(now, planned, strict=True)) and not step.destroys.hidden:
            told = "{} tags, {} shapes and {} tracks"
            message = f"{told.format(*now)} use it now, but {told.format(*planned)} when it was planned"
            return Standing(conflict=message)
        return standing

    def to_copy(self, step: Step, found: Found) -> ToCopy:
        """The annotations of each task that uses it, and the project with the label itself."""
        if step.destroys is None:
            return ToCopy()
        kind, number = self.site.owner(step)
        used = found.detail if isinstance(found.detail, dict) else {}
        name = str((found.image or {}).get("name"))
        tasks = {task for task, contents in used.items() if contents.whole.using([name]).numbers != Numbers()}
        tasks |= {number} if kind == "task" else set(step.destroys.tasks) & used.keys()
        return ToCopy(tuple(sorted(tasks)), number if kind == "project" else None)

    def _usage(self, step: Step, name: str) -> dict[int, Contents]:
        kind, number = self.site.owner(step)
        reader = self.site.reader
        tasks = reader.tasks(is_in("project_id", [number])) if kind == "project" else reader.tasks_by_id([number])
        return read_all_contents(reader, [task for task in tasks if task.size])


class PatchLabel(DestroyingLabels):
    """A label is changed or renamed, attributes are added, changed or removed."""

    def send(self, step: Step, found: Found) -> Sent:
        """Send it with its ids and its colour: without the colour the server would choose another (FACTS §4)."""
        label = self.label(step)
        assert label is not None, "it was there a moment ago"
        self.patch(step, with_ids(step.body, label))
        return Sent(label.id)


class DeleteLabel(DestroyingLabels):
    """A label is removed, and with it all annotations that use it: after a copy of them."""

    def send(self, step: Step, found: Found) -> Sent:
        """Mark it as deleted."""
        label = self.label(step)
        assert label is not None, "it was there a moment ago"
        self.patch(step, deletion(label))
        return Sent(label.id)
