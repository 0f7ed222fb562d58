"""Which project a key or a reference means, as far as that shows without a server."""

from __future__ import annotations

from reconciler.manifest.models import Manifest, ProjectRef

Meant = tuple[str, object]
"""`("id", 17)` or `("name", "Street scenes")`."""


def project_meant(manifest: Manifest, project: ProjectRef | str) -> Meant:
    """What finds the project: its id if that is written, else its name."""
    if isinstance(project, ProjectRef):
        if project.id is not None:
            return ("id", project.id)
        if project.name is not None:
            return ("name", project.name)
        project = project.key or ""
    block = manifest.projects.get(project)
    if block is None:
        return ("name", project)
    return ("id", block.id) if block.id is not None else ("name", block.name or project)
