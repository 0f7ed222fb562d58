"""Runs the demo as `make demo` does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def demonstrate(manifest: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The demo with a manifest, to its end."""
    command = [sys.executable, "-m", "reconciler.sandbox.demo", str(manifest)]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
