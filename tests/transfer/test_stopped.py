"""Ctrl-C while the server works for a run: it goes on there, and what came of it is found out before anything else."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconciler.history.model import RunStatus
from reconciler.history.runs import last_run, load_run, load_step_records, runs
from reconciler.sandbox import Sandbox
from reconciler.sandbox.pictures import stand_in
from tests.apply.desk import Desk, seated
from tests.apply.processes import Ended, command, run

ONE = ("--project", "Street scenes", "--id", "1")
XML = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <image id="2" name="2.png" width="64" height="48">
    <box label="car" source="manual" occluded="0" xtl="1.00" ytl="2.00" xbr="30.00" ybr="40.00" z_order="0"></box>
  </image>
</annotations>
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Sandbox.start(seed="street", tasks=6) as sandbox, seated(sandbox, tmp_path) as desk:
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "task-1.xml").write_text(XML)
        yield desk


def importing(mode: str) -> tuple[str, ...]:
    options = ("--format", "CVAT 1.1", "--mode", mode, "--yes", "--allow-destructive")
    return ("import-annotations", "--from", "in", *options)


ROLLBACK = ("rollback", "--yes", "--allow-destructive")


def draw(desk: Desk, *frames: int) -> None:
    """What is there before."""
    _, labels = desk.sandbox.api("GET", "/api/labels", query={"project_id": 1, "org": "acme"})
    shapes = [
        {"type": "rectangle", "points": [1, 2, 9, 9], "frame": frame, "label_id": labels["results"][0]["id"]}
        for frame in frames
    ]
    body: dict[str, Any] = {"shapes": shapes, "tags": [], "tracks": []}
    assert desk.sandbox.api("PUT", "/api/tasks/1/annotations", body)[0] == 200


def frames(desk: Desk) -> list[int]:
    shapes = desk.sandbox.api("GET", "/api/tasks/1/annotations")[1]["shapes"]
    return sorted(int(shape["frame"]) for shape in shapes)


def interrupted(desk: Desk, *arguments: str, path: str = "^/api/requests/", method: str = "GET") -> Ended:
    """A command that hears Ctrl-C when it asks the server this."""
    with command(desk, *arguments) as running:
        desk.sandbox.before(method, path, lambda: running.signal(signal.SIGINT))
        ended = running.wait()
    assert ended.code == 130, ended.output
    return ended


def in_one_line(said: Ended) -> str:
    return " ".join(said.output.split())


def sent(desk: Desk) -> int:
    """How often something was sent for an import into the task."""
    return sum(one.method == "POST" and one.path == "/api/tasks/1/annotations/" for one in desk.sandbox.requests)


BEFORE = [("replace", (0, 1)), ("append", ())]


@pytest.mark.parametrize("still_under_way", [False, True])
@pytest.mark.parametrize(("mode", "before"), BEFORE)
def test_what_an_import_replaces_comes_back(
    desk: Desk, mode: str, before: tuple[int, ...], still_under_way: bool
) -> None:
    draw(desk, *before)
    with ExitStack() as held:
        held.enter_context(desk.sandbox.held())
        said = interrupted(desk, *importing(mode))
        assert "it goes on there, and the next run, or a rollback, waits for it" in in_one_line(said)
        assert frames(desk) == list(before)
        if still_under_way:
            desk.sandbox.before("GET", "^/api/requests/", held.close)
        else:
            held.close()
            assert frames(desk) == [2]
        ended = run(desk, *ROLLBACK)
    assert ended.code == 0, ended.output
    assert "Waiting for the server" in ended.output
    assert frames(desk) == list(before)
    stopped, back = runs(desk.store)
    assert stopped.status is RunStatus.INTERRUPTED
    assert (stopped.unsettled, stopped.counts.written, stopped.rolled_back_by) == (0, 1, back.id)
    last = load_step_records(desk.store, stopped.id)[-1]
    assert (last.outcome, last.settled) == ("written", True)


def test_a_rollback_that_is_only_shown_waits_too_and_records_nothing(desk: Desk) -> None:
    draw(desk, 0, 1)
    with ExitStack() as held:
        held.enter_context(desk.sandbox.held())
        interrupted(desk, *importing("replace"))
        before = {path: path.read_bytes() for path in desk.state_files()}
        desk.sandbox.before("GET", "^/api/requests/", held.close)
        ended = run(desk, *ROLLBACK, "--dry-run")
    assert ended.code == 0, ended.output
    assert "Waiting for the server" in ended.output
    assert "Destroys data: 1 shape." in ended.output
    assert {path: path.read_bytes() for path in desk.state_files()} == before


def test_an_import_that_is_only_shown_says_that_it_does_not_know(desk: Desk) -> None:
    with desk.sandbox.held():
        interrupted(desk, *importing("replace"))
        ended = run(desk, *importing("replace"), "--dry-run")
    assert ended.code == 0, ended.output
    assert "is not known yet; a real run finds out first" in in_one_line(ended)


def test_ctrl_c_while_it_is_waited_for(desk: Desk) -> None:
    """Nothing is lost by that: it is waited for again."""
    draw(desk, 0, 1)
    with desk.sandbox.held():
        interrupted(desk, *importing("replace"))
        interrupted(desk, *ROLLBACK)
    assert frames(desk) == [2]
    assert run(desk, *ROLLBACK).code == 0
    assert frames(desk) == [0, 1]


@pytest.mark.parametrize(("mode", "before"), BEFORE)
def test_the_same_again_waits_and_has_nothing_to_do(desk: Desk, mode: str, before: tuple[int, ...]) -> None:
    draw(desk, *before)
    with ExitStack() as held:
        held.enter_context(desk.sandbox.held())
        interrupted(desk, *importing(mode))
        before_again = sent(desk)
        desk.sandbox.before("GET", "^/api/requests/", held.close)
        ended = run(desk, *importing(mode))
    assert ended.code == 0, ended.output
    assert "No changes" in ended.output
    assert (sent(desk), frames(desk)) == (before_again, [2])
    assert len(runs(desk.store)) == 1
    assert run(desk, *ROLLBACK).code == 0
    assert frames(desk) == list(before)


def test_an_import_that_the_server_then_fails_at_is_done_again(desk: Desk) -> None:
    draw(desk, 0, 1)
    with desk.sandbox.held():
        interrupted(desk, *importing("replace"))
        desk.sandbox.fail_work("import:annotations", "ValueError: no luck")
    ended = run(desk, *importing("replace"))
    assert ended.code == 0, ended.output
    assert frames(desk) == [2]
    stopped = runs(desk.store)[0]
    last = load_step_records(desk.store, stopped.id)[-1]
    assert last.outcome == "failed"
    assert "no luck" in str(last.message)
    assert run(desk, *ROLLBACK).code == 0
    assert frames(desk) == [0, 1]


def test_stopped_while_the_file_is_sent_nothing_goes_on(desk: Desk) -> None:
    draw(desk, 0, 1)
    said = interrupted(desk, *importing("replace"), method="POST", path="/api/tasks/1/annotations/")
    assert "stopped before it was done" in said.output
    assert frames(desk) == [0, 1]
    last = last_run(desk.store)
    assert last is not None
    assert (last.unsettled, last.counts.skipped) == (0, 1)
    assert run(desk, *importing("replace")).code == 0
    assert frames(desk) == [2]


def test_a_server_that_cannot_be_asked_while_it_works(desk: Desk) -> None:
    """The run fails; the import arrives all the same, and goes again with the run."""
    draw(desk, 0, 1)
    with desk.sandbox.held():
        desk.sandbox.fail("GET", "^/api/requests/action", status=500, times=None)
        ended = run(desk, *importing("replace"))
        assert ended.code == 3, ended.output
        assert "the server may still be at work on it" in in_one_line(ended)
        desk.sandbox.app.clear()
    assert frames(desk) == [2]
    ended = run(desk, *ROLLBACK)
    assert ended.code == 0, ended.output
    assert frames(desk) == [0, 1]


def test_the_history_tells_that_it_is_not_settled(desk: Desk) -> None:
    draw(desk, 0, 1)
    with desk.sandbox.held():
        interrupted(desk, *importing("replace"))
    assert "1 step went on at the server" in run(desk, "history").output
    assert run(desk, *ROLLBACK).code == 0
    assert "went on at the server" not in run(desk, "history").output


MANIFEST = """
version: 1
organization: acme
tasks:
  new: {data: {files: ["in/*.png"]}, labels: {car: {type: rectangle}}}
