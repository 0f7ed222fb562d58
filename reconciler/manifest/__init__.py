"""What people write: YAML files that describe desired state, read into typed blocks with a place for every value.

Works offline. What the server has (ids, users, selections) is not known here; see `reconciler.plan`.
"""

from reconciler.manifest.loading import LoadedManifest, from_document, load
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest

__all__ = ["LoadedManifest", "Locations", "Manifest", "from_document", "load"]
