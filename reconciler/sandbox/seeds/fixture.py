"""Reading a folder of list responses, as a real server gave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.sandbox.worlds import TABLES


class BrokenFixture(Exception):  # noqa: N818 - it says what is broken
    """A fixture that cannot be loaded: which file, and why."""


def read_fixture(folder: Path) -> dict[str, Any]:
    """Read ``tasks.json``, ``jobs.json``, … of a folder into a world; files that are not there are empty."""
    if not folder.is_dir():
        raise BrokenFixture(f"{folder} is not a folder. It should hold tasks.json, jobs.json and so on.")
    world: dict[str, Any] = {}
    for table in TABLES:
        file = folder / f"{table}.json"
        if file.exists():
            world[table] = _results(file, _parsed(file))
    if not world:
        names = ", ".join(f"{table}.json" for table in TABLES)
        raise BrokenFixture(f"{folder} holds none of {names}.")
    annotations = folder / "annotations.json"
    if annotations.exists():
        world["annotations"] = _parsed(annotations)
    return world


def _parsed(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BrokenFixture(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenFixture(f"{file}: cannot be read: {error}") from None


def _results(file: Path, parsed: Any) -> list[dict[str, Any]]:
    results = parsed.get("results") if isinstance(parsed, dict) else parsed
    if not isinstance(results, list):
        raise BrokenFixture(f'{file}: no list response: it should be {{"count": …, "results": […]}}')
    for number, doc in enumerate(results):
        if not isinstance(doc, dict) or not isinstance(doc.get("id"), int):
            raise BrokenFixture(f"{file}: results[{number}] is no object with an id")
    return results
