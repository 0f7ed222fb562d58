"""Where exports go and imports come from by default."""

from __future__ import annotations

from pydantic import Field, JsonValue, model_validator

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Id, Wanted


class StorageBlock(Block):
    """A storage. Written `local`, it is the server's own disk."""

    called = "a storage"

    cloud_storage: Wanted[Id] = Field(default=None, description="A cloud storage's id on the server; left out: local.")

    @model_validator(mode="before")
    @classmethod
    def _local(cls, value: object) -> object:
        return {} if value == "local" else value

    @property
    def state(self) -> dict[str, JsonValue] | None:
        """As plans compare it: None is the server's own disk, which is also what a project or task has by default."""
        if self.cloud_storage is None:
            return None
        return {"location": "cloud_storage", "cloud_storage_id": self.cloud_storage}
