"""What earlier runs have begun to give an empty task: the very data that it is to get now, or other.

The server keeps what an attempt has sent, though it was cut or failed: it takes no name twice, and makes the task of
all that it has (CVAT's source: ClientFile, ServerFile, RemoteFile; TaskViewSet.upload_finished). So what was begun with
the same files is taken over; other files would come to lie among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from reconciler.cvat.requests import running_request
from reconciler.cvat.session import Session
from reconciler.errors import StateError
from reconciler.history.model import Run, WriteOutcome
from reconciler.history.runs import load_plan, load_step_records, runs
from reconciler.history.store import StateStore
from reconciler.plan.steps import Do, Image

CREATING = "create:task"
_NAMED = ("server_files", "remote_files", "cloud_storage_id")


@dataclass(frozen=True)
class Attempts:
    """What the runs of a state store have begun, before one of them or all of them."""

    session: Session
    store: StateStore
    run: str | None = None

    def began_with(self, task_id: int, body: Image) -> bool | None:
        """Whether the last run that sent data to a task sent these files, as they still are; None: nobody knows."""
        for earlier in sorted(runs(self.store), key=lambda one: one.id, reverse=True):
            if earlier.server.url != self.session.url or (self.run is not None and earlier.id >= self.run):
                continue
            try:
                sent = self._sent(earlier, task_id)
            except StateError:
                return None
            if sent:
                return any(_same(one, body, earlier) for one in sent)
        return None

    def under_way(self, task_id: int) -> bool:
        """Whether the server is at work on a task's data."""
        return running_request(self.session, task_id=task_id, operation=CREATING) is not None

    def _sent(self, run: Run, task_id: int) -> list[Image]:
        """The data requests that a run has begun to send to a task."""
        begun = {
            record.address
            for record in load_step_records(self.store, run.id)
            if record.do is Do.UPLOAD_DATA
            and record.outcome is WriteOutcome.STARTED
            and record.of is not None
            and record.of.id == task_id
        }
        steps = load_plan(self.store, run.id).plan.steps if begun else ()
        return [one.body for one in steps if one.do is Do.UPLOAD_DATA and one.address in begun]


def _same(sent: Image, body: Image, run: Run) -> bool:
    """Files by name and size, wherever they lie; one that was written since may be another."""
    began = run.started.timestamp()
    return _sources(sent) == _sources(body) and not any(_written_since(began, one) for one in _files(body))


def _written_since(moment: float, file: Image) -> bool:
    try:
        return Path(str(file["path"])).stat().st_mtime > moment
    except OSError:
        return True


def _sources(body: Image) -> list[JsonValue]:
    """What is sent or named."""
    files: list[JsonValue] = [[one["name"], one["size"]] for one in _files(body)]
    return [files, *(body.get(name) for name in _NAMED)]


def _files(body: Image) -> list[Image]:
    files = body.get("files")
    return [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
