"""What building steps goes by: what is wanted, what was found of it, and where problems and warnings are noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from reconciler.annotations.whole import WholeTask
from reconciler.cvat.capabilities import Capabilities
from reconciler.cvat.details import Formats
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.cvat.paging import OnPage
from reconciler.errors import Location, Problem
from reconciler.history.bindings import Binding, Bindings
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import Lifecycle, Manifest
from reconciler.plan.model import ServerRef, Warning_
from reconciler.plan.observing import Begun, NothingBegun, Observed
from reconciler.plan.priority import Priorities
from reconciler.plan.remembered import Remembered
from reconciler.plan.steps import AnnotationsWish, ObjectRef, Step
from reconciler.plan.targets import Targets

Owner = Literal["project", "task"]

_ONE_BY_ONE: Final = 3
"""Owners whose labels are asked for one by one. Whoever needs more gets all there are in one sweep (FACTS §3)."""


@dataclass
class Building:
    """Everything a function that builds steps may look at.

    `projects` and `tasks` hold what was found, by the keys of the manifest's blocks: the object, or None where this
    plan makes it. A key is missing where the block is not to be dealt with: it is not targeted, or what it names could
    not be found, which is among the problems already. Of `ensure: absent` only what is there is in them.

    `users` has the ids of all users whom the manifest names. One who is missing from it is among the problems already.
    """

    loaded: LoadedManifest
    server: Observed
    ref: ServerRef
    capabilities: Capabilities
    bindings: Bindings = field(default_factory=Bindings)
    begun: Begun = field(default_factory=NothingBegun)
    targets: Targets = field(default_factory=Targets)
    users: Mapping[str, int] = field(default_factory=dict)
    projects: dict[str, Project | None] = field(default_factory=dict)
    tasks: dict[str, Task | None] = field(default_factory=dict)
    lies_in: dict[str, ObjectRef | None] = field(default_factory=dict)
    """By key of a task block in `tasks`: the project that its task is in once this plan is applied; None: in none."""
    uploads: set[str] = field(default_factory=set)
    """Keys of the task blocks whose data this plan uploads: their annotations come after `task.KEY.data`."""
    described: dict[str, Task | None] = field(default_factory=dict)
    """As `tasks`, of all blocks that were looked for, targeted or not: what `prune.tasks` leaves alone."""
    left_over: dict[str, list[Task]] = field(default_factory=dict)
    """By key, old tasks that an earlier apply made anew but did not get to delete."""
    replaced: dict[str, Task] = field(default_factory=dict)
    """By key, the old task of a block that is made anew (`replace: true`). `tasks` has None for it."""
    given_up: set[int] = field(default_factory=set)
    """Those of the old tasks that never got any data: what an upload that was not finished left in them is all."""
    annotations: dict[str, AnnotationsWish] = field(default_factory=dict)
    """By key, from which file a task's annotations are to come: remembered with the task's binding."""
    deleted: dict[int, str] = field(default_factory=dict)
    """By id, the address of the step that deletes a task."""
    going_with: dict[str, list[Task]] = field(default_factory=dict)
    """By key of a project that is deleted, the tasks that go with it."""
    label_steps: dict[str, Step] = field(default_factory=dict)
    """By address, what this plan does to labels of projects: it comes before anything that is done to tasks."""
    priorities: Priorities = field(default_factory=Priorities)
    """How names show priorities, which CVAT has not."""
    names: dict[int, str] = field(default_factory=dict)
    """By id, what tasks will be called of which a name or a priority is wanted."""
    project_name: Callable[[int | None], str | None] = lambda _: None
    """What a project is called; None if it has no name or cannot be seen."""
    told: OnPage = lambda *_: None
    """Told how the reading of what may be much gets on."""
    project_seen: Callable[[int | None], Project | None] = lambda _: None
    """A project that is there; None if it cannot be seen."""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Warning_] = field(default_factory=list)
    wholes: dict[int, WholeTask | None] = field(default_factory=dict, repr=False)
    """By task, the annotations that were read (`impact`); None where they cannot be read."""
    jobs_read: dict[int, list[Job]] = field(default_factory=dict, repr=False)
    """By task, its jobs of all types, where they were read (`impact`)."""
    _labels: dict[tuple[Owner, int], list[Label]] = field(default_factory=dict, repr=False)
    _swept: bool = field(default=False, repr=False)

    @property
    def manifest(self) -> Manifest:
        """What is wanted."""
        return self.loaded.manifest

    # Places, problems, warnings

    def at(self, *path: str | int) -> Location | None:
        """The place of a value of the manifest: `at("projects", key, "labels", "car", "color")`."""
        return self.loaded.locations.at(*path)

    def key_at(self, *path: str | int) -> Location | None:
        """The place of a key of the manifest: where a block begins, or a label is named."""
        return self.loaded.locations.key(*path)

    def problem(self, what: str, where: Location | None = None, hint: str | None = None) -> None:
        """Note something that has to be put right before anything is applied."""
        self.problems.append(Problem(what, where, hint))

    def warn(self, text: str, address: str | None = None) -> None:
        """Note something that a person should know."""
        self.warnings.append(Warning_(text=text, address=address))

    # What is remembered

    @cached_property
    def remembered(self) -> Remembered:
        """The bindings of this server and organization."""
        return Remembered(self.bindings, self.ref)

    def binding(self, address: str) -> Binding | None:
        """What an address was bound to when it was last applied, whether that is still there or not."""
        return self.remembered.by_address.get(address)

    def prevented(self, address: str, found: Project | Task, lifecycle: Lifecycle | None = None) -> str | None:
        """The `lifecycle.prevent_delete` that forbids to delete an object: its block's, or a remembered one."""
        if lifecycle is not None and "prevent_delete" in lifecycle.model_fields_set:
            return f"lifecycle.prevent_delete of {address}" if lifecycle.prevent_delete else None
        binding = self.remembered.protecting(found)
        return f"lifecycle.prevent_delete of {binding.address}, remembered from an earlier apply" if binding else None

    # What steps belong to

    def project_ref(self, key: str) -> ObjectRef:
        """The project of a block, whether it exists or is made by this plan."""
        found = self.projects.get(key)
        name = found.name if found is not None else self.manifest.projects[key].name or key
        return ObjectRef(kind="project", address=f"project.{key}", id=found.id if found else None, name=name)

    def task_ref(self, key: str) -> ObjectRef:
        """The task of a block, whether it exists or is made by this plan."""
        found = self.tasks.get(key)
        name = found.name if found is not None else self.name_of_new(key)
        return ObjectRef(kind="task", address=f"task.{key}", id=found.id if found else None, name=name)

    def name_of_new(self, key: str) -> str:
        """What the task of a block is called that this plan makes; one in the place of another keeps its priority."""
        block, old = self.manifest.tasks[key], self.replaced.get(key)
        kept = self.priorities.shown(old).priority if old is not None else None
        priority = block.priority if "priority" in block.model_fields_set else kept
        return self.priorities.of_new(block.name or key, priority)

    # What is read only where it is needed, and once

    @cached_property
    def formats(self) -> Formats:
        """The formats that the server imports and exports."""
        return self.server.formats()

    def labels_of(self, kind: Owner, number: int) -> list[Label]:
        """The root labels of a project, or of a task that is in none, by id."""
        owner = (kind, number)
        if owner not in self._labels and not self._swept:
            if len(self._labels) < _ONE_BY_ONE:
                self._labels[owner] = self.server.labels_of(kind, number)
            else:
                self._sweep()
        return self._labels.get(owner, [])

    def labels_for(self, task: Task) -> list[Label]:
        """The root labels that a task's annotations can use: its project's, or its own."""
        if task.project_id is not None:
            return self.labels_of("project", task.project_id)
        return self.labels_of("task", task.id)

    def _sweep(self) -> None:
        self._swept = True
        found: dict[tuple[Owner, int], list[Label]] = defaultdict(list)
        for label in self.server.labels():
            if label.project_id is not None:
                found["project", label.project_id].append(label)
            elif label.task_id is not None:
                found["task", label.task_id].append(label)
        self._labels = dict(found)
