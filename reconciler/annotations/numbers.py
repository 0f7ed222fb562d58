"""How much some annotations are: their tags, shapes and tracks, counted."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from reconciler.wording import counted


class Numbers(BaseModel):
    """How many there are of each kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: int = 0
    shapes: int = 0
    tracks: int = 0

    def __str__(self) -> str:
        """`3 shapes, 1 tag`, or `nothing`."""
        kinds = [(self.shapes, "shape"), (self.tracks, "track"), (self.tags, "tag")]
        return ", ".join(counted(number, kind) for number, kind in kinds if number) or "nothing"

    @classmethod
    def sum(cls, parts: Iterable[Numbers]) -> Numbers:
        """All of it together."""
        found = list(parts)
        return cls(
            tags=sum(one.tags for one in found),
            shapes=sum(one.shapes for one in found),
            tracks=sum(one.tracks for one in found),
        )
