"""What the format allows but does not make sense, found without a server."""

from __future__ import annotations

from reconciler.errors import Problem
from reconciler.manifest.absence_checks import absence_problems
from reconciler.manifest.assign_checks import assign_problems
from reconciler.manifest.belonging_checks import belonging_problems
from reconciler.manifest.block_checks import block_problems
from reconciler.manifest.circles import circles
from reconciler.manifest.contradictions import contradictions
from reconciler.manifest.data_checks import data_problems
from reconciler.manifest.jumping_back import jumping_back
from reconciler.manifest.label_checks import label_problems
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest
from reconciler.manifest.priority_checks import priority_problems


def checked(manifest: Manifest, locations: Locations) -> list[Problem]:
    """Errors and warnings about what the blocks mean, alone and together."""
    return [
        *block_problems(manifest, locations),
        *belonging_problems(manifest, locations),
        *label_problems(manifest, locations),
        *data_problems(manifest, locations),
        *absence_problems(manifest, locations),
        *assign_problems(manifest, locations),
        *priority_problems(manifest, locations),
        *contradictions(manifest, locations),
        *jumping_back(manifest, locations),
        *circles(manifest, locations),
    ]
