"""What the format allows but does not make sense, found without a server."""

from __future__ import annotations

from reconciler.errors import Problem
from reconciler.manifest.block_checks import block_problems
from reconciler.manifest.contradictions import contradictions
from reconciler.manifest.jumping_back import jumping_back
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest


def checked(manifest: Manifest, locations: Locations) -> list[Problem]:
    """Errors and warnings about what the blocks mean, alone and together."""
    return [
        *block_problems(manifest, locations),
        *contradictions(manifest, locations),
        *jumping_back(manifest, locations),
    ]
