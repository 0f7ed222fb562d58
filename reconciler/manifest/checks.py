"""What the format allows but does not make sense, found without a server."""

from __future__ import annotations

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest


def checked(manifest: Manifest, locations: Locations) -> list[Problem]:
    """Errors and warnings about what the blocks mean."""
    problems: list[Problem] = []
    del manifest, locations
    return problems
