"""A task's data: the request that uploads it, and how a changed block is told from the one that a task was made from.

Data is fixed once it is there. So a block is remembered by a digest; without one (a task that was adopted) it is held
against what the server shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import JsonValue

from reconciler.cvat.capabilities import Capabilities
from reconciler.cvat.models import Task
from reconciler.manifest.file_patterns import matched
from reconciler.manifest.models import DataBlock, ValidationBlock
from reconciler.plan.observing import Observed
from reconciler.plan.steps import Image
from reconciler.wording import listed

_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
"""Files of which each is one frame. What is in an archive, a PDF or a video only the server knows."""
_CONTEXT: Final = "related_images"
"""A folder of pictures that are shown beside frames, and are none."""

_SENT_AS: Final = {
    "image_quality": "image_quality",
    "chunk_size": "chunk_size",
    "start_frame": "start_frame",
    "stop_frame": "stop_frame",
    "sorting": "sorting_method",
    "use_cache": "use_cache",
    "use_zip_chunks": "use_zip_chunks",
    "copy_data": "copy_data",
    "storage_method": "storage_method",
}
_AT_CREATION: Final = ("segment_size", "overlap")
_MOST_NAMED = 3


@dataclass(frozen=True)
class LocalFile:
    """A file to be uploaded, and what it is called on the server."""

    path: Path
    name: str
    size: int

    @property
    def as_json(self) -> Image:
        """As a step carries it."""
        return {"path": self.path.as_posix(), "name": self.name, "size": self.size}


@dataclass(frozen=True)
class WantedData:
    """A data block, with the files that it means on this machine."""

    block: DataBlock

    @cached_property
    def files(self) -> tuple[LocalFile, ...]:
        """What is uploaded from here."""
        found = matched(self.block.files) if self.block.files else []
        return tuple(LocalFile(path, name, path.stat().st_size) for path, name in found)

    @cached_property
    def digest(self) -> str:
        """Tells a changed block: its values, and its files by name and size. Where the files lie does not matter."""
        content = self.block.model_dump(mode="json", exclude_defaults=True, exclude={"files"})
        content["files"] = sorted([one.name, one.size] for one in self.files)
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @cached_property
    def size(self) -> int | None:
        """How many frames there will be, where that can be told from here."""
        if not self.files or not all(_is_frame(one.path) for one in self.files):
            return None
        if self.block.validation is not None and self.block.validation.mode == "gt_pool":
            return None  # frames of the pool are repeated in the jobs
        stop = len(self.files) if self.block.stop_frame is None else min(self.block.stop_frame + 1, len(self.files))
        return len(range(self.block.start_frame or 0, stop, self.block.step or 1)) or None

    @cached_property
    def bytes(self) -> int:
        """What is to be sent from here."""
        return sum(one.size for one in self.files)

    def for_creation(self, capabilities: Capabilities) -> Image:
        """The part of the block that goes into the task itself, and only when it is made."""
        body: Image = {name: value for name in _AT_CREATION if (value := getattr(self.block, name)) is not None}
        if self.block.replicas is not None:
            # Called differently by different versions (FACTS §1), as the jobs' type is.
            new = capabilities.replica_job_type == "replica"
            body["initial_replicas" if new else "consensus_replicas"] = self.block.replicas
        return body

    def request(self) -> Image:
        """The data request, with the files that are uploaded from here."""
        block = self.block
        body: Image = {
            sent_as: value for name, sent_as in _SENT_AS.items() if (value := getattr(block, name)) is not None
        }
        if block.step is not None:
            body["frame_filter"] = f"step={block.step}"
        if block.remote:
            body["remote_files"] = list(block.remote)
        if server_files := [*block.share, *(block.cloud_storage.files if block.cloud_storage else ())]:
            body["server_files"] = list(server_files)
        if block.cloud_storage is not None:
            body["cloud_storage_id"] = block.cloud_storage.id
            if block.cloud_storage.pattern is not None:
                body["filename_pattern"] = block.cloud_storage.pattern
        if block.exclude:
            body["server_files_exclude"] = list(block.exclude)
        if block.jobs is not None:
            body["job_file_mapping"] = [list(job) for job in block.jobs]
        if block.validation is not None:
            body["validation_params"] = _validation(block.validation)
        if self.files:
            body["files"] = [one.as_json for one in self.files]
            if block.sorting == "predefined":
                body["upload_file_order"] = [one.name for one in self.files]
        return body

    @property
    def described(self) -> list[tuple[str, JsonValue]]:
        """What of it a person is shown."""
        block = self.block
        sources: dict[str, JsonValue] = {
            "files": len(self.files) or None,
            "remote": len(block.remote) or None,
            "share": len(block.share) or None,
            "cloud_storage": block.cloud_storage.id if block.cloud_storage else None,
            "bytes": self.bytes or None,
        }
        if block.jobs is not None:
            sources["jobs"] = len(block.jobs)
        if block.validation is not None:
            sources["validation"] = " ".join([block.validation.mode, block.validation.select])
        said = block.model_dump(mode="json", exclude_unset=True, exclude={*sources, "exclude", "jobs", "validation"})
        return [(name, value) for name, value in {**sources, **said}.items() if value is not None]

    # A task that has data already

    def differences(self, task: Task, server: Observed) -> list[str]:
        """What the server shows otherwise than the block says, in words."""
        return [*self._of_task(task), *self._of_files(task, server)]

    def unlike(self, task: Task) -> list[str]:
        """The same, of what a task that was not made from a remembered block shows in a list: only what is certain."""
        return list(self._of_task(task))

    def _of_task(self, task: Task) -> Iterator[str]:
        block, size = self.block, task.size
        if size is not None and self.size is not None and self.size != size:
            yield f"it has {size} frames, and these files make {self.size}"
        if block.jobs is None and (block.validation is None or block.validation.mode != "gt_pool"):
            yield from self._of_segments(task)
        said = size is not None and "image_quality" in block.model_fields_set
        if said and task.image_quality not in (None, block.image_quality):
            yield f"its image_quality is {task.image_quality}, not {block.image_quality}"

    def _of_segments(self, task: Task) -> Iterator[str]:
        """The server cuts segments to the task's size, and overlaps to half a segment (CVAT 2.54.1, task creation)."""
        block, size = self.block, task.size
        segment, overlap = block.segment_size, block.overlap
        if segment is not None and task.segment_size is not None:
            wanted = min(segment, size) or size if size else segment
            if task.segment_size not in (wanted, segment):
                yield f"its segment_size is {task.segment_size}, not {segment}"
        if overlap is not None and task.overlap is not None:
            wanted = min(overlap, (task.segment_size or 0) // 2) if size else overlap
            if task.overlap not in (wanted, overlap):
                yield f"its overlap is {task.overlap}, not {overlap}"

    def _of_files(self, task: Task, server: Observed) -> Iterator[str]:
        if self.size is None:
            return
        meta = server.data_meta(task.id)
        there = {PurePosixPath(name).name for name in meta.names} if meta else set()
        here = {PurePosixPath(one.name).name for one in self.files}
        if added := sorted(here - there):
            yield f"{listed(added, _MOST_NAMED)} {_are(added)} not in it"
        if gone := sorted(there - here):
            yield f"{listed(gone, _MOST_NAMED)} {_are(gone)} not among these files"


def _is_frame(path: Path) -> bool:
    return path.suffix.lower() in _PICTURES and _CONTEXT not in path.parts


def _validation(block: ValidationBlock) -> Image:
    said = block.model_dump(mode="json", exclude_none=True, exclude={"select"})
    return {**said, "frame_selection_method": block.select}


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
