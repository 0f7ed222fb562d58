"""The frames of a task: their names and sizes, the files behind them, which of them are deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reconciler.sandbox import pictures
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.store import Store

Frame = tuple[str, int, int]
"""Name, width, height."""


@dataclass
class Media:
    """What a task is made of. ``sources`` are all files in order; its frames are every ``step``-th from ``start``."""

    sources: list[Frame]
    start: int = 0
    step: int = 1
    size: int = 0
    chunk_size: int = 72
    frame_filter: str = ""
    storage: str = "local"
    storage_method: str = "cache"
    sorting_method: str = "lexicographical"
    updated: str = ""
    deleted: list[int] = field(default_factory=list)
    disabled: list[int] = field(default_factory=list)
    """Frames of the ground truth that it leaves out."""
    custom_segments: bool = False

    @property
    def frames(self) -> list[Frame]:
        """The frames, by their numbers in the task."""
        return self.sources[self.start : self.start + self.size * self.step : self.step]

    @property
    def stop(self) -> int:
        """The number of the last frame among the sources."""
        return self.start + (self.size - 1) * self.step

    def source_number(self, frame: int) -> int:
        """Give a frame's number among the sources."""
        return self.start + frame * self.step


def media_of(store: Store, task: Doc) -> Media:
    """Give a task's media; a task that came without any (from a seed, from lists) has stand-ins."""
    text = store.value("SELECT doc FROM media WHERE task_id = ?", (task["id"],))
    if text:
        read: dict[str, Any] = from_text(text)
        sources: list[Frame] = [(name, width, height) for name, width, height in read.pop("sources")]
        return Media(sources, **read)
    return Media(
        [(f"frame_{number:06d}.png", pictures.WIDTH, pictures.HEIGHT) for number in range(task["size"])],
        size=task["size"],
        updated=task["created_date"],
        custom_segments=task["segment_size"] == 0,
    )


def save_media(store: Store, task_id: int, media: Media) -> None:
    """Write what a task is made of."""
    store.execute("INSERT OR REPLACE INTO media VALUES (?, ?)", (task_id, to_text(vars(media))))


def add_files(store: Store, task_id: int, files: dict[str, bytes]) -> None:
    """Keep the files of a task."""
    for name, content in files.items():
        store.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (task_id, name, content))


def content_of(store: Store, task_id: int, frame: Frame) -> bytes:
    """Give a frame's file, or a stand-in for one that is not here."""
    name, width, height = frame
    content = store.value("SELECT content FROM files WHERE task_id = ? AND name = ?", (task_id, name))
    return bytes(content) if content is not None else pictures.stand_in(f"{task_id}/{name}", width, height)


def forget(store: Store, task_id: int) -> None:
    """Remove a task's frames and files."""
    store.execute("DELETE FROM media WHERE task_id = ?", (task_id,))
    store.execute("DELETE FROM files WHERE task_id = ?", (task_id,))
