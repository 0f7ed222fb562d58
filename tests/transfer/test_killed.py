"""kill -9 in the middle, again and again: the files are those of an export that nobody interrupted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox
from reconciler.transfer.folder import known
from reconciler.transfer.names import meant_by
from tests.apply.desk import Desk, seated
from tests.apply.processes import command, run

COUNT = 36
FORMAT = "CVAT for images 1.1"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Sandbox.start(seed="street", tasks=40) as sandbox, seated(sandbox, tmp_path) as desk:
        yield desk


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.task-*")}


def asked_for(sandbox: Sandbox, what: str) -> list[int]:
    """The tasks of which an export was ordered."""
    asked = [one.path.split("/") for one in sandbox.requests if one.method == "POST" and one.path.endswith(what)]
    return [int(parts[3]) for parts in asked]


def killed_at(desk: Desk, path: str, *arguments: str) -> None:
    with command(desk, *arguments) as running:
        desk.sandbox.before("GET", path, running.kill)
        ended = running.wait()
    assert ended.code == -signal.SIGKILL, ended.output


@pytest.mark.parametrize(
    ("what", "arguments", "points"),
    [
        (
            "/dataset/export",
            ("export-annotations", "--format", FORMAT),
            (r"/tasks/3/dataset/download", r"/tasks/14/dataset/export$|/tasks/14/dataset/download", r"/tasks/27/"),
        ),
        ("/backup/export", ("backup",), (r"/tasks/2/backup/download", r"/tasks/11/backup/download")),
        ("/none", ("export-annotations", "--format", "native"), (r"/tasks/5/annotations", r"/tasks/21/annotations")),
    ],
)
def test_killed_and_resumed(desk: Desk, what: str, arguments: tuple[str, ...], points: tuple[str, ...]) -> None:
    whole, broken = desk.folder / "whole", desk.folder / "broken"
    command_line = [*arguments, "--name", "batch-*"]
    ended = run(desk, *command_line, "--out", str(whole))
    assert ended.code == 0, ended.output
    wanted = files_of(whole)
    assert len(wanted) == COUNT
    have: set[str] = set()
    for point in points:
        killed_at(desk, point, *command_line, "--out", str(broken))
        there = files_of(broken)
        assert there.items() <= wanted.items()  # none is half there
        listing = known(broken)
        assert listing is not None
        assert {one.name for one in listing.files} >= there.keys()
        assert have <= there.keys()
        have = set(there)
    assert 0 < len(have) < COUNT
    desk.sandbox.requests.clear()
    ended = run(desk, *command_line, "--out", str(broken), "--parallelism", "2")
    assert ended.code == 0, ended.output
    assert files_of(broken) == wanted
    # What was there was not fetched again. (What the killed process had asked for may be answered twice.)
    missing = {meant_by(name).id for name in wanted if name not in have}
    assert what == "/none" or set(asked_for(desk.sandbox, what)) == missing
    assert (broken / "SHA256SUMS").read_bytes() == (whole / "SHA256SUMS").read_bytes()
    assert not list((broken / ".transfer").glob("arriv*"))


def test_a_request_under_way_is_attached_to(desk: Desk) -> None:
    """The killed process had ordered it; the server still works on it (409)."""
    arguments = ("export-annotations", "--format", FORMAT, "--id", "1", "--out", str(desk.folder / "out"))
    with ExitStack() as held:
        held.enter_context(desk.sandbox.held())
        killed_at(desk, r"^/api/requests/", *arguments)
        desk.sandbox.before("GET", r"^/api/requests/", held.close)
        ended = run(desk, *arguments)
    assert ended.code == 0, ended.output
    orders = [one.status for one in desk.sandbox.requests if one.path.endswith("/dataset/export")]
    assert orders == [202, 409]


def names(desk: Desk) -> list[str]:
    return sorted(str(task["name"]) for task in desk.sandbox.dump()["tasks"])


@pytest.mark.parametrize("under_way", [False, True])
def test_a_restore_makes_no_task_twice(desk: Desk, under_way: bool) -> None:
    """Killed after the server was told to: it has done it by then, or still works on it."""
    out = desk.folder / "out"
    assert run(desk, "backup", "--name", "batch-00[123]", "--out", str(out)).code == 0
    before = names(desk)
    arguments = ("restore", str(out), "--yes", "--parallelism", "1")
    with ExitStack() as held:
        if under_way:
            held.enter_context(desk.sandbox.held())
        killed_at(desk, r"^/api/requests/action%3Dimport|^/api/requests/action=import", *arguments)
        if under_way:
            desk.sandbox.before("GET", r"^/api/requests/action", held.close)
        looked = run(desk, *arguments, "--dry-run")
        assert "is not known yet; a real run finds out first, and may do less" in " ".join(looked.output.split())
        ended = run(desk, *arguments)
    assert ended.code == 0, ended.output
    assert names(desk) == sorted([*before, "batch-001", "batch-002", "batch-003"])
    assert "1 backup restored before" in ended.output
    ended = run(desk, *arguments)
    assert "All that the files hold is there already" in ended.output
    assert names(desk) == sorted([*before, "batch-001", "batch-002", "batch-003"])


def test_a_restored_task_that_was_not_moved_yet_is_moved_by_the_next(desk: Desk) -> None:
    """Killed between the two: the task is there, in no project."""
    out = desk.folder / "out"
    assert run(desk, "backup", "--name", "batch-00[123]", "--out", str(out)).code == 0
    before = names(desk)
    arguments = ("restore", str(out), "--project", "Street scenes", "--yes", "--parallelism", "1")
    with command(desk, *arguments) as running:
        desk.sandbox.before("PATCH", r"^/api/tasks/\d+$", running.kill)
        desk.sandbox.fail("PATCH", r"^/api/tasks/\d+$", status=503)
        assert running.wait().code == -signal.SIGKILL
    ended = run(desk, *arguments)
    assert ended.code == 0, ended.output
    made = [task for task in desk.sandbox.dump()["tasks"] if task["name"] in ("batch-001", "batch-002", "batch-003")]
    assert names(desk) == sorted([*before, "batch-001", "batch-002", "batch-003"])
    assert {(task["project_id"], task["organization_id"]) for task in made} == {(1, 1)}
    assert "All that the files hold is there already" in run(desk, *arguments).output
