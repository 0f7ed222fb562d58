"""What a person's files are called on the server: by their names without folders.

CVAT keeps no folders of files that a client sends one by one: of a form Django takes the last part of the name
(`sanitize_file_name`), and a file sent by TUS would be renamed into a folder that is not there, a 500 (CVAT's
TusFile.rename). Its own interface sends bare names too. So two files of one name cannot be in one task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from reconciler.cvat.groups import Sent
from reconciler.cvat.tus import size_of
from reconciler.errors import ReconcilerError


def server_name(name: str) -> str:
    """Give the name that the server will know a file by: `night/a.jpg` is `a.jpg`."""
    return PurePosixPath(name).name


def with_server_names(
    body: Mapping[str, JsonValue], files: Sequence[tuple[Path, str]]
) -> tuple[dict[str, JsonValue], list[Sent]]:
    """Give a data request and its files with the names that they will have; the frames' order, where it is ours to say.

    Raises ReconcilerError for two files of one name, and for one that is empty or cannot be read.
    """
    sent: dict[str, Sent] = {}
    for path, name in files:
        bare = server_name(name)
        if bare in sent:
            raise ReconcilerError(
                f"two files would have one name on the server: {sent[bare].path} and {path}",
                hint="CVAT keeps no folders of files that are sent to it: rename one of them, or send a zip archive",
            )
        sent[bare] = Sent(path, bare, size_of(path))
    names = {name: server_name(name) for _, name in files}
    named = {key: _renamed(value, names) if key in _WITH_NAMES else value for key, value in body.items()}
    if sent and str(named.get("sorting_method", "")).lower() == "predefined":
        named.setdefault("upload_file_order", list(sent))
    return named, list(sent.values())


_WITH_NAMES = ("upload_file_order", "job_file_mapping", "validation_params")


def _renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    return value
