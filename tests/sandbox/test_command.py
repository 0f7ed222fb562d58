"""``reconciler sandbox`` in the foreground."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
import urllib3
from typer.testing import CliRunner, Result

from reconciler.cli.sandbox import sandbox

SCRIPT = "import typer; from reconciler.cli.sandbox import sandbox; typer.run(sandbox)"


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    command = [sys.executable, "-c", SCRIPT, "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        lines = "".join(process.stdout.readline() for _ in range(4))
        found = re.search(r"export CVAT_HOST=(\S+)", lines)
        assert found is not None, lines
        yield process, found[1], lines
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def run(*arguments: str) -> Result:
    app = typer.Typer(add_completion=False)
    app.command()(sandbox)
    return CliRunner().invoke(app, list(arguments))


def test_it_serves_until_it_is_interrupted() -> None:
    with running("--tasks", "2", "--server-version", "2.80") as (process, url, lines):
        assert "export CVAT_USERNAME=admin CVAT_PASSWORD=sandbox" in lines
        with urllib3.PoolManager() as pool:
            assert pool.request("GET", f"{url}/api/server/about").json()["version"] == "2.80.0"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
        assert "Stopped." in out


def test_a_busy_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("--port", str(port))
    assert result.exit_code == 1
    assert f"Port {port} is in use" in result.output


def test_a_broken_fixture(tmp_path: Path) -> None:
    (tmp_path / "tasks.json").write_text("[")
    result = run("--port", "0", "--fixture", str(tmp_path))
    assert result.exit_code == 1
    assert "tasks.json:1:2: not JSON" in result.output


def test_an_unknown_seed() -> None:
    result = run("--port", "0", "--seed", "forest")
    assert result.exit_code == 1
    assert "There is no seed named 'forest'; choose one of street, people, empty." in result.output


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("reconciler.sandbox", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = run("--port", "0")
    assert result.exit_code == 1
    assert "pip install 'cvat-reconciler[sandbox]'" in result.output
