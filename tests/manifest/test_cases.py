"""Golden cases: a manifest, and exactly what is said about it.

`cases/<name>/manifest.yaml` is loaded from inside its folder; `expected.txt` holds every message, in order. To add a
case, write the manifest and what a person should read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load

CASES = Path(__file__).parent / "cases"
ENVIRON = {"USER": "eve", "WORD": "hidden-value", "CVAT_ACCESS_TOKEN": "s3cret"}


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_says_exactly_this(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)
    expected = (CASES / name / "expected.txt").read_text(encoding="utf-8")
    assert messages("manifest.yaml") == expected


def messages(source: str) -> str:
    try:
        problems = load([source], environ=ENVIRON).warnings
    except ManifestError as error:
        problems = error.problems
    said = "\n".join(str(problem) for problem in problems)
    assert "hidden-value" not in said, "a value from the environment was shown"
    assert "s3cret" not in said
    assert all(char.isprintable() or char == "\n" for char in said)
    return f"{said}\n" if said else ""
