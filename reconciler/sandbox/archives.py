"""Zip files that somebody sent: read within bounds, and never by a name that leads out of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

_MOST_MEMBERS = 100_000
_MOST_BYTES = 512 * 2**20
_STAMP = (1980, 1, 1, 0, 0, 0)


class UnsafeArchive(ValueError):  # noqa: N818 - it says what is unsafe
    """A zip that is too large when unpacked, or whose names lead out of it."""


def members(content: bytes) -> dict[str, bytes]:
    """Unpack a zip into memory: its files by name. Raises BadZipFile, or UnsafeArchive."""
    return dict(_members(content))


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    left = _MOST_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > _MOST_MEMBERS:
            raise UnsafeArchive(f"The archive has {len(infos)} files; at most {_MOST_MEMBERS} are accepted")
        for info in infos:
            check_name(info.filename)
            # What is read counts, not what the archive says of itself: a zip bomb says little.
            with archive.open(info) as member:
                unpacked = member.read(left + 1)
            left -= len(unpacked)
            if left < 0:
                raise UnsafeArchive(f"The archive is larger than {_MOST_BYTES} bytes when unpacked")
            yield info.filename, unpacked


def check_name(name: str) -> None:
    """Refuse the name of a file that would not lie below the folder it is meant for."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise UnsafeArchive(f"File name {name} is not allowed")


def packed(files: dict[str, bytes]) -> bytes:
    """Pack files as a zip without compression, as CVAT does; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content)
    return buffer.getvalue()