"""


def test_an_upload_that_is_under_way_is_waited_for_and_goes_again(desk: Desk) -> None:
    (desk.folder / "in" / "a.png").write_bytes(stand_in("a"))
    (desk.folder / "manifest.yaml").write_text(MANIFEST)
    before = names(desk)
    with ExitStack() as held:
        held.enter_context(desk.sandbox.held())
        interrupted(desk, "apply", "manifest.yaml", "--yes")
        desk.sandbox.before("GET", "^/api/requests/", held.close)
        ended = run(desk, *ROLLBACK)
    assert ended.code == 0, ended.output
    assert "Waiting for the server" in ended.output
    assert names(desk) == before


def names(desk: Desk) -> list[str]:
    return sorted(str(task["name"]) for task in desk.sandbox.dump()["tasks"])


@pytest.mark.parametrize("twice", [False, True])
def test_a_restore_goes_again(desk: Desk, twice: bool) -> None:
    """The first Ctrl-C lets a restore that is under way end; a second one kills."""
    assert run(desk, "backup", "--project", "Street scenes", "--name", "batch-00[12]", "--out", "b").code == 0
    before = names(desk)
    arguments = ("restore", "b", "--yes", "--parallelism", "1")
    with ExitStack() as held:
        held.enter_context(desk.sandbox.held())
        with command(desk, *arguments) as running:

            def stop() -> None:
                running.signal(signal.SIGINT)
                if twice:
                    running.kill()
                else:
                    held.close()

            desk.sandbox.before("GET", "^/api/requests/", stop)
            ended = running.wait()
        assert ended.code == (-signal.SIGKILL if twice else 130), ended.output
        if twice:
            desk.sandbox.before("GET", "^/api/requests/", held.close)
        stopped = last_run(desk.store)
        back = run(desk, *ROLLBACK)
    assert back.code == 0, back.output
    assert stopped is not None
    assert load_run(desk.store, stopped.id).counts.written == 1
    assert names(desk) == before
