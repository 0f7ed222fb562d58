"""Who runs the tool, and which."""

from __future__ import annotations

import getpass
import os
import socket
from importlib.metadata import PackageNotFoundError

import pytest

from reconciler.history import tool as tool_module
from reconciler.history.operator import operator
from reconciler.history.tool import tool


def test_user_and_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "alice")
    monkeypatch.setattr(socket, "gethostname", lambda: "box")
    assert operator() == "alice@box"


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setattr(socket, "gethostname", lambda: "")
    assert operator() == f"{os.getuid()}@unknown"


def test_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tool().startswith("cvat-reconciler ")

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(tool_module, "version", missing)
    assert tool() == "cvat-reconciler unknown"
