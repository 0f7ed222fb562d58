"""The server's share: a folder beside the server, whose files need not be uploaded."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler.sandbox.answers import Answer, as_json, invalid
from reconciler.sandbox.archives import UnsafeArchive, check_name
from reconciler.sandbox.call import Call


def list_share(call: Call) -> Answer:
    """Answer GET /api/server/share: one folder of it. Without a share it is empty."""
    directory = call.query.get("directory", "/").strip("/")
    folder = _inside(call.share, directory or ".")
    if folder is None or not folder.is_dir():
        if directory:
            raise invalid(f"{directory} is an invalid directory")
        return as_json([])
    begins = call.query.get("search", "")
    return as_json([_shown(path) for path in sorted(folder.iterdir()) if path.name.startswith(begins)])


def _shown(path: Path) -> dict[str, str]:
    if path.is_dir():
        return {"name": path.name, "type": "DIR", "mime_type": "DIR"}
    kind = (mimetypes.guess_type(path.name)[0] or "unknown").partition("/")[0]
    return {"name": path.name, "type": "REG", "mime_type": kind}


def _inside(share: Path | None, name: str) -> Path | None:
    if share is None:
        return None
    try:
        check_name(name)
    except UnsafeArchive:
        return None
    path = (share / name).resolve()
    return path if path.is_relative_to(share.resolve()) else None


def read_share(share: Path | None, names: Iterable[str], excluded: Iterable[str]) -> dict[str, bytes]:
    """Read files and whole folders of the share, but for the excluded ones. What is not there is left out."""
    found: dict[str, bytes] = {}
    for name in names:
        for path in _files(_inside(share, str(name).strip("/"))):
            assert share is not None
            found[path.relative_to(share.resolve()).as_posix()] = path.read_bytes()
    without = tuple(str(name).strip("/") for name in excluded)
    return {name: found[name] for name in found if not any(f"{name}/".startswith(f"{one}/") for one in without)}


def _files(path: Path | None) -> Iterator[Path]:
    if path is None:
        return
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (inner for inner in sorted(path.rglob("*")) if inner.is_file())
