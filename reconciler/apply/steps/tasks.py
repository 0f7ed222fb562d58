"""Tasks: made, moved, deleted."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.apply.steps.attempts import CREATING
from reconciler.apply.steps.contents import read_contents
from reconciler.apply.steps.operation import Found, Operation, Sent, Standing, ToCopy
from reconciler.apply.steps.projects import of_one_name
from reconciler.cvat.models import Task
from reconciler.cvat.requests import running_request
from reconciler.cvat.writing import Writer
from reconciler.plan.state import task_state
from reconciler.plan.steps import Image, Step


class CreateTask(Operation):
    """A task is made, without data; or found made by an earlier attempt: by its name in its project."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The task of this name in its project, or among those without one."""
        if number is not None:
            task = self.site.sight.task(number)
            return Found(_image(task), number if task else None)
        project = self.site.of(step.of) if step.of is not None else None
        apart = self.site.to_be_deleted("task").union(beside or ())
        named = self.site.sight.tasks_called(step.name, project)
        found = [one for one in named if one.id not in apart]
        return Found(
            _image(found[0]) if found else None,
            found[0].id if found else None,
            tuple(one.id for one in named),
            detail=[one.id for one in found],
        )

    def standing(self, step: Step, found: Found) -> Standing:
        """Two of one name are for a person to tell apart."""
        return of_one_name("task", step, found) or super().standing(step, found)

    def gives(self, step: Step) -> Image | None:
        """The fields as written, in the project that it is made in."""
        return _in_project(self, step)

    def send(self, step: Step, found: Found) -> Sent:
        """Make it, in its project; then give it to its owner.

        Whether POST takes an `owner_id` is not recorded from any server; PATCH does. The owner comes last: whoever
        gives a task away may not be allowed to change it any more.
        """
        body, organization = dict(step.body), None
        owner = body.pop("owner_id", None)
        if step.of is not None:
            body["project_id"] = number = self.site.of(step.of)
            if self.site.session.organization is None:  # where its project is, or it is refused
                project = self.site.sight.project(number)
                organization = project.organization_id if project is not None else None
        made = self.site.objects.create_task(body, organization=organization)
        if owner is not None and (made.owner is None or made.owner.id != owner):
            Writer(self.site.session).patch_task(made.id, {"owner_id": owner})
        return Sent(made.id)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return "POST /api/tasks"


class MoveTask(Operation):
    """A task is moved into a project, in a request of its own: what else is in it would be ignored (FACTS §4)."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The task."""
        number = self.site.own(step)
        return Found(_image(self.site.sight.task(number)), number)

    def gives(self, step: Step) -> Image | None:
        """The project, by the id it has now."""
        return _in_project(self, step)

    def send(self, step: Step, found: Found) -> Sent:
        """Move it; labels that are to become others there are named by their ids."""
        assert step.of is not None
        number, project = self.site.own(step), self.site.of(step.of)
        mapping = step.body.get("labels")
        labels = None
        if isinstance(mapping, dict) and mapping:
            own = self.site.reader.labels_of("task", number)
            labels = [{"id": label.id, "name": mapping.get(label.name, label.name)} for label in own]
        self.site.objects.move_task(number, project, labels)
        return Sent(number)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"PATCH /api/tasks/{number}"


class DeleteTask(Operation):
    """A task is deleted, after a full backup that has been checked."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The task, with the digest of its annotations if the plan knows it."""
        number = self.site.own(step)
        task = self.site.sight.task(number)
        image = _image(task)
        if task is not None and image is not None and step.expect is not None and "digest" in step.expect:
            image |= read_contents(self.site.reader, task).image
        return Found(image, number)

    def standing(self, step: Step, found: Found) -> Standing:
        """One that is deleted because it is empty may be about to get its frames."""
        standing = super().standing(step, found)
        if step.destroys is None and not standing.already and standing.conflict is None:
            session, number = self.site.session, self.site.own(step)
            if running_request(session, task_id=number, operation=CREATING) is not None:
                return Standing(conflict="the server is making its frames at this moment")
        return standing

    def to_copy(self, step: Step, found: Found) -> ToCopy:
        """All of it."""
        return ToCopy(tasks=(found.id,) if found.id is not None else (), backup=True)

    def send(self, step: Step, found: Found) -> Sent:
        """Delete it."""
        number = self.site.own(step)
        self.site.objects.delete_task(number)
        return Sent(number)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"DELETE /api/tasks/{number}"


def _in_project(operation: Operation, step: Step) -> Image | None:
    if step.gives is None or step.of is None or "project" not in step.gives:
        return step.gives
    return step.gives | {"project": operation.site.of(step.of)}


def _image(task: Task | None) -> Image | None:
    return {**task_state(task), "size": task.size} if task is not None else None
