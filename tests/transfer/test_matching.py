"""Which file is for which task."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.cvat.models import Task
from reconciler.transfer.listing import Entry, Listing, Purpose, sha256_of
from reconciler.transfer.matching import files_in, match
from reconciler.transfer.names import file_name

SERVER = "http://here"
TASKS = [
    Task(id=1, name="batch-001"),
    Task(id=2, name="batch-002"),
    Task(id=3, name="twin"),
    Task(id=4, name="twin"),
    Task(id=5, name="a/b"),
    Task(id=6, name="2"),
]


def folder(path: Path, *names: str) -> list[Path]:
    path.mkdir(exist_ok=True)
    for name in names:
        (path / name).write_text(name)
    return files_in(path)


def matched(path: Path, *names: str, listing: Listing | None = None) -> dict[str, int]:
    found = match(folder(path, *names), TASKS, listing, SERVER)
    assert not found.problems
    return {file.name: task for task, file in found.files.items()}


def problems(path: Path, *names: str, listing: Listing | None = None) -> str:
    return "\n".join(map(str, match(folder(path, *names), TASKS, listing, SERVER).problems))


def test_by_id_and_by_name(tmp_path: Path) -> None:
    names = ("batch-001.task-1.zip", "batch-002.zip", "task-3.json", "a_b.xml")
    assert matched(tmp_path, *names) == {names[0]: 1, names[1]: 2, names[2]: 3, names[3]: 5}


def test_what_is_not_for_tasks_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / ".hidden").symlink_to("nowhere")
    assert matched(tmp_path, "1.zip", "checksums.json", "SHA256SUMS", ".DS_Store") == {"1.zip": 1}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("batch-01.zip", "matches no task\n    did you mean `batch-001`?"),
        ("nothing.zip", "matches no task\n    name it after its task"),
        ("task-99.zip", "is for task 99, which is not there, or you cannot see it"),
        ("batch-002.task-1.zip", "is for task 1, but that is called `batch-001`\n    if it is meant all the same"),
        ("twin.zip", "matches 2 tasks: 3 (twin) and 4 (twin)\n    put the id into the file's name: twin.task-3.zip"),
        ("2.zip", "matches 2 tasks: 6 (2) and 2 (batch-002)"),
    ],
)
def test_none_and_two(tmp_path: Path, name: str, message: str) -> None:
    assert message in problems(tmp_path, name)


LIKE_FILES = [
    Task(id=3, name="three"),
    Task(id=5, name="task-6"),
    Task(id=6, name="six"),
    Task(id=7, name="foo"),
    Task(id=8, name="foo.task-7"),
    Task(id=12, name="x.task-3"),
]


def test_a_task_may_be_called_like_a_file(tmp_path: Path) -> None:
    found = match(folder(tmp_path, "x.task-3.json", "three.task-3.json"), LIKE_FILES, None, SERVER)
    assert not found.problems
    assert {file.name: task for task, file in found.files.items()} == {"x.task-3.json": 12, "three.task-3.json": 3}


def test_the_id_of_one_and_the_name_of_another_are_two(tmp_path: Path) -> None:
    found = match(folder(tmp_path, "task-6.json", "foo.task-7.json"), LIKE_FILES, None, SERVER)
    said = "\n".join(map(str, found.problems))
    assert not found.files
    assert "task-6.json matches 2 tasks: 6 (six) and 5 (task-6)" in said
    assert "foo.task-7.json matches 2 tasks: 7 (foo) and 8 (foo.task-7)" in said
    clear = folder(tmp_path / "clear", "foo.task-7.task-8.json", "foo.task-7.task-7.json")
    assert match(clear[1:], LIKE_FILES, None, SERVER).files == {8: clear[1]}


def test_long_names_that_begin_alike(tmp_path: Path) -> None:
    long = [Task(id=one, name=f"{'n' * 160}{one}") for one in (1, 2)]
    files = folder(tmp_path, *(file_name(task.id, task.name, ".zip") for task in long))
    assert dict(match(files, long, None, SERVER).files) == {1: files[0], 2: files[1]}


def test_what_stands_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "task-1.zip").symlink_to("nowhere")
    (tmp_path / "task-2.zip").mkdir()
    found = match(files_in(tmp_path), TASKS, None, SERVER)
    assert [str(problem).splitlines()[0] for problem in found.problems] == [
        f"error: {tmp_path}/task-1.zip is a link that leads nowhere",
        f"error: {tmp_path}/task-2.zip is a folder, not a file",
    ]


def test_a_selection_narrows_a_folder(tmp_path: Path) -> None:
    files = folder(tmp_path, "1.zip", "task-2.zip", "twin.zip", "a_b.xml", "nothing.zip")
    found = match(files, [TASKS[0], TASKS[3]], None, SERVER, others=TASKS)
    assert {file.name: task for task, file in found.files.items()} == {"1.zip": 1, "twin.zip": 4}
    assert found.left_out == 2
    assert [str(problem).splitlines()[0] for problem in found.problems] == [
        f"error: {tmp_path}/nothing.zip matches no task"
    ]


def test_a_selection_does_not_make_an_id_a_name(tmp_path: Path) -> None:
    """The file is for task 6; that another one is called so does not make it that one's."""
    files = folder(tmp_path, "task-6.json")
    found = match(files, [LIKE_FILES[1]], None, SERVER, others=LIKE_FILES)
    assert "matches 2 tasks" in str(found.problems[0])


def test_two_files_for_one_task_and_all_of_it_together(tmp_path: Path) -> None:
    said = problems(tmp_path, "1.zip", "batch-001.zip", "twin.zip", "nothing.zip")
    assert "task 1 matches 2 files: " in said
    assert "matches 2 tasks" in said
    assert "matches no task" in said


def listing(path: Path, server: str = SERVER, task: int = 1, name: str = "batch-001") -> Listing:
    file = path / "some.zip"
    file.write_text("some.zip")
    entry = Entry(
        name=file.name,
        sha256=sha256_of(file),
        size=file.stat().st_size,
        task=task,
        task_name=name,
        fetched=datetime.now(UTC),
    )
    return Listing(purpose=Purpose(kind="annotations", format="COCO 1.0", server=server), files=(entry,))


def test_the_folder_says_it(tmp_path: Path) -> None:
    """A task may have been renamed since: on the same server its id counts."""
    assert matched(tmp_path, listing=listing(tmp_path, name="former")) == {"some.zip": 1}


def test_of_another_server_only_the_name_counts(tmp_path: Path) -> None:
    there = listing(tmp_path, server="http://elsewhere", task=1, name="batch-002")
    assert matched(tmp_path, listing=there) == {"some.zip": 2}


def test_changed_since_it_was_fetched(tmp_path: Path) -> None:
    there = listing(tmp_path)
    (tmp_path / "some.zip").write_text("other")
    assert "is not what it was when it was fetched" in problems(tmp_path, listing=there)
