"""One step, from the look before it to the certainty after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reconciler.apply.outage import NO_SERVER
from reconciler.apply.steps.copying import Copying
from reconciler.apply.steps.made import NotMade
from reconciler.apply.steps.operation import Found, Operation, Sent
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.site import Site
from reconciler.cvat.requests import LostSight, Stopped, StoppedWaiting, WorkFailed
from reconciler.errors import ConflictError, ReconcilerError, ServerError
from reconciler.history.model import WriteOutcome
from reconciler.plan.steps import Step

GOES_ON = "stopped while the server works on it; it goes on there, and the next run, or a rollback, waits for it"
NOT_DONE = "stopped before it was done"
MAY_GO_ON = "the server may still be at work on it; the next run, or a rollback, finds out"


@dataclass(frozen=True)
class OneStep:
    """One step of a plan. `announce` hears of it just before it is sent; what it raises is not caught."""

    step: Step
    operation: Operation
    site: Site
    copying: Copying
    announce: Callable[[StepResult], None]

    def attempt(self) -> StepResult:
        """Look, copy what would be destroyed, look again, send, and look whether it arrived."""
        try:
            return self._attempt()
        except NotMade as missing:
            return self._result(WriteOutcome.SKIPPED, message=str(missing))

    def _attempt(self) -> StepResult:
        try:
            found = self.operation.look(self.step)
        except ServerError as error:
            what = f"could not be read just before its step: {error.what}"
            return self._result(WriteOutcome.FAILED, status=error.status, message=what)
        except ReconcilerError as error:
            return self._result(WriteOutcome.FAILED, message=error.what, answered=True)
        if (ended := self._not_to_be_done(found)) is not None:
            return ended
        copied = None
        if wanted := self.operation.to_copy(self.step, found):
            try:
                self.site.told(self.step, None, "copying what would be destroyed")
                copied = self.copying.copy(wanted)
                found, before = self.operation.look(self.step), found
            except Stopped:
                message = "stopped before its copy was whole: nothing was destroyed"
                return self._result(WriteOutcome.SKIPPED, found, message=message)
            except ReconcilerError as error:
                cause = error if isinstance(error, ServerError) else error.__cause__  # what a CopyError came from
                status = error.status if isinstance(error, ServerError) else None
                answered = not isinstance(cause, ServerError) or cause.status not in NO_SERVER
                message = f"not copied, so nothing was destroyed: {error.what}"
                return self._result(WriteOutcome.FAILED, found, status=status, message=message, answered=answered)
            if (ended := self._not_to_be_done(found)) is not None:
                return replace(ended, copied=copied)
            if found.image != before.image:
                message = "changed by somebody else while it was copied"
                return self._result(WriteOutcome.CONFLICT, found, message=message, copied=copied)
        return replace(self._carry_out(found, copied), copied=copied)

    def _not_to_be_done(self, found: Found) -> StepResult | None:
        standing = self.operation.standing(self.step, found)
        if standing.conflict is not None:
            return self._result(WriteOutcome.CONFLICT, found, message=standing.conflict)
        if standing.already:
            gave = self.operation.gave(self.step, found)
            return replace(self._result(WriteOutcome.ALREADY, found), gave=gave)
        return None

    def _carry_out(self, found: Found, copied: str | None) -> StepResult:
        started = self._result(WriteOutcome.STARTED, found, copied=copied)
        self.announce(replace(started, beside=found.all_of_name))
        try:
            sent = self.operation.send(self.step, found)
        except Stopped as stopped:
            return self._after_stop(found, stopped)
        except WorkFailed as error:
            return self._result(WriteOutcome.FAILED, found, message=error.what, answered=True)
        except ServerError as error:
            return self._after_failure(found, error)
        except ConflictError as error:
            return self._result(WriteOutcome.CONFLICT, found, message=error.what)
        except ReconcilerError as error:
            return self._result(WriteOutcome.FAILED, found, message=error.what, answered=True)
        return self._proven(found, sent)

    def _proven(self, before: Found, sent: Sent) -> StepResult:
        """What the server took is looked at: some of it may have been dropped without a word (FACTS §4)."""
        ended = replace(
            self._result(WriteOutcome.WRITTEN, before, message=sent.note),
            id=sent.id if sent.id is not None else before.id,
            replaced=sent.replaced,
            gave=self.operation.gives(self.step),
        )
        if sent.short is not None:
            ended = replace(ended, outcome=WriteOutcome.FAILED, message=sent.short, answered=True)
        try:
            after = self.operation.look(self.step, sent.id)
        except ReconcilerError:
            return ended  # it is read again once more when all is done, and then told
        return replace(ended, gave=self.operation.gave(self.step, after))

    def _after_stop(self, before: Found, stopped: Stopped) -> StepResult:
        """What a person has stopped may be half sent, under way at the server, or done meanwhile: the server tells.

        Where it does not tell whose work it shows, what was not ordered yet was not done.
        """
        if not (self.operation.is_recognised or isinstance(stopped, StoppedWaiting)):
            return self._result(WriteOutcome.SKIPPED, before, message=NOT_DONE)
        try:
            under_way = self.operation.under_way(self.step)
            if under_way:
                return self._unsettled(self._result(WriteOutcome.UNKNOWN, before, message=GOES_ON), before, under_way)
            after = self.operation.look(self.step, None, before.all_of_name)
        except (ReconcilerError, NotMade):
            return self._unsettled(self._result(WriteOutcome.UNKNOWN, before, message=MAY_GO_ON), before)
        if self.operation.arrived(self.step, after):
            return self._arrived(after)
        return self._result(WriteOutcome.SKIPPED, before, message=NOT_DONE)

    def _arrived(self, after: Found) -> StepResult:
        return replace(self._result(WriteOutcome.WRITTEN, after), gave=self.operation.gave(self.step, after))

    def _unsettled(self, result: StepResult, before: Found, under_way: tuple[str, ...] = ()) -> StepResult:
        """What the server does with it is seen by whoever comes next, as of a run that was killed."""
        return replace(result, unsettled=True, under_way=under_way, beside=before.all_of_name)

    def _after_failure(self, before: Found, error: ServerError) -> StepResult:
        """Only a look tells whether it arrived. A creation is never sent again before that: it would be made twice.

        Even a refusal may come after it arrived: a PATCH whose connection broke is sent again by the transport, and a
        label that is there already is refused then. What has not arrived is as the refusal (3xx, 4xx) says. What the
        server does in the background may still be to come, whatever the answer to a question about it was.
        """
        status, words = error.status or None, error.what
        failed = self._result(WriteOutcome.FAILED, before, status=status, message=words)
        refused = 300 <= error.status < 500 and not isinstance(error, LostSight)
        unknown = replace(failed, outcome=WriteOutcome.UNKNOWN)
        if refused and not self.operation.is_recognised:
            return failed
        try:
            if not refused and (under_way := self.operation.under_way(self.step)):
                told = replace(unknown, message=f"{words}; {MAY_GO_ON}")
                return self._unsettled(told, before, under_way)
            after = self.operation.look(self.step, None, before.all_of_name)
        except (ReconcilerError, NotMade):
            if self.operation.in_background:
                return self._unsettled(replace(unknown, message=f"{words}; {MAY_GO_ON}"), before)
            return failed if refused else unknown
        if self.operation.arrived(self.step, after):
            if self.operation.is_recognised:
                return self._arrived(after)
            return self._unsettled(replace(unknown, message=f"{words}; {MAY_GO_ON}"), before)
        if refused or self.operation.untouched(self.step, after):
            return failed
        return replace(unknown, id=after.id)

    def _result(
        self,
        outcome: WriteOutcome,
        found: Found | None = None,
        *,
        status: int | None = None,
        message: str | None = None,
        copied: str | None = None,
        answered: bool = False,
    ) -> StepResult:
        number = found.id if found is not None else None
        if number is None and self.step.kind != "label":
            number = self.step.id
        return StepResult(
            step=self.step,
            outcome=outcome,
            id=number,
            of=self.site.resolved(self.step),
            status=status or None,
            message=message,
            copied=copied,
            request=self.operation.request(self.step, number),
            answered=answered,
        )
