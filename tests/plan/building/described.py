"""What was found of a manifest's projects and tasks, from a few readable lines.

server: 2.80.0               # left out: 2.54.1
users: [alice, bob]          # who can be assigned; `admin` plans
projects:                    # by the manifest's keys; a block that is not here is made
  street:
    id: 7
    name: Street scenes      # left out: the key
    guide: "# Draw"
    labels:                  # as the server answers them; ids are given as they come
      car: {color: "#ff0000", attributes: {parked: {input_type: checkbox, values: ["false"], mutable: true}}}
tasks:
  one: {id: 11, labels: {}}
known_as: {project.street: street}    # bindings: the name that an address was last applied with
"""

# ruff: noqa: ARG002 - a server that does not filter

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from packaging.version import Version

from reconciler.cvat.capabilities import Capabilities
from reconciler.cvat.details import Guide
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.history.bindings import Binding, Bindings
from reconciler.manifest.loading import LoadedManifest
from reconciler.plan.building.building import Building
from reconciler.plan.model import ServerRef
from reconciler.plan.observing import Observed

Doc = Mapping[str, Any]


@dataclass
class Server:
    """Labels, guides and annotations that can be read."""

    held_labels: dict[tuple[str, int], list[Label]] = field(default_factory=dict)
    guides: dict[int, Guide] = field(default_factory=dict)
    held_tasks: dict[int, Task] = field(default_factory=dict)
    held_annotations: dict[int, dict[str, Any]] = field(default_factory=dict)

    def labels_of(self, kind: str, owner_id: int) -> list[Label]:
        return self.held_labels.get((kind, owner_id), [])

    def labels(self, condition: object = None) -> list[Label]:
        return [label for labels in self.held_labels.values() for label in labels]

    def guide(self, guide_id: int) -> Guide | None:
        return self.guides.get(guide_id)

    def tasks(self, condition: object = None) -> list[Task]:
        return list(self.held_tasks.values())

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        return [self.held_tasks[one] for one in ids if one in self.held_tasks]

    def jobs(self, condition: object = None) -> list[Job]:
        return []

    def jobs_of_tasks(self, ids: Iterable[int], *, where: object = None) -> list[Job]:
        return []

    def annotations(self, task_id: int) -> dict[str, Any]:
        return self.held_annotations.get(task_id, {"tags": [], "shapes": [], "tracks": []})


def build(loaded: LoadedManifest, described: Doc) -> Building:
    """The `Building` of a manifest and of what was found."""
    version = str(described.get("server", "2.54.1"))
    users = {name: number for number, name in enumerate(["admin", *described.get("users", ())], 1)}
    reading = _Reading(users)
    server = reading.server
    projects = {key: reading.project(key, described.get("projects", {}).get(key)) for key in loaded.manifest.projects}
    tasks = {key: reading.task(key, described.get("tasks", {}).get(key)) for key in loaded.manifest.tasks}
    ref = ServerRef(url="https://cvat.example", version=version, organization=None, user="admin")
    found: Mapping[str, Project | Task | None] = {
        **{f"project.{key}": one for key, one in projects.items()},
        **{f"task.{key}": one for key, one in tasks.items()},
    }
    bindings = [_binding(ref, address, found[address], name) for address, name in described.get("known_as", {}).items()]
    return Building(
        loaded=loaded,
        server=cast("Observed", server),
        ref=ref,
        capabilities=Capabilities.of(Version(version)),
        bindings=Bindings(bindings=tuple(bindings)),
        users=users,
        projects=projects,
        tasks=tasks,
    )


def _binding(ref: ServerRef, address: str, found: Project | Task | None, name: str) -> Binding:
    assert found is not None
    kind = "project" if isinstance(found, Project) else "task"
    return Binding.model_validate(
        {
            "server": ref.url,
            "organization": None,
            "address": address,
            "kind": kind,
            "id": found.id,
            "created": None,
            "name": name,
            "run": None,
        }
    )


class _Reading:
    def __init__(self, users: Mapping[str, int]) -> None:
        self.server = Server()
        self._users = users
        self._ids: Iterator[int] = itertools.count(101)

    def project(self, key: str, doc: Doc | None) -> Project | None:
        return None if doc is None else Project.model_validate(self._owned("project", key, doc))

    def task(self, key: str, doc: Doc | None) -> Task | None:
        if doc is None:
            return None
        task = Task.model_validate(self._owned("task", key, doc))
        self.server.held_tasks[task.id] = task
        return task

    def _owned(self, kind: str, key: str, doc: Doc) -> dict[str, Any]:
        plain = {name: value for name, value in doc.items() if name not in ("labels", "guide")}
        for person in ("owner", "assignee"):
            name = plain.get(person, "admin" if person == "owner" else None)
            plain[person] = {"id": self._users[name], "username": name} if name else None
        labels = [self._label(name, label or {}) for name, label in doc.get("labels", {}).items()]
        self.server.held_labels[kind, doc["id"]] = labels
        if doc.get("guide") is not None:
            guide = Guide(id=next(self._ids), markdown=doc["guide"])
            self.server.guides[guide.id] = guide
            plain["guide_id"] = guide.id
        return {"name": key, **plain}

    def _label(self, name: str, doc: Doc) -> Label:
        return Label.model_validate(self._plain_label(name, doc))

    def _plain_label(self, name: str, doc: Doc) -> dict[str, Any]:
        attributes = [
            {"id": next(self._ids), "name": attribute, "mutable": False, "values": [], "default_value": "", **one}
            for attribute, one in doc.get("attributes", {}).items()
        ]
        parts = [
            self._plain_label(part, {"type": "points", **(one or {})}) for part, one in doc.get("sublabels", {}).items()
        ]
        key = next(self._ids)
        own = {"id": key, "name": name, "type": "any", "color": f"#{key:06x}"}
        return {**own, **doc, "attributes": attributes, "sublabels": parts}
