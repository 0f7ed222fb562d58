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

from .sdk_script import work_with

OLDEST = Path(sys.prefix) / "sdk-oldest"
SCRIPT = Path(__file__).with_name("sdk_script.py")


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


@pytest.mark.skipif(not OLDEST.is_dir(), reason=f"{OLDEST.name} is not installed beside this interpreter")
@pytest.mark.parametrize("way", ["password", "token"])
def test_oldest(way: str) -> None:
    with Sandbox.start(tasks=12) as sandbox:
        environment = {**os.environ, "PYTHONPATH": str(OLDEST)}
        ran = subprocess.run(
            [sys.executable, str(SCRIPT), sandbox.url, way, sandbox.token],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("2.54.0 done")
