"""What differs between the server versions that the sandbox can play.

Documents are stored in the form of 2.54; a newer server's form is made when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.sandbox.links import Doc


@dataclass(frozen=True)
class ServerVersion:
    """One version of the server."""

    name: str
    reported: str
    replica_type: str = "consensus_replica"
    largest_page: int | None = None
    """Newer servers cut ``page_size`` to this and answer 400 to ``page_size=all``."""
    more_terms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Filter and sort terms by table that 2.54.1 does not know."""
    renamed: bool = False
    """Whether replicas go by their newer names, and names and media types are in the documents."""
    more_formats: tuple[str, ...] = ()
    """Formats of files, imported and exported, that 2.54.1 does not know."""
    guards_attributes: bool = False
    """Whether attributes can be removed, a skeleton's parts changed through it, and attributes only be changed so
    that their values stay right (CVAT's pull requests 10596 and 10601)."""


VERSIONS: dict[str, ServerVersion] = {
    "2.54": ServerVersion("2.54", "2.54.1"),
    "2.80": ServerVersion(
        "2.80",
        "2.80.0",
        replica_type="replica",
        largest_page=500,
        more_terms={"tasks": ("created_date", "media_type"), "jobs": ("mode", "media_type")},
        renamed=True,
        more_formats=("Generic TSV 1.0",),
        guards_attributes=True,
    ),
}


def media_type(doc: Doc) -> str:
    """Tell what a task or job is made of, which 2.54 tells by mode and dimension."""
    if doc["dimension"] == "3d":
        return "point_cloud"
    return "video" if doc["mode"] == "interpolation" else "image"


def renamed_job(doc: Doc, task_name: str | None, project_name: str | None) -> Doc:
    """Give a job as a newer server does (names as in the models of cvat-sdk 2.80)."""
    doc = {**doc, "task_name": task_name, "project_name": project_name, "media_type": media_type(doc)}
    doc["replicas_count"] = doc.pop("consensus_replicas", 0)
    if doc["type"] == "consensus_replica":
        doc["type"] = "replica"
    return doc


def renamed_task(doc: Doc, project_name: str | None, replicas: int) -> Doc:
    """Give a task as a newer server does (names as in the models of cvat-sdk 2.80)."""
    doc = {**doc, "project_name": project_name, "media_type": media_type(doc), "initial_replicas": replicas}
    doc.pop("consensus_enabled", None)
    return doc


def renamed_settings(doc: Doc) -> Doc:
    """Give quality settings as a newer server does: without the flat metrics (names as in cvat-sdk 2.80).

    The tree of requirements that it has instead is not kept here: it is empty.
    """
    names = ("id", "task_id", "project_id", "job_filter", "inherit", "max_validations_per_job")
    kept = {name: doc[name] for name in (*names, "created_date", "updated_date")}
    return {**kept, "requirements": []}


def earlier_job(doc: Doc) -> Doc:
    """Give a newer server's job in the form of 2.54."""
    doc = {k: v for k, v in doc.items() if k not in ("task_name", "project_name", "media_type")}
    if "replicas_count" in doc:
        doc["consensus_replicas"] = doc.pop("replicas_count")
    if doc.get("type") == "replica":
        doc["type"] = "consensus_replica"
    return doc


def earlier_task(doc: Doc) -> Doc:
    """Give a newer server's task in the form of 2.54."""
    doc = {k: v for k, v in doc.items() if k not in ("project_name", "media_type")}
    if "initial_replicas" in doc:
        doc["consensus_enabled"] = doc.pop("initial_replicas") > 1
    return doc
