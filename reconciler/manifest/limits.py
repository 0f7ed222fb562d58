"""How the tool behaves with a manifest: its safety limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from reconciler.manifest.blocks import Block
from reconciler.manifest.priority_format import EXAMPLE, PriorityFormat, wrong_with
from reconciler.manifest.values import Count, Percent, complaint


def _readable(text: str) -> str:
    if wrong := wrong_with(text):
        raise complaint(f"this cannot be read back: {wrong}", f'write format: "{EXAMPLE}"')
    return text


class LimitsBlock(Block):
    """How much one apply may change, counted in tasks; exceeded, nothing is written (exit code 6)."""

    called = "limits"

    max_changes: Count | None = Field(default=None, description="Tasks that may change; null for no limit.")
    max_changed_percent: Percent | None = Field(
        default=None, description="Part of the tasks looked at that may change, in percent; null for no limit."
    )
    max_deletes: Count = Field(default=0, description="Tasks that may be deleted.")


class PriorityBlock(Block):
    """How priorities are shown. CVAT has none: they are a part of the name, which everybody sees and can sort by."""

    called = "`settings.priority`"

    format: Annotated[str, AfterValidator(_readable)] = Field(
        description="A name with its priority. Names are compared and found without it.", examples=[EXAMPLE]
    )

    @property
    def shown(self) -> PriorityFormat:
        """The format, as it is used."""
        return PriorityFormat(self.format)


class Settings(Block):
    """How the tool behaves with this manifest."""

    called = "settings"

    limits: LimitsBlock = Field(default=LimitsBlock(), description="How much one apply may change.")
    priority: PriorityBlock | None = Field(
        default=None,
        description="How names show priorities; null takes them out of all names again.",
        examples=[{"format": EXAMPLE}],
    )
