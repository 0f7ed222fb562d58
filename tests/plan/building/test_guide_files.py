from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import Location
from reconciler.manifest.guides import GuideBlock
from reconciler.manifest.loading import from_document
from reconciler.plan.building.guide_files import LARGEST, guide_text

from .described import build

HERE = Location("manifest.yaml", 3, 7)
Read = Callable[[Path | str], tuple[str | None, str]]


@pytest.fixture
def read() -> Read:
    """A guide's text, from its file or as it is written, and what was wrong."""

    def reading(given: Path | str) -> tuple[str | None, str]:
        ctx = build(from_document({"version": 1}), {})
        written = {"file": str(given)} if isinstance(given, Path) else given
        text = guide_text(ctx, GuideBlock.model_validate(written), HERE)
        return text, "\n".join(map(str, ctx.problems))

    return reading


def test_text_as_it_is_written(read: Read) -> None:
    assert read("# Draw\n") == ("# Draw\n", "")


def test_a_file_with_or_without_a_mark(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    for encoding in ("utf-8", "utf-8-sig"):
        file.write_bytes("# Größe\r\n".encode(encoding))
        assert read(file) == ("# Größe\r\n", "")


def test_what_is_no_text(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_bytes("# Größe".encode("latin-1"))
    text, wrong = read(file)
    assert text is None
    assert wrong == (f"manifest.yaml:3:7: error: the guide {file} is not text in UTF-8 (byte 5)\n    save it as UTF-8")
    assert read("a\0b") == (
        None,
        "manifest.yaml:3:7: error: the guide has a NUL character in it, which the server refuses",
    )


def test_what_is_too_large(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_bytes(b"x" * LARGEST)
    assert read(file)[1] == ""
    file.write_bytes(b"x" * (LARGEST + 1))
    text, wrong = read(file)
    assert text is None
    assert "has 1.0 MB; 1 MB is the most" in wrong


def test_what_cannot_be_read(read: Read, tmp_path: Path) -> None:
    assert read(tmp_path / "none.md")[1].endswith("none.md cannot be read: no such file or directory")
    assert read(tmp_path)[1].endswith("cannot be read: is a directory")
