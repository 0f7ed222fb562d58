"""How the tool behaves with a manifest: its safety limits."""

from __future__ import annotations

from pydantic import Field

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Count, Percent


class LimitsBlock(Block):
    """How much one apply may change, counted in tasks; exceeded, nothing is written (exit code 6)."""

    called = "limits"

    max_changes: Count | None = Field(default=None, description="Tasks that may change; null for no limit.")
    max_changed_percent: Percent | None = Field(
        default=None, description="Part of the tasks looked at that may change, in percent; null for no limit."
    )
    max_deletes: Count = Field(default=0, description="Tasks that may be deleted.")


class Settings(Block):
    """How the tool behaves with this manifest."""

    called = "settings"

    limits: LimitsBlock = Field(default=LimitsBlock(), description="How much one apply may change.")
