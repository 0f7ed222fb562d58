"""A task's data: sent, and waited for until the server has made frames and jobs of it.

Small files go together, large ones by TUS. Each group is a POST that may be sent again: a group that arrived twice is
refused, and then its files go one by one, where the server says which it has (409). A file that it has although this
upload never sent it is left from another: taken only when the caller says so, because it may be of other content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

from pydantic import JsonValue

from reconciler.cvat.groups import Group, Sent, grouped
from reconciler.cvat.refusals import refusal
from reconciler.cvat.requests import OnProgress, Stopped, order_id, wait_for
from reconciler.cvat.sending import finish_upload, start_upload
from reconciler.cvat.server_names import with_server_names
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Answer, NoAnswer, Payload
from reconciler.cvat.tus import NameTakenError, send_file
from reconciler.errors import ServerError

_NAMED = frozenset({"server_files", "remote_files"})
"""What a request names; named once more, the database refuses it, a 500 (CVAT's ServerFile and RemoteFile)."""


class LeftoverError(ServerError):
    """An empty task holds files of an upload that was never finished, and nobody knows whether they are the same."""


def upload_data(
    session: Session,
    task_id: int,
    body: Mapping[str, JsonValue],
    files: Sequence[tuple[Path, str]],
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
    take_over: bool = False,
) -> None:
    """Give an empty task its data: `files` (path here, name on the server), or those that the body names.

    The server knows files of a person by their names without folders (`server_names`). With "sorting_method":
    "predefined" frames come in the order of `files`, unless the body has an `upload_file_order`. `take_over`: what an
    earlier attempt left in the task (files, and names of files elsewhere) is what is given here; otherwise it is a
    LeftoverError. The server takes each name but once, and keeps those of an attempt that failed (CVAT's models).

    Raises:
        WorkFailed: the server could not make a task of it; the task is still empty, and the upload can be repeated.
        ServerError: refused, or not reached.
        ReconcilerError: a file that cannot be sent, or two of one name.
        Stopped: `stop` is set.
    """
    upload = _Upload(session, task_id, stop, on_progress, take_over=take_over)
    rq_id = upload.run(*with_server_names(body, files))
    if rq_id is not None:
        wait_for(session, rq_id, upload.doing, stop=stop, on_progress=on_progress)


class _Upload:
    def __init__(
        self, session: Session, task_id: int, stop: Event, on_progress: OnProgress | None, *, take_over: bool
    ) -> None:
        self._session, self._stop, self._on_progress, self._take_over = session, stop, on_progress, take_over
        self._path = f"/api/tasks/{task_id}/data"
        self.doing = f"task {task_id} cannot be given its data"
        self._sent, self._total = 0, 0

    def run(self, body: dict[str, JsonValue], files: Sequence[Sent]) -> str | None:
        """Send all; gives the id of the request that makes the frames, None when they are made already."""
        if files:
            groups, single = grouped(files)
            self._total = sum(file.size for file in files)
            start_upload(self._session, self._path, self.doing)
            for group in groups:
                self._send_group(group, body)
            for file in single:
                self._send_single(file, tried=False)
        return self._finish(body)

    def _send_group(self, group: Group, body: Mapping[str, JsonValue]) -> None:
        if self._stop.is_set():
            raise Stopped(f"{self.doing}: stopped", hint="the task has no data yet")
        form: dict[str, str | tuple[str, bytes]] = {"image_quality": str(body.get("image_quality", 70))}
        form.update(group.fields())
        headers = {"Upload-Multiple": ""}
        try:
            answer: Answer | None = self._session.transport.exchange(
                "POST", self._path, payload=Payload.form(form), headers=headers, patient=True
            )
        except NoAnswer:
            answer = None
        # A name that is there is a 500 without words: the database takes each but once (CVAT's models.ClientFile).
        if answer is not None and not answer.ok and answer.status < 500:
            raise refusal(self.doing, answer)
        if answer is None or not answer.ok:
            for file in group.files:
                self._send_single(file, tried=answer is None or answer.status in (502, 503, 504))
        else:
            self._tell(group.size)

    def _send_single(self, file: Sent, *, tried: bool) -> None:
        before = self._sent
        try:
            send_file(
                self._session,
                self._path,
                file.path,
                file.name,
                stop=self._stop,
                on_bytes=lambda n: self._tell(n, before),
            )
        except NameTakenError:
            if not tried and not self._take_over:
                raise LeftoverError(
                    f"{self.doing}: it holds {file.name} of an upload that was not finished",
                    status=409,
                    hint="the task is empty: delete it, and have it made again",
                ) from None
        self._sent = before
        self._tell(file.size)

    def _tell(self, size: int, before: int | None = None) -> None:
        self._sent = (self._sent if before is None else before) + size
        if self._on_progress is not None:
            self._on_progress(min(1.0, self._sent / self._total))

    def _finish(self, body: Mapping[str, JsonValue]) -> str | None:
        """Order the frames. Sent again when the answer was lost: what is under way or done already, the server says."""
        if self._stop.is_set():
            raise Stopped(f"{self.doing}: stopped", hint="the task has no data yet")
        again = False
        try:
            answer = finish_upload(self._session, self._path, self.doing, body=dict(body))
        except ServerError:
            again = True
            answer = finish_upload(self._session, self._path, self.doing, body=dict(body))
        if answer.status == 500 and _NAMED & body.keys() and (again or self._take_over):
            known = {key: value for key, value in body.items() if key not in _NAMED}
            answer = finish_upload(self._session, self._path, self.doing, body=known)
        if again and answer.status == 400 and b"Adding more data is not supported" in answer.body:
            return None  # what it says of a task that has data (recordings/life.json)
        if answer.status == 500 and _NAMED & body.keys():
            what = f"{self.doing}: the server failed (500), perhaps because an earlier attempt named the same files"
            raise ServerError(what, status=500, hint="if the task is empty, delete it, and have it made again")
        if not answer.ok and answer.status != 409:
            raise refusal(self.doing, answer)
        return order_id(answer, self.doing)
