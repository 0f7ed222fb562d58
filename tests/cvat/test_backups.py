from __future__ import annotations

import zipfile
from pathlib import Path
from threading import Event

import pytest

from reconciler.cvat import Reader, Session, downloading
from reconciler.cvat.annotations import put_annotations
from reconciler.cvat.backups import export_backup, restore_backup
from reconciler.cvat.objects import Objects
from reconciler.cvat.requests import Stopped, WorkFailed
from reconciler.errors import ReconcilerError, ServerError
from reconciler.sandbox import Sandbox

from . import made
from .conftest import Connect
from .scripted import HTML, Says, ScriptedServer

EXPORT, DOWNLOAD = "/api/tasks/7/backup/export", "/api/tasks/7/backup/download"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_PAUSE", 0.0)


def exporting(server: ScriptedServer, *downloads: Says) -> None:
    """A server that has a backup ready, under the address that it has for itself."""
    server.answers[EXPORT] = Says(202, {"rq_id": "rq"})
    url = f"http://inside:8080{DOWNLOAD}?rq_id=action%3Dexport%26target%3Dtask&x="
    server.answers["/api/requests/rq"] = Says(body={"id": "rq", "status": "finished", "result_url": url})
    server.then(DOWNLOAD, *downloads)


def fetch(session: Session, folder: Path) -> Path:
    export_backup(session, 7, folder / "b.zip", stop=Event())
    return folder / "b.zip"


@pytest.mark.parametrize("version", ["2.54", "2.80"])
@pytest.mark.parametrize("organization", [None, "", "acme"])
def test_there_and_back(connect_to: Connect, tmp_path: Path, version: str, organization: str | None) -> None:
    with Sandbox.start(seed="street", tasks=1, server_version=version) as sandbox:
        session = connect_to(sandbox.url, token=sandbox.token, organization=organization)
        reader = Reader(session)
        task = made.task(session, tmp_path)
        (car,) = reader.labels_of("task", task.id)
        put_annotations(session, task.id, {"tags": [{"frame": 1, "label_id": car.id, "attributes": []}]})
        to = tmp_path / "made.zip"
        export_backup(session, task.id, to, stop=Event())
        with zipfile.ZipFile(to) as archive:
            assert "task.json" in archive.namelist()
        Objects(session).delete_task(task.id)
        restored = reader.task(restore_backup(session, to, stop=Event()))
        assert restored is not None
        assert (restored.name, restored.size, restored.organization_id) == ("made", 4, task.organization_id)
        assert len(reader.annotations(restored.id)["tags"]) == 1  # type: ignore[arg-type]
        assert [path.name for path in tmp_path.glob("made*")] == ["made.zip"]


def test_without_a_context_a_backup_is_restored_where_the_task_was(admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path)
    to = tmp_path / "made.zip"
    export_backup(admin, task.id, to, stop=Event())
    restored = Reader(admin).task(restore_backup(admin, to, stop=Event(), organization=1))
    assert restored is not None
    assert (task.organization_id, restored.organization_id) == (None, 1)


def test_with_a_password(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path)
    to = tmp_path / "made.zip"
    export_backup(anyone, task.id, to, stop=Event())
    assert restore_backup(anyone, to, stop=Event()) > task.id


def test_all_of_it_and_to_here(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    """Never only the annotations, never to a bucket: whatever the task's own settings are."""
    task = made.task(admin, tmp_path)
    sandbox.requests.clear()
    export_backup(admin, task.id, tmp_path / "b.zip", stop=Event())
    asked = sandbox.requests[0]
    assert (asked.path, asked.query) == (
        f"/api/tasks/{task.id}/backup/export",
        {"lightweight": "false", "location": "local"},
    )


def test_our_address_counts_not_the_servers(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server, Says(body=b"PK zip", content_type="application/zip"))
    assert fetch(session, tmp_path).read_bytes() == b"PK zip"
    (asked,) = server.asked(DOWNLOAD)
    assert asked.query == {"rq_id": "action=export&target=task", "x": ""}
    assert asked.headers["authorization"] == "Bearer a-token"
    assert asked.headers.get("accept-encoding") == "identity"


def test_a_download_that_is_cut_starts_again(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    cut, whole = Says(body=b"PK", length=6), Says(body=b"PK zip")
    exporting(server, cut, Says(hang_up=True), whole)
    assert fetch(session, tmp_path).read_bytes() == b"PK zip"


def test_a_download_that_is_always_cut(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server, Says(body=b"PK", length=6))
    with pytest.raises(ServerError, match="task 7 cannot be backed up: the connection broke") as caught:
        fetch(session, tmp_path)
    assert caught.value.status == 0
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_is_refused(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server, Says(404, {"detail": "Request does not exist"}))
    with pytest.raises(ServerError, match=r"task 7 cannot be backed up \(404\): Request does not exist"):
        fetch(session, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_page_instead_of_a_file(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server, Says(500, HTML, "text/html"))
    with pytest.raises(ServerError, match=r"the server failed \(500\)") as caught:
        fetch(session, tmp_path)
    assert "<" not in str(caught.value)


def test_stop_while_it_comes(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server, Says(body=b"x" * (3 * 2**20)))
    stop = Event()
    with pytest.raises(Stopped):
        export_backup(session, 7, tmp_path / "b.zip", stop=stop, on_progress=lambda _: stop.set())
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server, Says(body=b"PK zip"))
    with pytest.raises(ReconcilerError, match=r"cannot be written .*nowhere: No such file or directory"):
        fetch(session, tmp_path / "nowhere")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    (tmp_path / "b.zip.part").symlink_to("/dev/full")
    exporting(server, Says(body=b"PK zip"))
    with pytest.raises(ReconcilerError, match=r"task 7 cannot be backed up: the disk of .* is full"):
        fetch(session, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_word_of_where_it_is(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    exporting(server)
    server.answers["/api/requests/rq"] = Says(body={"id": "rq", "status": "finished"})
    with pytest.raises(ServerError, match="the server does not say where the file is"):
        fetch(session, tmp_path)


def test_an_export_that_fails(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path)
    sandbox.fail_work("export:backup")
    with pytest.raises(WorkFailed, match=f"task {task.id} cannot be backed up: RuntimeError: No space left on device"):
        export_backup(admin, task.id, tmp_path / "b.zip", stop=Event())


def test_a_task_without_data_has_no_backup(admin: Session, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"cannot be backed up \(400\): Backup"):
        export_backup(admin, made.empty_task(admin).id, tmp_path / "b.zip", stop=Event())


def test_what_is_no_backup(admin: Session, tmp_path: Path) -> None:
    broken = tmp_path / "b.zip"
    broken.write_bytes(b"no zip")
    with pytest.raises(WorkFailed, match=r"the backup b\.zip cannot be restored: "):
        restore_backup(admin, broken, stop=Event())


def test_a_lost_restore_is_not_done_again(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    """It may have made a task: whoever wanted it looks."""
    backup = tmp_path / "b.zip"
    backup.write_bytes(b"PK zip")
    place = "/api/tasks/backup/"
    created = Says(201, headers={"Location": f"{server.url}{place}1_a", "Upload-Filename": "1_a"})
    server.then(place, Says(202), created, Says(hang_up=True))
    server.answers[f"{place}1_a"] = Says(204)
    with pytest.raises(ServerError) as caught:
        restore_backup(session, backup, stop=Event())
    assert caught.value.status == 0
    assert len(server.asked(place)) == 3
