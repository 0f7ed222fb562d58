"""Paths in a manifest: where they start from, what is said about files that cannot be used, and the digest."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import LoadedManifest, from_document, load

WHOLE = """\
version: 1
projects:
  street: {guide: {file: guide.md}}
tasks:
  batch:
    project: street
    data: {files: ["pictures/*.jpg"]}
    annotations: {file: labels.json}
    guide: {file: ../manifests/guide.md}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    manifests = tmp_path / "manifests"
    (manifests / "pictures").mkdir(parents=True)
    for number in (1, 2):
        (manifests / "pictures" / f"{number}.jpg").write_bytes(b"picture")
    (manifests / "guide.md").write_text("# Cars\n")
    (manifests / "labels.json").write_text('{"shapes": []}')
    (manifests / "whole.yaml").write_text(WHOLE)
    monkeypatch.chdir(tmp_path)
    return manifests


def said(text: str, environ: dict[str, str] | None = None) -> list[str]:
    """What is wrong with a manifest from standard input, without the places."""
    with pytest.raises(ManifestError) as caught:
        load(["-"], environ=environ or {}, stdin=io.StringIO(f"version: 1\n{text}"))
    assert all(problem.where for problem in caught.value.problems)
    return [str(problem).partition("error: ")[2] for problem in caught.value.problems]


NEEDED_NO_MORE = "a task that has its data needs them no more"


def warned(text: str, environ: dict[str, str] | None = None) -> list[str]:
    """What is doubtful in a manifest from standard input, without the places."""
    loaded = load(["-"], environ=environ or {}, stdin=io.StringIO(f"version: 1\n{text}"))
    assert all(problem.where for problem in loaded.warnings)
    return [str(problem).partition("warning: ")[2] for problem in loaded.warnings]


def data(pattern: str, more: str = "") -> str:
    return f'tasks:\n  a: {{data: {{files: ["{pattern}"]{more}}}}}\n'


def guide(file: str) -> str:
    return f'projects:\n  a: {{guide: {{file: "{file}"}}}}\n'


def paths(loaded: LoadedManifest) -> list[str | None]:
    task = loaded.manifest.tasks["batch"]
    assert task.data
    assert task.annotations
    assert task.guide
    return [*task.data.files, task.annotations.file, task.guide.file]


def test_paths_are_relative_to_the_file_that_says_them(folder: Path) -> None:
    expected = ["manifests/pictures/*.jpg", "manifests/labels.json", "manifests/guide.md"]
    assert paths(load(["manifests/whole.yaml"])) == expected
    assert paths(load([folder / "whole.yaml"])) == expected
    assert paths(load(["manifests"])) == expected


def test_the_current_folder_does_not_change_what_is_meant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "elsewhere").mkdir()
    monkeypatch.chdir(folder.parent / "elsewhere")
    assert paths(load(["../manifests/whole.yaml"]))[1] == "../manifests/labels.json"
    monkeypatch.chdir(folder)
    assert paths(load(["whole.yaml"])) == ["pictures/*.jpg", "labels.json", "guide.md"]


def test_an_included_file_says_its_own(folder: Path) -> None:
    (folder.parent / "top.yaml").write_text("version: 1\ninclude: [manifests/whole.yaml]\n")
    assert paths(load(["top.yaml"]))[1] == "manifests/labels.json"


def test_standard_input_is_in_the_current_folder(folder: Path) -> None:
    assert folder.exists()
    text = WHOLE.replace("pictures/", "manifests/pictures/").replace("file: guide", "file: manifests/guide")
    text = text.replace("../manifests", "manifests").replace("labels.json", "./manifests/labels.json")
    assert paths(load(["-"], stdin=io.StringIO(text)))[1] == "manifests/labels.json"


def test_a_list_in_a_variable_starts_from_where_it_is_written(folder: Path) -> None:
    (folder / "vars.yaml").write_text('vars: {pictures: ["pictures/1.jpg"], name: pictures}\n')
    text = 'version: 1\ninclude: [manifests/vars.yaml]\ntasks:\n  batch: {data: {files: "${vars.pictures}"}}\n'
    loaded = load(["-"], stdin=io.StringIO(text))
    assert loaded.document["tasks"] == {"batch": {"data": {"files": ["manifests/pictures/1.jpg"]}}}


def test_absolute_paths_stay(folder: Path) -> None:
    (folder / "whole.yaml").write_text(WHOLE.replace("labels.json", str(folder / "labels.json")))
    assert paths(load(["manifests/whole.yaml"]))[1] == str(folder / "labels.json")


