"""A task's data: uploaded, or waited for where an earlier run has begun it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from reconciler.apply.steps.attempts import CREATING, Attempts
from reconciler.apply.steps.operation import Found, Operation, Sent, Standing
from reconciler.cvat.requests import OnProgress, running_request, wait_for
from reconciler.cvat.uploading import LeftoverError, upload_data
from reconciler.plan.steps import Image, Step


class UploadData(Operation):
    """An empty task is given its data. Data is there for good, so a task that has some is left as it is."""

    in_background = True

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """How many frames the task has; None: no data yet."""
        _, task_id = self.site.owner(step)
        task = self.site.sight.task(task_id)
        # In the detail: whether an earlier attempt has left something.
        return Found({"size": task.size}, detail=task.data_id) if task is not None else Found(None)

    def standing(self, step: Step, found: Found) -> Standing:
        """There may be data already: of an earlier run that was killed, or of somebody else."""
        if found.image is None:
            return Standing(conflict="the task is gone")
        size, wanted = found.image["size"], (step.gives or {}).get("size")
        if size is None:
            return Standing()
        if wanted in (None, size):
            return Standing(already=True)
        return Standing(conflict=f"the task has data already, of {size} frames and not {wanted}")

    def send(self, step: Step, found: Found) -> Sent:
        """Upload it, unless the server is still at work on what was sent before; never among other files.

        Raises:
            LeftoverError: the task holds, or is made of, what nobody knows to be these files. Nothing has been sent.
        """
        _, task_id = self.site.owner(step)
        session, stop = self.site.session, self.site.stop
        begun = found.detail is not None
        if begun and not Attempts(session, self.site.store, self.site.run).began_with(task_id, step.body):
            what = f"task {task_id} has no data yet, but somebody has begun to give it some, and not with these files"
            raise LeftoverError(what, status=409, hint="plan again: it is made anew, or the plan says what to do")
        running = running_request(session, task_id=task_id, operation=CREATING) if begun else None
        if running is not None:
            doing = f"the data of task {task_id} cannot be made"
            wait_for(session, running, doing, stop=stop, on_progress=self._told(step, "the server makes the frames"))
            return Sent()
        body = {name: value for name, value in step.body.items() if name != "files"}
        files = [(file.path, file.name) for file in files_of(step)]
        told = self._told(step, "sending the data")
        upload_data(session, task_id, body, files, stop=stop, on_progress=told, take_over=begun)
        return Sent()

    def under_way(self, step: Step) -> tuple[str, ...]:
        """The making of the task's frames."""
        running = running_request(self.site.session, task_id=self.site.owner(step)[1], operation=CREATING)
        return (running,) if running is not None else ()

    def arrived(self, step: Step, found: Found) -> bool:
        """Whether there is data, as much as planned."""
        size, wanted = (found.image or {}).get("size"), (step.gives or {}).get("size")
        return size is not None and wanted in (None, size)

    def gave(self, step: Step, found: Found) -> Image | None:
        """How much it is."""
        return found.image

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        owner = self.site.resolved(step)
        return f"POST /api/tasks/{owner.id if owner else None}/data"

    def _told(self, step: Step, words: str) -> OnProgress:
        return lambda fraction: self.site.told(step, fraction, words)


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine: what it is called on the server, and how large it was when the plan was made."""

    path: Path
    name: str
    size: int

    def changed(self) -> str | None:
        """What is not as it was, in words."""
        try:
            now = self.path.stat().st_size
        except OSError:
            return "is not there any more"
        return None if now == self.size else f"has {now} bytes now, and had {self.size} when the plan was made"


def files_of(step: Step) -> list[LocalFile]:
    """The files that a step sends."""
    files = step.body.get("files")
    said = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    return [LocalFile(Path(str(one["path"])), str(one["name"]), int(str(one["size"]))) for one in said]
