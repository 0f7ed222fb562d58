"""Five hundred tasks, stopped in every way there is, and resumed: the files of an export that nobody interrupted."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox
from tests.apply.desk import Desk, seated
from tests.apply.processes import command, run

COUNT = 500


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name[0] != "."}


def stopped_at(desk: Desk, task: int, how: signal.Signals, *arguments: str) -> None:
    with command(desk, *arguments) as running:
        stop = running.kill if how is signal.SIGKILL else lambda: running.signal(how)
        desk.sandbox.before("GET", rf"^/api/tasks/{task}/", stop)
        ended = running.wait()
    assert ended.code == (130 if how is signal.SIGINT else -how), ended.output


@pytest.mark.parametrize("data_format", ["CVAT for images 1.1", "native"])
def test_interrupted_and_resumed(tmp_path: Path, data_format: str) -> None:
    with Sandbox.start(seed="street", tasks=COUNT) as sandbox, seated(sandbox, tmp_path) as desk:
        export = ("export-annotations", "--project", "Street scenes", "--format", data_format, "--out")
        whole, broken = desk.folder / "whole", desk.folder / "broken"
        assert run(desk, *export, str(whole)).code == 0
        stopped_at(desk, 130, signal.SIGKILL, *export, str(broken))
        stopped_at(desk, 260, signal.SIGINT, *export, str(broken))
        stopped_at(desk, 390, signal.SIGKILL, *export, str(broken))
        ended = run(desk, *export, str(broken))
        assert ended.code == 0, ended.output
    wanted, found = files_of(whole), files_of(broken)
    lists = {"checksums.json"}  # says when each was fetched
    assert len([name for name in wanted if ".task-" in name]) == COUNT
    assert {name: data for name, data in found.items() if name not in lists} == {
        name: data for name, data in wanted.items() if name not in lists
    }
    assert wanted.keys() == found.keys()
