"""Exports that are under way already: attached to only if they give what an order of now would give."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from reconciler.cvat import Session
from reconciler.cvat.annotations import put_annotations
from reconciler.cvat.backups import export_backup
from reconciler.cvat.datasets import export_dataset
from reconciler.cvat.requests import order
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from . import made
from .conftest import Connect
from .test_annotations import box, label_of, tag

FORMAT = "CVAT for images 1.1"


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    folder.mkdir()
    return folder


@pytest.fixture
def clouded(bucket: Path) -> Iterator[Sandbox]:
    with Sandbox.start(seed="street", tasks=1, clouds=[bucket]) as sandbox:
        yield sandbox


@pytest.fixture
def admin(clouded: Sandbox, connect_to: Connect) -> Session:
    return connect_to(clouded.url, token=clouded.token)


def exported(session: Session, task: int, folder: Path) -> bytes:
    """The annotations in an export."""
    to = folder / "x.zip"
    export_dataset(session, task, FORMAT, to, images=False, stop=Event())
    with zipfile.ZipFile(to) as archive:
        return archive.read("annotations.xml")


def begun(session: Session, task: int, **query: str) -> None:
    """What a process had ordered that was killed, or the same person in a browser."""
    asked = {"format": FORMAT, "save_images": "false", **query}
    order(session, f"/api/tasks/{task}/dataset/export", "no export", query=asked)


def orders(sandbox: Sandbox, what: str = "dataset") -> list[int]:
    return [one.status for one in sandbox.requests if one.path.endswith(f"/{what}/export")]


def test_one_of_the_task_as_it_is_is_attached_to(clouded: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    put_annotations(admin, task, {"shapes": [box(1, label_of(admin, task))]})
    with ExitStack() as held:
        held.enter_context(clouded.held())
        begun(admin, task)
        clouded.before("GET", "^/api/requests/action", held.close)
        assert b"<box " in exported(admin, task, tmp_path)
    assert orders(clouded) == [202, 409]


def test_one_that_was_begun_before_the_task_changed_is_not_taken(
    clouded: Sandbox, admin: Session, tmp_path: Path
) -> None:
    """The server has read the annotations already when somebody saves some."""
    task = made.task(admin, tmp_path).id
    with ExitStack() as held:
        held.enter_context(clouded.held())
        begun(admin, task)
        put_annotations(admin, task, {"shapes": [box(1, label_of(admin, task))]})
        clouded.before("GET", "^/api/requests/action", held.close)
        assert b"<box " in exported(admin, task, tmp_path)
    assert orders(clouded) == [202, 409, 202]


def test_neither_is_a_backup(clouded: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    with ExitStack() as held:
        held.enter_context(clouded.held())
        order(admin, f"/api/tasks/{task}/backup/export", "no backup")
        put_annotations(admin, task, {"tags": [tag(1, label_of(admin, task))]})
        clouded.before("GET", "^/api/requests/action", held.close)
        export_backup(admin, task, tmp_path / "b.zip", stop=Event())
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert b'"label": "car"' in archive.read("annotations.json")
    assert orders(clouded, "backup") == [202, 409, 202]


def test_one_that_goes_to_a_bucket_is_not_ours(clouded: Sandbox, admin: Session, bucket: Path, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    with ExitStack() as held:
        held.enter_context(clouded.held())
        begun(admin, task, location="cloud_storage", cloud_storage_id="1")
        clouded.before("GET", "^/api/requests/action", held.close)
        assert b"<annotations>" in exported(admin, task, tmp_path)
    assert orders(clouded) == [202, 409, 202]
    assert len(list(bucket.iterdir())) == 1


def test_one_that_fails_is_ordered_again(clouded: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    with ExitStack() as held:
        held.enter_context(clouded.held())
        begun(admin, task)
        clouded.fail_work("export:annotations")
        clouded.before("GET", "^/api/requests/action", held.close)
        assert b"<annotations>" in exported(admin, task, tmp_path)
    assert orders(clouded) == [202, 409, 202]


def test_others_without_end(clouded: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    rq_id = f"action=export&target=task&target_id={task}&user_id=1"
    clouded.fail("POST", "/dataset/export", 409, f'{{"rq_id": "{rq_id}"}}', times=None)
    with pytest.raises(ServerError, match="another export of it is always under way") as caught:
        exported(admin, task, tmp_path)
    assert caught.value.status == 409
