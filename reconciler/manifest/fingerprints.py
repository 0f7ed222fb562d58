"""What the files that a manifest names hold: part of its digest, so that a plan made from other content is noticed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from reconciler.manifest.file_patterns import matched
from reconciler.manifest.models import Manifest, ProjectBlock, TaskBlock

LARGEST = 16 * 1024 * 1024


def fingerprints(manifest: Manifest) -> dict[str, str]:
    """By path: the sha256 of a guide's or annotations' file, the size alone of a large one.

    Data can be many gigabytes; it goes by its files' names and sizes, all patterns of a task together.
    """
    prints: dict[str, str] = {}
    for path in _single_files(manifest):
        prints[path] = prints.get(path) or _of_file(path)
    for patterns in _patterns(manifest):
        prints[" ".join(patterns)] = _of_files(patterns)
    return {path: known for path, known in sorted(prints.items()) if known}


def _single_files(manifest: Manifest) -> Iterator[str]:
    blocks: list[ProjectBlock | TaskBlock] = [*manifest.projects.values(), *manifest.tasks.values()]
    for block in blocks:
        if block.ensure == "present" and block.guide is not None and block.guide.file is not None:
            yield block.guide.file
    for task in manifest.tasks.values():
        if task.ensure == "present" and task.annotations is not None:
            yield task.annotations.file


def _patterns(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    for task in manifest.tasks.values():
        if task.ensure == "present" and task.data is not None and task.data.files:
            yield task.data.files


def _of_file(path: str) -> str:
    """Empty where it cannot be read: loading a manifest reports that, a document goes on without."""
    try:
        size = Path(path).stat().st_size
        if size > LARGEST:
            return f"{size} bytes"
        return f"sha256:{hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
    except OSError:
        return ""


def _of_files(patterns: tuple[str, ...]) -> str:
    files = matched(patterns)
    try:
        sizes = [(file.name, os.stat(file.path).st_size) for file in files]  # noqa: PTH116 - many files
    except OSError:
        return ""
    listed = json.dumps(sizes, separators=(",", ":"), ensure_ascii=False)
    return f"{len(files)} files, sha256:{hashlib.sha256(listed.encode(errors='surrogatepass')).hexdigest()}"
