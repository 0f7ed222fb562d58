from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.validate import validate
from reconciler.errors import ManifestError

GOOD = """\
version: 1
tasks:
  a: {id: 1, subset: x}
  b: {id: 2, subset: x}
rules:
  r: {select: {id: 3}, set: {subset: y}}
"""
DOUBTFUL = "version: 1\ntasks:\n  a: {id: 1}\n"


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_line_when_valid(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.yaml").write_text(GOOD)
    validate(["m.yaml"])
    assert capsys.readouterr() == ("m.yaml: valid (1 rule, 2 tasks)\n", "")


def test_warnings_are_shown_and_pass(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.yaml").write_text(DOUBTFUL)
    validate(["m.yaml"])
    out, err = capsys.readouterr()
    assert out == "m.yaml: valid (1 task)\n"
    assert err.startswith("m.yaml:3:3: warning: the task `a` sets nothing")


def test_strict_fails_on_warnings() -> None:
    Path("m.yaml").write_text(DOUBTFUL)
    with pytest.raises(ManifestError, match="sets nothing"):
        validate(["m.yaml"], strict=True)


def test_errors_are_raised_all_at_once() -> None:
    Path("m.yaml").write_text("version: 1\ntasks:\n  a: {id: x}\n  b: {}\n  c: {ide: 1}\n")
    with pytest.raises(ManifestError) as caught:
        validate(["m.yaml"])
    assert len(caught.value.problems) == 3
    assert caught.value.exit_code == 1


def test_a_manifest_with_nothing_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.yaml").write_text("version: 1\n")
    validate(["m.yaml"])
    assert capsys.readouterr().out == "m.yaml: valid (nothing in it)\n"
