"""Golden texts: what is rendered is compared with a file that a person has read.

Renew the files after a change of wording with `RENEW_GOLDEN=1 .venv/bin/pytest tests/report`, then read the difference.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100, color_system=None)


@pytest.fixture
def written(console: Console) -> Callable[[], str]:
    """What has been written to `console`."""

    def text() -> str:
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    return text


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with `cases/NAME.txt`."""

    def compare(name: str, text: str) -> None:
        path = CASES / f"{name}.txt"
        if os.environ.get("RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