def test_a_folder_that_is_called_like_a_pattern(folder: Path) -> None:
    folder.rename(folder.parent / "[old]*")
    (folder.parent / "[old]*" / "whole.yaml").write_text(WHOLE.replace("../manifests/", ""))
    loaded = load(["[old]*/whole.yaml"])
    assert paths(loaded)[1] == "[old]*/labels.json"
    assert [key for key in loaded.files if key.endswith(".jpg")]


def test_the_document_stands_alone(folder: Path) -> None:
    loaded = load([folder / "whole.yaml"])
    again = from_document(loaded.document)
    assert (again.manifest, again.digest, again.files) == (loaded.manifest, loaded.digest, loaded.files)


def test_a_document_whose_files_are_gone_can_be_read(folder: Path) -> None:
    loaded = load([folder / "whole.yaml"])
    for name in ("guide.md", "labels.json", "pictures/1.jpg", "pictures/2.jpg"):
        (folder / name).unlink()
    assert from_document(loaded.document).manifest == loaded.manifest


@pytest.mark.parametrize("name", ["guide.md", "labels.json", "pictures/1.jpg"])
def test_what_files_hold_changes_the_digest(folder: Path, name: str) -> None:
    before = load([folder / "whole.yaml"]).digest
    (folder / name).write_text("# Other, and longer\n")
    assert load([folder / "whole.yaml"]).digest != before


def test_a_picture_more_changes_the_digest(folder: Path) -> None:
    before = load([folder / "whole.yaml"]).digest
    (folder / "pictures" / "3.jpg").write_bytes(b"picture")
    assert load([folder / "whole.yaml"]).digest != before


def test_touching_a_file_does_not_change_the_digest(folder: Path) -> None:
    before = load([folder / "whole.yaml"]).digest
    os.utime(folder / "guide.md", (1, 1))
    os.utime(folder / "pictures" / "1.jpg", (1, 1))
    assert load([folder / "whole.yaml"]).digest == before


def test_missing_files(folder: Path) -> None:
    assert folder.exists()
    assert said(guide("manifests/guied.md")) == [
        "there is no file `manifests/guied.md`\n    did you mean `guide.md`?",
    ]
    assert said(guide("manifest/guide.md")) == [
        "there is no file `manifest/guide.md`\n    there is no folder `manifest`; did you mean `manifests`?"
    ]
    assert said("tasks:\n  a: {annotations: {file: x.json}}\n") == ["there is no file `x.json`"]


def test_patterns_that_match_nothing(folder: Path) -> None:
    """The files of a task that has its data may have been cleaned away: whether they are missing, a plan tells."""
    assert folder.exists()
    assert warned(data("manifests/picture/*.jpg")) == [
        "no file matches `manifests/picture/*.jpg`\n"
        f"    there is no folder `manifests/picture`; did you mean `pictures`?; {NEEDED_NO_MORE}"
    ]
    assert warned(data("manifests/pictures/*.png")) == [
        f"no file matches `manifests/pictures/*.png`\n    {NEEDED_NO_MORE}"
    ]
    assert warned(data("~/pictures/*.png")) == [
        f"no file matches `~/pictures/*.png`\n    ~ is not known here: write ${{env.HOME}}/…; {NEEDED_NO_MORE}"
    ]
    assert warned(data("x.{jpg,png}")) == [
        f"there is no file `x.{{jpg,png}}`\n    {{a,b}} is no pattern here: write one item for each; {NEEDED_NO_MORE}"
    ]


def test_one_pattern_of_several_that_matches_nothing(folder: Path) -> None:
    assert folder.exists()
    text = 'tasks:\n  a: {data: {files: ["manifests/pictures/*.jpg", "manifests/pictures/*.png"]}}\n'
    assert said(text) == ["no file matches `manifests/pictures/*.png`"]


def test_two_files_of_one_name(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "1.jpg").write_bytes(b"one")
    text = 'tasks:\n  a: {data: {files: ["manifests/pictures/*.jpg", "manifests/other/*.jpg"]}}\n'
    assert said(text) == [
        "two files would be called `1.jpg` on the server: manifests/other/1.jpg and manifests/pictures/1.jpg\n"
        "    CVAT keeps no folders of files that are sent to it: rename one of them, or send a zip archive"
    ]


