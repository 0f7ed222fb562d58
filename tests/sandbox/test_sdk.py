"""The SDK works against the sandbox unchanged: the newest in this process, the oldest in another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cvat_sdk import make_client
from cvat_sdk.core.client import AccessTokenCredentials, Client

from reconciler.sandbox import Sandbox

from .sdk_life_script import live
from .sdk_script import work_with

OLDEST = Path(sys.prefix) / "sdk-oldest"
SCRIPT = Path(__file__).with_name("sdk_script.py")
LIFE = Path(__file__).with_name("sdk_life_script.py")


@pytest.mark.filterwarnings("ignore::UserWarning:cvat_sdk")
def test_newest_with_a_password() -> None:
    with (
        Sandbox.start(tasks=12, server_version="2.80") as sandbox,
        make_client(sandbox.url, credentials=(sandbox.username, sandbox.password)) as client,
    ):
        work_with(client)


@pytest.mark.filterwarnings("ignore::UserWarning:cvat_sdk")
def test_newest_with_a_token() -> None:
    with Sandbox.start(tasks=12, server_version="2.80") as sandbox, Client(sandbox.url) as client:
        client.login(AccessTokenCredentials(sandbox.token))
        work_with(client)


@pytest.mark.filterwarnings("ignore::UserWarning:cvat_sdk")
def test_newest_over_a_tasks_life(tmp_path: Path) -> None:
    with (
        Sandbox.start(seed="empty", server_version="2.80") as sandbox,
        make_client(sandbox.url, credentials=(sandbox.username, sandbox.password)) as client,
    ):
        client.organization_slug = ""
        live(client, tmp_path)


needs_oldest = pytest.mark.skipif(not OLDEST.is_dir(), reason=f"{OLDEST.name} is not installed beside this interpreter")


@needs_oldest
@pytest.mark.parametrize("way", ["password", "token"])
def test_oldest(way: str) -> None:
    with Sandbox.start(tasks=12) as sandbox:
        _run(SCRIPT, sandbox.url, way, sandbox.token)


@needs_oldest
def test_oldest_over_a_tasks_life() -> None:
    with Sandbox.start(seed="empty") as sandbox:
        _run(LIFE, sandbox.url)


def _run(script: Path, *arguments: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**os.environ, "PYTHONPATH": str(OLDEST)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("2.54.0 done")
