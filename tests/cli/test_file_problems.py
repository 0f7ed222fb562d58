"""All that is wrong with one command line for files: told together, each with its option, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .conftest import Command, state_of

Told = Callable[..., str]

SELECTION = ("--project", "Streets", "--status", "done")
AT_ONCE = "--parallelism: error: 33 at once is not possible\n    say 1 to 32\n"
STATUS = "--status: error: `status` is `done`; it can be annotation, validation or completed\n"


@pytest.fixture(autouse=True)
def _in_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")


@pytest.fixture
def told(connected: Sandbox, reconciler: Command) -> Told:
    """Run a command that is wrong in several ways: what it says, once it is clear that it wrote nothing."""

    def command(*arguments: str) -> str:
        before, here = state_of(connected), sorted(Path().rglob("*"))
        written = [one.method for one in connected.requests if one.method != "GET"]
        said = reconciler(*arguments)
        assert (said.code, said.out) == (1, "")
        assert state_of(connected) == before
        assert sorted(Path().rglob("*")) == here
        assert [one.method for one in connected.requests if one.method != "GET"] == written
        return said.err

    return command


@pytest.mark.parametrize(
    ("options", "others"),
    [
        (
            ("export-annotations", "--format", "COCO 1"),
            ["--format: error: the server exports no format `COCO 1`\n    did you mean `COCO 1.0`?\n"],
        ),
        (
            ("export-annotations", "--format", "native", "--images"),
            ["--images: error: --format native has no pictures\n"],
        ),
        (("backup",), []),
    ],
)
@pytest.mark.parametrize(("out", "named"), [("taken", "taken"), ("taken/deeper/down", "{here}/taken")])
def test_out(told: Told, options: tuple[str, ...], others: list[str], out: str, named: str) -> None:
    Path("taken").write_text("a file")
    said = told(*options, *SELECTION, "--out", out, "--parallelism", "33")
    wrong = [AT_ONCE, STATUS, "--out: error: taken is a file, not a folder\n    name another folder\n", *others]
    for one in wrong:
        assert one in said
    assert said.endswith(f"{len(wrong)} errors\n")


def test_what_the_selection_asks_the_server_for_is_told_with_the_rest(told: Told) -> None:
    """That there is no such project shows only there."""
    Path("taken").write_text("a file")
    said = told("backup", "--project", "Streets", "--out", "taken", "--parallelism", "33")
    for one in (AT_ONCE, "--project: error: there is no project called 'Streets'", "--out: error: taken is a file"):
        assert one in said
    assert said.endswith("3 errors\n")


@pytest.mark.parametrize(
    ("folder", "problem"),
    [
        ("taken", "--from: error: taken is a file, not a folder\n"),
        ("nowhere", "--from: error: nowhere cannot be read: No such file or directory\n"),
        ("empty", "--from: error: there are no files in empty\n"),
        ("odd", "--from: error: odd/checksums.json cannot be read: it is damaged, or no list of this program's\n"),
    ],
)
def test_in(told: Told, folder: str, problem: str) -> None:
    Path("taken").write_text("a file")
    for made in ("empty", "odd"):
        Path(made).mkdir()
    Path("odd/checksums.json").write_text("?")
    Path("odd/1.zip").write_text("x")
    options = ("--from", folder, "--format", "COCO 1", "--parallelism", "33", "--yes")
    said = told("import-annotations", *SELECTION, *options)
    for one in (AT_ONCE, STATUS, problem, "--format: error: the server imports no format `COCO 1`\n"):
        assert one in said
    assert said.endswith("4 errors\n")


def test_a_file_and_what_is_wrong_otherwise(told: Told) -> None:
    Path("in").mkdir()
    Path("in/nothing.zip").write_text("x")
    said = told("import-annotations", "--from", "in", "--id", "1", "--parallelism", "33", "--yes")
    assert "--format: error: in which format the files are is not said\n" in said
    assert "in/nothing.zip matches no task" in said
    assert AT_ONCE in said


def test_backups(told: Told) -> None:
    Path("odd").mkdir()
    Path("odd/checksums.json").write_text("?")
    Path("odd/1.zip").write_text("x")
    Path("no.zip").write_text("no")
    said = told("restore", "odd", "no.zip", "--project", "Streets", "--parallelism", "33", "--yes")
    for one in (
        AT_ONCE,
        "error: odd/checksums.json cannot be read: it is damaged",
        "error: odd/1.zip is no backup of a task that can be used",
        "error: no.zip is no backup of a task that can be used",
        "--project: error: there is no project `Streets`, or you cannot see it\n",
    ):
        assert said.count(one) == 1
    assert said.endswith("5 errors\n")
