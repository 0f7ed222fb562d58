from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from pydantic import JsonValue

from reconciler.cvat import Reader, Session, groups, tus
from reconciler.cvat.requests import Stopped, WorkFailed
from reconciler.cvat.uploading import LeftoverError, upload_data
from reconciler.errors import ReconcilerError, ServerError
from reconciler.sandbox import Sandbox

from . import made
from .conftest import Connect
from .scripted import HTML, Says, ScriptedServer

DATA = "/api/tasks/7/data"
NAMES = ("b.png", "a.png", "c.png")


def names(session: Session, task: int) -> tuple[str, ...]:
    meta = Reader(session).data_meta(task)
    return meta.names if meta is not None else ()


def upload(session: Session, task: int, folder: Path, *files: str, **body: JsonValue) -> None:
    upload_data(session, task, {**made.DATA, **body}, made.pictures(folder, *(files or NAMES)), stop=Event())


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, and goes in parts."""
    monkeypatch.setattr(groups, "_MOST_BYTES", 10)
    monkeypatch.setattr(tus, "CHUNK", 50)
    monkeypatch.setattr(tus, "_PAUSE", 0.0)


@pytest.mark.parametrize("version", ["2.54", "2.80"])
def test_small_files_go_together(connect_to: Connect, tmp_path: Path, version: str) -> None:
    seen: list[float | None] = []
    with Sandbox.start(seed="street", tasks=1, server_version=version) as sandbox:
        session = connect_to(sandbox.url, token=sandbox.token)
        task = made.empty_task(session)
        sandbox.requests.clear()
        files = made.pictures(tmp_path, *NAMES)
        upload_data(session, task.id, made.DATA, files, stop=Event(), on_progress=seen.append)
        sent = [asked for asked in sandbox.requests if asked.path.endswith("/data")]
        assert len(sent) == 3
        assert ["upload-start" in sent[0].headers, "upload-multiple" in sent[1].headers] == [True, True]
        assert "upload-finish" in sent[2].headers
        assert seen[:1] == [1.0]
        assert names(session, task.id) == ("a.png", "b.png", "c.png")


def test_files_that_were_sent_by_anyone(anyone: Session, tmp_path: Path, one_by_one: None) -> None:
    task = made.empty_task(anyone)
    upload(anyone, task.id, tmp_path)
    found = Reader(anyone).task(task.id)
    assert found is not None
    assert (found.size, found.organization_id, names(anyone, task.id)) == (3, 1, ("a.png", "b.png", "c.png"))


def test_predefined_keeps_the_given_order(admin: Session, tmp_path: Path) -> None:
    """With folders here, without on the server; one name that no form can hold goes by itself, in its place."""
    task = made.empty_task(admin)
    upload(admin, task.id, tmp_path, "night/c.png", "100%.png", "day/a.png", sorting_method="predefined")
    assert names(admin, task.id) == ("c.png", "100%.png", "a.png")


def test_an_order_of_the_persons_own(admin: Session, tmp_path: Path) -> None:
    task = made.empty_task(admin)
    order: list[JsonValue] = ["night/b.png", "day/a.png"]
    upload(admin, task.id, tmp_path, "day/a.png", "night/b.png", sorting_method="predefined", upload_file_order=order)
    assert names(admin, task.id) == ("b.png", "a.png")


def test_files_that_make_the_jobs(admin: Session, tmp_path: Path) -> None:
    task = made.empty_task(admin, segment_size=0)
    jobs: list[JsonValue] = [["x/c.png"], ["x/a.png", "x/b.png"]]
    upload(admin, task.id, tmp_path, "x/a.png", "x/b.png", "x/c.png", job_file_mapping=jobs)
    assert [(job.start_frame, job.stop_frame) for job in Reader(admin).jobs_of_tasks([task.id])] == [(0, 0), (1, 2)]
    assert names(admin, task.id) == ("c.png", "a.png", "b.png")


def test_parameters_arrive(admin: Session, tmp_path: Path) -> None:
    task = made.empty_task(admin)
    upload(admin, task.id, tmp_path, start_frame=1, frame_filter="step=1", image_quality=55)
    meta = Reader(admin).data_meta(task.id)
    assert meta is not None
    assert (meta.names, meta.image_quality, meta.start_frame) == (("b.png", "c.png"), 55, 1)


def test_the_servers_own_files(connect_to: Connect, tmp_path: Path) -> None:
    made.pictures(tmp_path / "share", "set/a.png", "set/b.png")
    with Sandbox.start(seed="street", tasks=1, share=tmp_path / "share") as sandbox:
        session = connect_to(sandbox.url, token=sandbox.token)
        task = made.empty_task(session)
        upload_data(session, task.id, {**made.DATA, "server_files": ["set/"]}, [], stop=Event())
        assert len(names(session, task.id)) == 2


def test_many_files_in_several_groups(
    sandbox: Sandbox, admin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "_MOST_FILES", 2)
    task = made.empty_task(admin)
    upload(admin, task.id, tmp_path, *(f"f{number}.png" for number in range(5)))
    assert len([asked for asked in sandbox.requests if "upload-multiple" in asked.headers]) == 3
    assert len(names(admin, task.id)) == 5


@pytest.mark.parametrize("after_write", [False, True])
@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "/data/"), ("POST", "/data/$"), ("POST", "/data$"), ("HEAD", "/data/")]
)
def test_a_connection_that_breaks(
    sandbox: Sandbox, admin: Session, tmp_path: Path, one_by_one: None, method: str, path: str, after_write: bool
) -> None:
    """Anywhere, before or after the server has understood: in the end it is there, once."""
    task = made.empty_task(admin)
    sandbox.drop("PATCH", "/data/", after_write=True)
    sandbox.drop(method, path, times=2 if method == "PATCH" else 1, after_write=after_write)
    upload(admin, task.id, tmp_path)
    assert names(admin, task.id) == ("a.png", "b.png", "c.png")


def test_what_arrived_is_not_sent_again(sandbox: Sandbox, admin: Session, tmp_path: Path, one_by_one: None) -> None:
    task = made.empty_task(admin)
    sandbox.drop("PATCH", "/data/", after_write=True, times=2)
    upload(admin, task.id, tmp_path, "a.png")
    size = (tmp_path / "a.png").stat().st_size
    offsets = [asked.headers["upload-offset"] for asked in sandbox.requests if asked.method == "PATCH"]
    assert offsets == [str(start) for start in range(0, size, 50)]


@pytest.mark.parametrize("after_write", [False, True])
def test_a_group_whose_answer_was_lost(sandbox: Sandbox, admin: Session, tmp_path: Path, after_write: bool) -> None:
    task = made.empty_task(admin)
    sandbox.requests.clear()
    sandbox.before("POST", "/data$", lambda: sandbox.drop("POST", "/data$", after_write=after_write))
    upload(admin, task.id, tmp_path)
    assert names(admin, task.id) == ("a.png", "b.png", "c.png")


def test_a_finish_whose_answer_was_lost(server: ScriptedServer, session: Session) -> None:
    """The second one is told that there is data: that is what was wanted."""
    done = Says(400, '"Adding more data is not supported"')
    server.then(DATA, Says(hang_up=True), done)
    upload_data(session, 7, {**made.DATA, "server_files": ["a.png"]}, [], stop=Event())
    assert len(server.requests) == 2
    with pytest.raises(ServerError, match="Adding more data is not supported"):
        upload_data(session, 7, {**made.DATA, "server_files": ["a.png"]}, [], stop=Event())


def test_nothing_to_make_frames_of(admin: Session) -> None:
    task = made.empty_task(admin)
    with pytest.raises(WorkFailed, match=r"task \d+ cannot be given its data: ValueError: No media data found"):
        upload_data(admin, task.id, made.DATA, [], stop=Event())
    assert Reader(admin).data_meta(task.id) is None


def test_a_server_that_never_answers(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    server.answers[DATA] = Says(hang_up=True)
    with pytest.raises(ServerError) as caught:
        upload(session, 7, tmp_path)
    assert caught.value.status == 0


def test_work_under_way_is_waited_for(server: ScriptedServer, session: Session) -> None:
    server.answers[DATA] = Says(409, {"rq_id": "rq"})
    server.answers["/api/requests/rq"] = Says(body={"id": "rq", "status": "finished"})
    upload_data(session, 7, {**made.DATA, "remote_files": ["https://files.example/a.png"]}, [], stop=Event())
    assert server.asked(DATA)[0].json["remote_files"] == ["https://files.example/a.png"]


def test_data_is_only_given_once(admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path)
    with pytest.raises(ServerError, match="Adding more data is not supported") as caught:
        upload(admin, task.id, tmp_path)
    assert caught.value.status == 400


def test_a_failed_upload_can_be_repeated(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.empty_task(admin)
    sandbox.fail_work("create:task")
    with pytest.raises(WorkFailed, match="RuntimeError: No space left on device"):
        upload(admin, task.id, tmp_path)
    with pytest.raises(LeftoverError, match="of an upload that was not finished"):
        upload(admin, task.id, tmp_path)
    upload_data(admin, task.id, made.DATA, made.pictures(tmp_path, *NAMES), stop=Event(), take_over=True)
    assert len(names(admin, task.id)) == 3


def test_files_that_a_failed_attempt_has_named_are_not_named_again(connect_to: Connect, tmp_path: Path) -> None:
    made.pictures(tmp_path / "share", "a.png")
    with Sandbox.start(seed="street", tasks=1, share=tmp_path / "share") as sandbox:
        session = connect_to(sandbox.url, token=sandbox.token)
        task = made.empty_task(session)
        body: dict[str, JsonValue] = {**made.DATA, "server_files": ["a.png"]}
        sandbox.fail_work("create:task")
        with pytest.raises(WorkFailed, match="No space left on device"):
            upload_data(session, task.id, body, [], stop=Event())
        with pytest.raises(ServerError, match="perhaps because an earlier attempt named the same files") as caught:
            upload_data(session, task.id, body, [], stop=Event())
        assert caught.value.hint == "if the task is empty, delete it, and have it made again"
        upload_data(session, task.id, body, [], stop=Event(), take_over=True)
        assert names(session, task.id) == ("a.png",)


def leftover(server: ScriptedServer) -> None:
    """A server that holds b.png of an upload that was cut: CVAT answers a group with a page, a name with 409."""
    start, crash = Says(202), Says(500, HTML, "text/html")
    server.then(DATA, start, crash, Says(202, {"rq_id": "rq"}))
    server.answers[f"{DATA}/"] = Says(409, "File with same name already exists", "text/plain")
    server.answers["/api/requests/rq"] = Says(body={"id": "rq", "status": "finished"})


def test_files_of_another_upload_are_not_taken_for_ours(
    server: ScriptedServer, session: Session, tmp_path: Path
) -> None:
    leftover(server)
    with pytest.raises(LeftoverError, match=r"it holds b\.png of an upload that was not finished"):
        upload(session, 7, tmp_path)


def test_files_that_the_caller_knows_are_taken_over(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    leftover(server)
    files = made.pictures(tmp_path, *NAMES)
    upload_data(session, 7, made.DATA, files, stop=Event(), take_over=True)
    assert len(server.asked(f"{DATA}/")) == 3


def test_stop(sandbox: Sandbox, admin: Session, tmp_path: Path, one_by_one: None) -> None:
    task = made.empty_task(admin)
    stop = Event()
    with pytest.raises(Stopped):
        upload_data(
            admin,
            task.id,
            made.DATA,
            made.pictures(tmp_path, *NAMES),
            stop=stop,
            on_progress=lambda _: stop.set(),
        )
    assert len([asked for asked in sandbox.requests if asked.method == "PATCH"]) == 1
    assert Reader(admin).data_meta(task.id) is None


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "a.png is empty"), (None, "a.png cannot be read: No such file or directory")]
)
def test_a_file_that_cannot_be_sent(
    sandbox: Sandbox, admin: Session, tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReconcilerError, match=says):
        upload_data(admin, 1, made.DATA, [(path, "a.png")], stop=Event())
    assert not sandbox.requests


def test_two_files_of_one_name(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match=r"two files would have one name on the server: .*day/a.png and .*night"):
        upload(admin, 1, tmp_path, "day/a.png", "night/a.png")
    assert not sandbox.requests
