"""Projects: made, changed, deleted."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.apply.steps.operation import Found, Operation, Sent, Standing, ToCopy
from reconciler.cvat.filters import is_in
from reconciler.cvat.models import Project
from reconciler.errors import ConflictError
from reconciler.history.model import Replaced
from reconciler.plan.state import project_state
from reconciler.plan.steps import Image, Step
from reconciler.snapshots.reading import find_copy, project_record
from reconciler.wording import listed


class CreateProject(Operation):
    """A project is made, or found made by an earlier attempt: by its name, which nothing had before."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The project of this name."""
        if number is not None:
            project = self.site.sight.project(number)
            return Found(_image(project), number if project else None)
        apart = self.site.to_be_deleted("project").union(beside or ())
        named = self.site.sight.projects_called(step.name)
        found = [one for one in named if one.id not in apart]
        return Found(
            _image(found[0]) if found else None,
            found[0].id if found else None,
            tuple(one.id for one in named),
            detail=[one.id for one in found],
        )

    def standing(self, step: Step, found: Found) -> Standing:
        """Two of one name are for a person to tell apart."""
        return of_one_name("project", step, found) or super().standing(step, found)

    def send(self, step: Step, found: Found) -> Sent:
        """Make it. What is made anew from a copy has a successor's id."""
        organization = None
        if step.copy_of is not None:
            store = self.site.store
            organization = project_record(store, find_copy(store, step.copy_of)).organization_id
        number = self.site.objects.create_project(step.body, organization=organization).id
        return Sent(number, self.replaced(step, number))

    def replaced(self, step: Step, number: int) -> tuple[Replaced, ...]:
        """The project whose place it takes, if it is made from a copy."""
        if step.copy_of is None:
            return ()
        return (Replaced(kind="project", old=find_copy(self.site.store, step.copy_of).id, new=number),)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return "POST /api/projects"


class PatchProject(Operation):
    """A project's fields are set."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The project."""
        number = self.site.own(step)
        return Found(_image(self.site.sight.project(number)), number)

    def send(self, step: Step, found: Found) -> Sent:
        """Send the fields that differ."""
        number = self.site.own(step)
        self.site.objects.patch_project(number, step.body)
        return Sent(number)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"PATCH /api/projects/{number}"


class DeleteProject(Operation):
    """A project is deleted, after a copy of its fields, labels and guide. Its tasks are steps of their own."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The project."""
        number = self.site.own(step)
        return Found(_image(self.site.sight.project(number)), number)

    def to_copy(self, step: Step, found: Found) -> ToCopy:
        """The project itself."""
        return ToCopy(project=found.id)

    def send(self, step: Step, found: Found) -> Sent:
        """Delete it, unless there is a task in it that would go along: of that nobody has a copy."""
        number = self.site.own(step)
        if left := self.site.reader.tasks(is_in("project_id", [number])):
            raise ConflictError(
                f"tasks are still in it: {listed(task.id for task in left)}; they would be deleted with it"
            )
        self.site.objects.delete_project(number)
        return Sent(number)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"DELETE /api/projects/{number}"


def of_one_name(kind: str, step: Step, found: Found) -> Standing | None:
    """A conflict if more than one object could be the one that is to be made."""
    if isinstance(found.detail, list) and len(found.detail) > 1:
        ids = " and ".join(str(one) for one in found.detail[:3])
        return Standing(conflict=f"there are {kind}s called {step.name!r} now: {ids}")
    return None


def _image(project: Project | None) -> Image | None:
    return dict(project_state(project)) if project is not None else None
