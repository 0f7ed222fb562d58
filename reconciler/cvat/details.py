"""Read models of what tasks and projects are made of: guides, data, issues, formats. Tolerant like `models`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

from reconciler.cvat.models import Date, Observed, UserRef

_ENDING: Final = re.compile(r"[A-Za-z0-9]{1,5}")  # as long as those that `transfer.names` takes off a name


class Guide(Observed):
    """A guide of a project or a task. The server strips the text's ends (recordings/backup.json)."""

    project_id: int | None = None
    task_id: int | None = None
    markdown: str = ""


@dataclass(frozen=True)
class Asset:
    """A picture of a guide. `filename` is "" when the server does not say."""

    filename: str
    data: bytes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Frame(_Part):
    """A frame: the file it comes from, in the order of the task's frames."""

    name: str = ""
    width: int | None = None
    height: int | None = None
    related_files: int | None = None


class DataMeta(_Part):
    """What a task's data is like. `start_frame` and `stop_frame` count the source's frames, before the step."""

    size: int | None = None
    start_frame: int | None = None
    stop_frame: int | None = None
    frame_filter: str = ""
    image_quality: int | None = None
    chunk_size: int | None = None
    frames: tuple[Frame, ...] = ()  # of a video a single one: the video
    deleted_frames: tuple[int, ...] = ()
    included_frames: tuple[int, ...] | None = None  # of a ground-truth job: which of the source's frames it has
    storage: str | None = None
    cloud_storage_id: int | None = None

    @property
    def included(self) -> tuple[int, ...] | None:
        """Which frames a ground-truth job has, counted as everywhere else (CVAT's source, JobViewSet.metadata)."""
        if self.included_frames is None:
            return None
        step = self.frame_filter.partition("=")[2].strip()
        every = int(step) if step.isdecimal() and int(step) else 1
        return tuple((frame - (self.start_frame or 0)) // every for frame in self.included_frames)

    @property
    def names(self) -> tuple[str, ...]:
        """The frames' names on the server, in order."""
        return tuple(frame.name for frame in self.frames)


class Comment(Observed):
    """A comment in an issue."""

    issue: int | None = None
    owner: UserRef | None = None
    message: str = ""
    created_date: Date | None = None
    updated_date: Date | None = None


def _read_or_not(value: object) -> object:
    return value if isinstance(value, list | tuple) else ()  # a list of issues has {"count", "url"} here


class Issue(Observed):
    """An issue on a frame of a job; its first comment is the message that it was made with."""

    job: int | None = None
    frame: int | None = None
    position: tuple[float, ...] = ()
    owner: UserRef | None = None
    assignee: UserRef | None = None
    resolved: bool = False
    created_date: Date | None = None
    updated_date: Date | None = None
    comments: Annotated[tuple[Comment, ...], BeforeValidator(_read_or_not)] = ()  # oldest first


class FileFormat(_Part):
    """A format of files, as the server lists it."""

    name: str
    ext: str = "ZIP"  # of what is imported there may be several: "JSON, ZIP"
    dimension: str | None = None  # of the tasks that it is for: "2d", "3d", "1d" (audio); None: not said

    @property
    def is_zip(self) -> bool:
        """Whether it is exported as an archive."""
        return self.ending == ".zip"

    @property
    def ending(self) -> str:
        """Of a file's name; harmless, whatever the server says."""
        return f".{self.ext.lower()}" if _ENDING.fullmatch(self.ext) else ".file"


class Formats(_Part):
    """The formats that the server imports and exports."""

    importers: tuple[FileFormat, ...] = ()
    exporters: tuple[FileFormat, ...] = ()
