"""A task's annotations imported from a file in one of the formats that the server reads."""

from __future__ import annotations

from threading import Event

from reconciler.annotations.whole import WholeTask
from reconciler.apply.steps.annotations import PUT_BACK, AnnotationsOperation
from reconciler.apply.steps.contents import Contents
from reconciler.apply.steps.cut_imports import cut_off_before
from reconciler.apply.steps.lacking import lacking_in, short_of
from reconciler.apply.steps.loading import file_of
from reconciler.apply.steps.operation import Found, Sent, Standing
from reconciler.cvat.importing import IMPORTING, import_annotations
from reconciler.cvat.requests import LostSight, Stopped, WorkFailed, ended, running_request
from reconciler.errors import ConflictError, ServerError
from reconciler.plan.steps import Step


class ImportAnnotations(AnnotationsOperation):
    """A file is imported: the server makes annotations of it, and replaces what is there.

    Where nothing is to be destroyed, what was there before is added again afterwards.
    """

    method = "POST"
    in_background = True
    is_recognised = False

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
                after_another=lambda rq_id: self._after_another(step, rq_id),
                stop=stop,
                on_progress=lambda fraction: self.site.told(step, fraction, "the server imports the annotations"),
            )
        except ServerError as error:
            # A refused order has begun nothing. Whatever is heard while it is waited for comes after that.
            refused = not isinstance(error, WorkFailed | LostSight) and 300 <= error.status < 500
            if not refused and before.whole.task and self.brought_back(step, before):
                told = f"{error.what}; {PUT_BACK}"
                raise type(error)(told, status=error.status, hint=error.hint) from error
            raise
        return self._with_what_was_there(step, before, cut_off) if keeps else Sent()

    def under_way(self, step: Step) -> tuple[str, ...]:
        """The import into this task."""
        running = running_request(self.site.session, task_id=self.task_id(step), operation=IMPORTING)
        return (running,) if running is not None else ()

    def _after_another(self, step: Step, rq_id: str) -> None:
        """Somebody else imports into the task: what comes of that counts as what they have annotated.

        Raises:
            ConflictError: the annotations are not any more what the plan found; or it could not be waited for.
        """
        self.site.told(step, None, "waiting for another import into the task")
        doing = f"another import into task {self.task_id(step)} cannot be waited for"
        try:
            ended(self.site.session, rq_id, doing, stop=self.site.stop)
            found = self.look(step)
        except Stopped:
            raise ConflictError("another import into the task is under way; it was not waited for to its end") from None
        except ServerError as error:  # no failure of one's own, after which others' work would be looked at
            raise ConflictError(f"another import into the task is under way; {error.what}") from error
        if (conflict := self.standing(step, found).conflict) is not None:
            raise ConflictError(f"another import into the task came first: {conflict}")

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
