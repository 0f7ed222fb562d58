"""A task's annotations: replaced, added to, imported. What the server drops without a word is found by reading again.

Others may be annotating at the same time. What replaces is only sent if everything is as the plan found it, and what
was there comes back when not all arrives; what adds only adds what is not there, whatever others have done.
"""

from __future__ import annotations

from collections.abc import Collection
from threading import Event

from reconciler.annotations.server import to_server
from reconciler.annotations.whole import WholeTask
from reconciler.apply.steps.contents import Contents, read_contents
from reconciler.apply.steps.cut_imports import cut_off_before
from reconciler.apply.steps.lacking import Parts, dropped, held_by, lacking_in, outside_of, short_of
from reconciler.apply.steps.loading import completed, file_of, wanted_annotations
from reconciler.apply.steps.operation import Found, Operation, Sent, Standing, ToCopy
from reconciler.cvat.annotations import (
    add_annotations,
    add_job_annotations,
    import_annotations,
    put_annotations,
    put_job_annotations,
)
from reconciler.cvat.models import Task
from reconciler.cvat.requests import running_request
from reconciler.errors import ReconcilerError, ServerError
from reconciler.plan.steps import Image, Step

_IMPORTING = "import:annotations"
_PUT_BACK = "what was there before has been put back"


class AnnotationsOperation(Operation):
    """What all of them have in common: they look at all annotations of the task."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """How much there is, and its digest."""
        task = self.task(step)
        if task is None:
            return Found(None)
        contents = read_contents(self.site.reader, task)
        return Found(contents.image, detail=contents)

    def standing(self, step: Step, found: Found) -> Standing:
        """A task that is gone is a conflict, whatever is to be done."""
        return Standing(conflict="the task is gone") if found.image is None else super().standing(step, found)

    def to_copy(self, step: Step, found: Found) -> ToCopy:
        """What is replaced; and what is added to, for nothing else tells the two apart when it is taken back."""
        has_some = isinstance(found.detail, Contents) and any(held for _, held in found.detail.whole.parts)
        return ToCopy(tasks=(self.task_id(step),)) if has_some else ToCopy()

    def gave(self, step: Step, found: Found) -> Image | None:
        """How much there is now."""
        return found.image

    def task_id(self, step: Step) -> int:
        """Of which task."""
        return self.site.owner(step)[1]

    def task(self, step: Step) -> Task | None:
        """The task, if it is there."""
        return self.site.reader.task(self.task_id(step))

    def now(self, step: Step) -> Contents:
        """What is there, read once more."""
        task = self.task(step)
        if task is None:
            raise ReconcilerError("the task is gone")
        return read_contents(self.site.reader, task)

    def wanted(self, step: Step, contents: Contents) -> WholeTask:
        """What is to be there, with what the server fills in.

        Raises:
            ReconcilerError: it cannot be: a label or a frame is not the task's. Nothing has been sent.
        """
        whole = wanted_annotations(self.site.store, step)
        task = self.task(step)
        size = task.size if task is not None and task.size else 0
        if outside := whole.task.beyond(size):
            short = short_of([(None, outside)], whole)
            raise ReconcilerError(f"{short} cannot be there: {outside_of(outside, size)}")
        return completed(self.site.with_current_jobs(whole), contents.ids)

    def put(self, step: Step, whole: WholeTask, contents: Contents) -> None:
        """Replace those of the task, and of the jobs that hold their own."""
        for job, held in whole.parts:
            body = to_server(held, contents.ids)
            if job is None:
                put_annotations(self.site.session, self.task_id(step), body)
            else:
                put_job_annotations(self.site.session, job, body)

    def brought_back(self, step: Step, before: Contents) -> bool:
        """After a failure: whether something of what was there was gone, and has been put back.

        An import that fails leaves what was there (recorded); what is sent in several parts may fail between them.
        """
        try:
            after = self.now(step)
        except ServerError:
            return False
        if not lacking_in(before.whole, after.whole):
            return False
        self.put(step, before.whole, after)
        return True

    def add(self, step: Step, lacking: Parts, contents: Contents) -> None:
        """Add what is missing, in groups apart from those that are there."""
        for job, some in lacking:
            body = to_server(some.apart_from(held_by(contents.whole, job)), contents.ids)
            if job is None:
                add_annotations(self.site.session, self.task_id(step), body)
            else:
                add_job_annotations(self.site.session, job, body)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        owner = self.site.resolved(step)
        return f"{self.method} /api/tasks/{owner.id if owner else None}/annotations"

    method = "PUT"


class PutAnnotations(AnnotationsOperation):
    """All annotations are replaced."""

    def send(self, step: Step, found: Found) -> Sent:
        """Send them, and put back what was there if not all arrives."""
        before: Contents = found.detail
        wanted = self.wanted(step, before)
        try:
            self.put(step, wanted, before)
        except ServerError as error:
            if not lacking_in(wanted, self.now(step).whole):
                return Sent()  # only its answer was lost
            if self.brought_back(step, before):
                raise ServerError(f"{error.what}; {_PUT_BACK}", status=error.status, hint=error.hint) from error
            raise
        lacking = lacking_in(wanted, self.now(step).whole)
        if not lacking:
            return Sent()
        short = dropped(lacking, wanted)
        if before.whole.task:
            self.put(step, before.whole, before)
            short += f"; {_PUT_BACK}"
        return Sent(short=short)


class AddAnnotations(AnnotationsOperation):
    """What is not there yet is added. What others have done meanwhile does not matter."""

    method = "PATCH"

    def standing(self, step: Step, found: Found) -> Standing:
        """It is done when nothing of it is missing."""
        if found.image is None:
            return Standing(conflict="the task is gone")
        return Standing(already=self.arrived(step, found))

    def arrived(self, step: Step, found: Found) -> bool:
        """Whether all of it is there."""
        if not isinstance(found.detail, Contents):
            return False
        try:
            wanted = self.wanted(step, found.detail)
        except ServerError:
            raise
        except ReconcilerError:
            return False  # it cannot be sent either, and says so then
        return not lacking_in(wanted, found.detail.whole)

    def send(self, step: Step, found: Found) -> Sent:
        """Send what is missing, and look whether all of it is there then."""
        now: Contents = found.detail
        wanted = self.wanted(step, now)
        self.add(step, lacking_in(wanted, now.whole), now)
        if lacking := lacking_in(wanted, self.now(step).whole):
            return Sent(short=dropped(lacking, wanted))
        return Sent()


class ImportAnnotations(AnnotationsOperation):
    """A file is imported: the server makes annotations of it, and replaces what is there.

    Where nothing is to be destroyed, what was there before is added again afterwards.
    """

    method = "POST"
    in_background = True

    def standing(self, step: Step, found: Found) -> Standing:
        """What comes of it only the server knows; so only what was there can be compared."""
        if found.image is None:
            return Standing(conflict="the task is gone")
        if not self.untouched(step, found):
            return Standing(conflict="its annotations were changed by somebody else since the plan")
        return Standing()

    def arrived(self, step: Step, found: Found) -> bool:
        """Something else is there than before: more than that cannot be said."""
        return found.image is not None and not self.untouched(step, found)

    def send(self, step: Step, found: Found) -> Sent:
        """Import it, then add what was there before, unless it was to be replaced."""
        before: Contents = found.detail
        cut_off = self._cut_off_before(step) if step.destroys is None else None
        keeps = step.destroys is None and (bool(before.whole.task) or cut_off is not None)
        # Between the import and the adding nobody may stop: what was there would be gone, but for the copy.
        stop = Event() if keeps else self.site.stop
        try:
            import_annotations(
                self.site.session,
                self.task_id(step),
                file_of(self.site.store, step),
                str(step.body["format"]),
                stop=stop,
                on_progress=lambda fraction: self.site.told(step, fraction, "the server imports the annotations"),
            )
        except ServerError as error:
            if before.whole.task and self.brought_back(step, before):
                told = f"{error.what}; {_PUT_BACK}"
                raise type(error)(told, status=error.status, hint=error.hint) from error
            raise
        return self._with_what_was_there(step, before, cut_off) if keeps else Sent()

    def under_way(self, step: Step) -> tuple[str, ...]:
        """The import into this task."""
        running = running_request(self.site.session, task_id=self.task_id(step), operation=_IMPORTING)
        return (running,) if running is not None else ()

    def _cut_off_before(self, step: Step) -> WholeTask | None:
        site = self.site
        lost = cut_off_before(site.store, site.run, self.task_id(step), site.session.url)
        return site.with_current_jobs(lost) if lost is not None else None

    def _with_what_was_there(self, step: Step, before: Contents, cut_off: WholeTask | None) -> Sent:
        after = self.now(step)
        self.add(step, lacking_in(before.whole, after.whole), after)
        if cut_off is not None:
            after = self.now(step)
            self.add(step, lacking_in(cut_off.fitted(after.ids), after.whole), after)
        if lost := lacking_in(before.whole, self.now(step).whole):
            what = short_of(lost, before.whole)
            return Sent(short=f"{what} that were there before did not come back; they are in the copy")
        return Sent()
