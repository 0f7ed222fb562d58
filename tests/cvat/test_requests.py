from __future__ import annotations

from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from reconciler.cvat import Reader, Session
from reconciler.cvat.backups import export_backup
from reconciler.cvat.requests import Finished, Ordered, Stopped, WorkFailed, ended, order, running_request, wait_for
from reconciler.cvat.uploading import upload_data
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from . import made
from .scripted import HTML, Says, ScriptedServer

RQ = "action=create&target=task&target_id=7"
PATH = "/api/requests/action%3Dcreate%26target%3Dtask%26target_id%3D7"


def says(status: str, **more: object) -> Says:
    return Says(body={"id": RQ, "status": status, "message": "", "progress": 0.0, **more})


def wait(session: Session, **options: object) -> Finished:
    return wait_for(session, RQ, "task 7 cannot be made", stop=Event(), **options)  # type: ignore[arg-type]


def test_until_it_is_finished(server: ScriptedServer, session: Session) -> None:
    seen: list[float | None] = []
    server.then(
        PATH,
        says("queued"),
        says("started", progress=0.5),
        says("pondering"),  # a word of a later server
        says("finished", result_url="http://elsewhere/x", result_id=9, message="done\n"),
    )
    assert wait(session, on_progress=seen.append) == Finished("http://elsewhere/x", 9, "done")
    assert seen == [None, 0.5, None]


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("ValueError: No media data found\n", "ValueError: No media data found"),
        ("Traceback (most recent call last):\n  File …\nOSError: No space left\n\n", "OSError: No space left"),
        ("", "the server does not say why"),
        (None, "the server does not say why"),
        ("x" * 1000, "x" * 299 + "…"),
    ],
)
def test_the_cause_is_the_last_line(server: ScriptedServer, session: Session, message: str | None, cause: str) -> None:
    server.answers[PATH] = says("failed", message=message)
    with pytest.raises(WorkFailed) as caught:
        wait(session)
    assert str(caught.value) == f"task 7 cannot be made: {cause}"


@pytest.mark.parametrize(("status", "said"), [("stopped", "stopped"), ("canceled", "cancelled")])
def test_what_is_broken_off_on_the_server_is_not_waited_for(
    server: ScriptedServer, session: Session, status: str, said: str
) -> None:
    """RQ's own states come through as they are, however seldom (CVAT's source: RequestSerializer)."""
    server.then(PATH, says("started"), says(status))
    with pytest.raises(WorkFailed, match=f"^task 7 cannot be made: it was {said} on the server") as caught:
        wait(session)
    assert caught.value.hint is not None


@pytest.mark.parametrize("last", [says("failed"), says("canceled"), Says(404, {"detail": "Not found."})])
def test_the_end_of_somebody_elses_work_is_an_end(server: ScriptedServer, session: Session, last: Says) -> None:
    server.then(PATH, says("started"), last)
    assert ended(session, RQ, "it cannot be waited for", stop=Event()) is None
    server.then(PATH, says("finished"))
    assert ended(session, RQ, "it cannot be waited for", stop=Event()) is not None
    server.then(PATH, Says(500, HTML, "text/html"))
    with pytest.raises(ServerError, match="it cannot be waited for: the server failed"):
        ended(session, RQ, "it cannot be waited for", stop=Event())


def test_when_it_began(server: ScriptedServer, session: Session) -> None:
    made_then, begun_then = "2026-03-01T10:00:00.5Z", "2026-03-01T10:00:07Z"
    server.answers[PATH] = says("finished", created_date=made_then, started_date=begun_then)
    assert wait(session).began == datetime.fromisoformat(begun_then)
    server.answers[PATH] = says("finished", created_date=made_then, started_date=None)
    assert wait(session).began == datetime.fromisoformat(made_then)


def test_a_request_that_vanished(server: ScriptedServer, session: Session) -> None:
    server.then(PATH, says("started"), Says(404, {"detail": "Not found."}))
    with pytest.raises(ServerError, match="the server no longer knows the request that does it") as caught:
        wait(session)
    assert caught.value.status == 404


def test_a_server_that_breaks_meanwhile(server: ScriptedServer, session: Session) -> None:
    server.then(PATH, says("started"), Says(500, HTML, "text/html"))
    with pytest.raises(ServerError, match=r"task 7 cannot be made: the server failed \(500\)"):
        wait(session)


def test_a_hiccup_is_sat_out(server: ScriptedServer, session: Session) -> None:
    server.then(PATH, Says(502, HTML, "text/html"), Says(hang_up=True), says("finished"))
    assert wait(session).result_id is None


def test_time_is_up(server: ScriptedServer, session: Session) -> None:
    server.answers[PATH] = says("started")
    with pytest.raises(ServerError, match=r"not finished after 0\.05 seconds") as caught:
        wait(session, timeout=0.05)
    assert caught.value.status == 0


def test_stop_leaves_the_work_to_the_server(server: ScriptedServer, session: Session) -> None:
    server.answers[PATH] = says("started")
    stop = Event()
    stop.set()
    with pytest.raises(Stopped, match="stopped while the server works on it"):
        wait_for(session, RQ, "task 7 cannot be made", stop=stop)
    server.answers[PATH] = says("finished")
    assert wait_for(session, RQ, "task 7 cannot be made", stop=stop).result_url is None


def test_stop_comes_in_the_middle(server: ScriptedServer, session: Session) -> None:
    server.answers[PATH] = says("started")
    stop = Event()
    with pytest.raises(Stopped):
        wait_for(session, RQ, "task 7 cannot be made", stop=stop, on_progress=lambda _: stop.set())


def test_work_under_way_is_attached_to(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path)
    path = f"/api/tasks/{task.id}/backup/export"

    def export() -> None:
        export_backup(admin, task.id, tmp_path / "b.zip", stop=Event())

    with sandbox.held():
        first = order(admin, path, "no backup")
        second = order(admin, path, "no backup")
        assert (first.attached, second) == (False, Ordered(first.rq_id, attached=True))
        thread = Thread(target=export)
        thread.start()
    thread.join()
    assert (tmp_path / "b.zip").stat().st_size > 0


def test_what_runs_on_a_task(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.empty_task(admin)
    assert running_request(admin, task_id=task.id, operation="create:task") is None
    stop = Event()
    with sandbox.held("queued"):
        with pytest.raises(Stopped):
            upload_data(
                admin,
                task.id,
                made.DATA,
                made.pictures(tmp_path, "a.png"),
                stop=stop,
                on_progress=lambda share: stop.set() if share is None else None,
            )
        rq_id = running_request(admin, task_id=task.id, operation="create:task")
        assert rq_id is not None
        assert running_request(admin, task_id=task.id, operation="export:backup") is None
    wait_for(admin, rq_id, "no data", stop=Event())
    found = Reader(admin).task(task.id)
    assert found is not None
    assert found.size == 1
    assert running_request(admin, task_id=task.id, operation="create:task") is None


def test_an_order_that_names_no_request(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/x"] = Says(409, {"detail": "busy"})
    with pytest.raises(ServerError, match="no backup: the answer is not CVAT's JSON"):
        order(session, "/api/x", "no backup")
