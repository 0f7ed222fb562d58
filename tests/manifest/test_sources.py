"""What is read now, compared with what was read before, however either is spelled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.manifest.sources import Sources


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "states").mkdir()
    for name in ("pr.yaml", "other.yaml", "states/a.yaml", "states/b.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path)


@pytest.mark.parametrize("given", ["pr.yaml", "./pr.yaml", "states/../pr.yaml", "link/pr.yaml", "{here}/pr.yaml", "."])
def test_one_file_however_it_is_spelled(given: str) -> None:
    assert Sources([given.format(here=os.getcwd())]).have(["pr.yaml"])  # noqa: PTH109 - as a shell spells it
    assert Sources(["pr.yaml"]).have([given.format(here=os.getcwd())]) == (given != ".")  # noqa: PTH109


@pytest.mark.parametrize(
    ("given", "before", "all_of_it", "some_of_it"),
    [
        (["pr.yaml", "other.yaml"], ["pr.yaml"], True, True),
        (["pr.yaml"], ["pr.yaml", "other.yaml"], False, True),
        (["other.yaml", "pr.yaml"], ["./pr.yaml", "other.yaml"], True, True),
        (["other.yaml"], ["pr.yaml"], False, False),
        (["states"], ["states/a.yaml"], True, True),
        (["states/b.yaml", "states/a.yaml"], ["states/"], True, True),
        (["states/a.yaml"], ["states"], False, True),
        (["states"], ["states", "pr.yaml"], False, True),
        (["states"], ["states/gone.yaml"], False, False),
        (["-"], ["-"], False, False),
        (["pr.yaml", "-"], ["pr.yaml"], True, True),
        (["pr.yaml"], ["pr.yaml", "-"], False, True),
        (["pr.yaml"], [], False, False),
        (["reconciler set --id 1"], ["reconciler set --id 1"], True, True),
        (["x" * 300], ["\0", "x" * 300], False, True),
    ],
)
def test_all_of_it_or_some(given: list[str], before: list[str], all_of_it: bool, some_of_it: bool) -> None:
    assert (Sources(given).have(before), Sources(given).share(before)) == (all_of_it, some_of_it)


def test_a_folder_from_which_a_file_was_taken_is_the_same_folder() -> None:
    Path("states/b.yaml").unlink()
    assert Sources(["./states"]).have(["states"])
    for file in Path("states").iterdir():
        file.unlink()
    assert Sources(["states"]).have(["states/"])
