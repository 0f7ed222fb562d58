"""One write, from the look before it to the certainty after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from reconciler.apply.rereading import only
from reconciler.cvat.reading import Reader
from reconciler.cvat.writing import Writer
from reconciler.errors import ServerError
from reconciler.history.model import WriteOutcome
from reconciler.plan.begun import BEGUN, begun_tasks, resting_on_it
from reconciler.plan.model import Change, Write
from reconciler.plan.state import State, job_seen, task_state


@dataclass(frozen=True)
class Result:
    """What became of one write. `status` is the HTTP status of a refusal, `message` the server's own words."""

    change: Change
    index: int
    write: Write
    outcome: WriteOutcome
    status: int | None = None
    message: str | None = None

    @property
    def answered(self) -> bool:
        """Whether it failed for another reason than the server's answer: never."""
        return False


@dataclass(frozen=True)
class OneWrite:
    """One write of a change. `announce` hears of it just before it is sent; what it raises is not caught."""

    change: Change
    index: int
    write: Write
    reader: Reader
    writer: Writer
    announce: Callable[[Result], None]

    def attempt(self) -> Result:
        """Look, write, and where the answer leaves it open, look again."""
        try:
            found = look(self.change, self.reader)
        except ServerError as error:
            return self._result(
                WriteOutcome.FAILED, error.status, f"could not be read just before its write: {error.what}"
            )
        if found is None:
            return self._result(WriteOutcome.CONFLICT, message="it is gone")
        now = only(found, self.write.expect)
        if now != self.write.expect and now == self.write.gives:
            return self._result(WriteOutcome.ALREADY)
        if differing := self._differing(found):
            return self._result(WriteOutcome.CONFLICT, message=f"changed by somebody else since the plan: {differing}")
        self.announce(self._result(WriteOutcome.STARTED))
        try:
            self._send()
        except ServerError as error:
            return self._after_failure(error)
        return self._result(WriteOutcome.WRITTEN)

    def _differing(self, found: State) -> str:
        """What is not as the plan found it: what is written over, and what the selection tested of this object."""
        own = f"{self.change.kind}."
        tested = {name.removeprefix(own): value for name, value in self.change.rests_on.items() if name.startswith(own)}
        expected: dict[str, JsonValue] = tested | self.write.expect
        return ", ".join(
            f"{field} is {found.get(field)!r}" for field, value in expected.items() if found.get(field) != value
        )

    def _send(self) -> None:
        if self.change.kind == "task":
            self.writer.patch_task(self.change.id, self.write.body)
        else:
            self.writer.patch_job(self.change.id, self.write.body)

    def _after_failure(self, error: ServerError) -> Result:
        """A refusal (3xx, 4xx) is final. After anything else only a look tells whether it arrived.

        That is a broken connection, a failing server, and a success whose body is not CVAT's (a cut answer, a proxy).
        """
        status, words = error.status or None, error.what
        if 300 <= error.status < 500:
            return self._result(WriteOutcome.FAILED, status, words)
        try:
            found = look(self.change, self.reader)
        except ServerError:
            return self._result(WriteOutcome.UNKNOWN, status, words)
        if found is None or self.write.gives == self.write.expect:  # nothing there to tell by
            return self._result(WriteOutcome.UNKNOWN, status, words)
        now = only(found, self.write.gives)
        if now == self.write.gives:
            return self._result(WriteOutcome.WRITTEN)
        if now == self.write.expect:
            return self._result(WriteOutcome.FAILED, status, words)
        return self._result(WriteOutcome.UNKNOWN, status, words)

    def _result(self, outcome: WriteOutcome, status: int | None = None, message: str | None = None) -> Result:
        return Result(self.change, self.index, self.write, outcome, status or None, message)


def look(change: Change, reader: Reader) -> State | None:
    """The object that a change is about, as it is now; None if it is gone."""
    if change.kind == "task":
        task = reader.task(change.id)
        if task is None:
            return None
        state = task_state(task)
        if asked := resting_on_it([change]):
            state[BEGUN] = bool(begun_tasks(reader, asked))
        return state
    job = reader.job(change.id)
    return job_seen(job) if job is not None else None