def test_folders_are_not_files(folder: Path) -> None:
    assert folder.exists()
    hint = "\n    for the files in a folder write `folder/*`, for those of the folders in it, too, `folder/**`"
    assert said(guide("manifests")) == ["`manifests` is a folder, not a file"]
    assert said(data("manifests")) == [f"`manifests` is a folder{hint}"]
    assert said(data("manifest*")) == [f"`manifest*` matches only folders{hint}"]


def test_files_that_hold_nothing(folder: Path) -> None:
    for name in ("1.jpg", "2.jpg"):
        (folder / "pictures" / name).write_bytes(b"")
    (folder / "guide.md").write_text(" \n")
    (folder / "labels.json").write_bytes(b"")
    assert said(data("manifests/pictures/*.jpg")) == ["`manifests/pictures/1.jpg` is empty (and 1 more like it)"]
    assert said(guide("manifests/guide.md")) == ["`manifests/guide.md` is empty\n    write `guide: null` for no guide"]
    assert said("tasks:\n  a: {annotations: {file: manifests/labels.json}}\n") == ["`manifests/labels.json` is empty"]


def test_what_is_no_file_and_no_folder(folder: Path) -> None:
    os.mkfifo(folder / "pipe.jpg")
    assert said(data("manifests/pipe.jpg")) == ["`manifests/pipe.jpg` is not a regular file"]
    assert said(guide("manifests/pipe.jpg")) == ["`manifests/pipe.jpg` is not a regular file"]


def test_guides_are_text(folder: Path) -> None:
    (folder / "guide.md").write_bytes(b"\xff\xfe")
    assert said(guide("manifests/guide.md")) == [
        "`manifests/guide.md` is not UTF-8 text\n    a guide is Markdown; save the file as UTF-8"
    ]
    (folder / "guide.md").write_bytes(b"a\0b")
    assert said(guide("manifests/guide.md")) == ["`manifests/guide.md` is a binary file\n    a guide is Markdown text"]


def test_guides_are_not_large(folder: Path) -> None:
    (folder / "guide.md").write_text("x" * (2**20 + 1))
    assert said(guide("manifests/guide.md")) == [
        "`manifests/guide.md` is larger than 1 MB\n    a guide is Markdown text"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read(folder: Path) -> None:
    (folder / "guide.md").chmod(0)
    assert said(guide("manifests/guide.md")) == ["cannot read `manifests/guide.md`: permission denied"]


def test_names_that_no_server_can_keep(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff.png")).write_bytes(b"picture")
    (problem,) = said(data("manifests/*.png"))
    assert problem.startswith("the name `manifests/\\udcff.png` is not UTF-8")


def test_what_the_environment_holds_is_not_shown(folder: Path) -> None:
    assert folder.exists()
    assert said(guide("${env.WHERE}/guide.md"), {"WHERE": "hidden"}) == ["there is no file `${env.WHERE}/guide.md`"]
    assert warned(data("${env.WHERE}/*.jpg"), {"WHERE": "hidden"}) == [
        f"no file matches `${{env.WHERE}}/*.jpg`\n    {NEEDED_NO_MORE}"
    ]


def test_a_video_is_a_task_of_its_own(folder: Path) -> None:
    (folder / "film.mp4").write_bytes(b"film")
    text = 'tasks:\n  a: {data: {files: ["manifests/film.mp4", "manifests/pictures/*"]}}\n'
    assert said(text) == [
        "`film.mp4` is a video, and there are 2 more files: a video is a task of its own\n"
        "    write a task for each video"
    ]


def test_names_that_are_not_among_the_files(folder: Path) -> None:
    assert folder.exists()
    assert said(data("manifests/pictures/*", ", jobs: [[1.jpg], [2.jpgg]]")) == [
        "`2.jpgg` is not one of this task's files\n    did you mean `2.jpg`?"
    ]
    frames = ", validation: {mode: gt, select: manual, frames: [pictures/nine.jpg]}"
    assert said(data("manifests/pictures/*", frames)) == [
        "`pictures/nine.jpg` is not one of this task's files\n    they are called `1.jpg`, `2.jpg`"
    ]


def test_blocks_that_are_to_be_absent_need_no_files(folder: Path) -> None:
    assert folder.exists()
    text = "version: 1\ntasks:\n  a: {id: 1, ensure: absent, guide: {file: gone.md}, data: {files: [gone/*]}}\n"
    assert load(["-"], stdin=io.StringIO(text)).files == {}
