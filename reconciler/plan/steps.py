"""Steps: what a plan does to whole objects, as data. Fields of tasks and jobs that exist are changes (`plan.model`).

A step is one operation: an object is made, changed or destroyed. Like a change's write it names what must hold just
before (`expect`) and what holds after (`gives`), so that before-image, after-image and the server together say what
happened. None stands for "is not there". What is not known before it happens (ids, what a server makes of a file) is
not in it; where one step needs the object that another makes, it names that step's address.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, JsonValue

from reconciler.plan.frozen import Action, FieldChange, Frozen

Kind = Literal["project", "label", "guide", "task", "data", "annotations", "jobs"]
Image = dict[str, JsonValue]


class Do(StrEnum):
    """How a step is carried out. In the comments: its `body`, and the keys of `expect` and `gives`."""

    CREATE_PROJECT = "create_project"  # body: POST /api/projects without labels; None → name and the fields written
    PATCH_PROJECT = "patch_project"  # body: as sent; the fields that differ (users as usernames)
    DELETE_PROJECT = "delete_project"  # name → None; its labels and guide are in the copy, its tasks are steps
    CREATE_LABEL = "create_label"  # body: the label as sent; None → the label's state
    PATCH_LABEL = "patch_label"  # body: as sent, without ids; the parts of the label's state that differ, `name` always
    DELETE_LABEL = "delete_label"  # the label's state → None
    PUT_GUIDE = "put_guide"  # body: markdown; markdown (None: there is no guide) → markdown
    DELETE_GUIDE = "delete_guide"  # markdown → markdown None
    CREATE_TASK = "create_task"  # body: POST /api/tasks without project and labels; None → name and the fields written
    MOVE_TASK = "move_task"  # body: labels ({old name: new name}, those that differ); project (id) → project
    DELETE_TASK = "delete_task"  # name, project, size, digest (of the annotations) → None
    # body (from `content`, if it is to be moved): organization (id; null: the personal workspace)
    RESTORE_TASK = "restore_task"  # from `copy` or `content`; None → name. The backup is imported: a task of no project
    REAPPLY = "reapply"  # from `copy`: what CVAT's backup forgets; then the annotations are compared
    UPLOAD_DATA = "upload_data"  # body: the data request, and `files`; size None → size (None: only the server knows)
    PUT_ANNOTATIONS = "put_annotations"  # from `content`: replaces all; digest, tags, shapes, tracks → same, or None
    ADD_ANNOTATIONS = "add_annotations"  # from `content` and `body`: adds what is not there; as above
    # None: only the server knows (it cuts tracks where a job ends, and doubles what lies on frames that jobs share)
    IMPORT_ANNOTATIONS = "import_annotations"  # body: format; from `content`; as above → None (only the server knows)
    SET_JOBS = "set_jobs"  # body: what the jobs of a new task get: {"all": {…}, "overrides": [{"frames": […], …}]}


MAKING_TASKS: Final = frozenset({Do.CREATE_TASK, Do.RESTORE_TASK})
MAKING: Final = MAKING_TASKS | {Do.CREATE_PROJECT}
ANNOTATING: Final = frozenset({Do.PUT_ANNOTATIONS, Do.ADD_ANNOTATIONS, Do.IMPORT_ANNOTATIONS})


class ObjectRef(Frozen):
    """A project or task that a step belongs to: by its id, or by the address of the step that makes it."""

    kind: Literal["project", "task"]
    address: str
    id: int | None = None  # None: this plan makes it
    name: str = ""  # to be shown


class Content(Frozen):
    """What is too large for a plan: a file of the person's, or a copy in the state store; bound by its digest."""

    where: Literal["file", "copy"]
    name: str  # a path relative to the working directory, or the name of a blob
    sha256: str
    size: int  # bytes


class Impact(Frozen):
    """The data that a step destroys. A step that has one is destructive, whatever the numbers are."""

    tasks: tuple[int, ...] = ()  # in which tasks, or which
    frames: int = 0
    jobs: int = 0
    tags: int = 0
    shapes: int = 0
    tracks: int = 0
    hidden: tuple[int, ...] = ()  # tasks whose annotations could not be counted


class Step(Frozen):
    """One operation on a whole object, and why."""

    address: str  # project.street, project.street.label[car], project.street.guide, task.batch-001[.data|.annotations]
    kind: Kind
    do: Do
    action: Action  # what happens to the object of `kind`: an upload creates data, a move updates a task
    id: int | None = None  # of the project, task or guide itself, where it exists; labels go by name
    name: str = ""  # the object's name, to be shown
    of: ObjectRef | None = None  # what it belongs to; of a task: the project it is made in or moved to
    reason: str
    fields: tuple[FieldChange, ...] = ()  # for a person
    body: Image = Field(default_factory=dict)  # for the server
    expect: Image | None
    gives: Image | None
    content: Content | None = None
    copy_of: str | None = (
        None  # the copy that it restores from: `snapshots/<id>/task-42` (history.bindings follows ids)
    )
    destroys: Impact | None = None
    prevented: str | None = None  # the lifecycle.prevent_delete that forbids it
    needs: tuple[str, ...] = ()  # addresses of steps of this plan without which it is not tried

    @property
    def key(self) -> tuple[str, Do]:
        """Tells it from the plan's other steps."""
        return self.address, self.do

    @property
    def deletes(self) -> bool:
        """Whether an object goes: such steps come last, and count against `max_deletes`."""
        return self.action is Action.DELETE and self.kind in ("project", "label", "task")


class AnnotationsWish(Frozen):
    """From which file a task's annotations are to come."""

    source: str  # sha256 of the file
    format: str | None  # None: native JSON
    mode: Literal["replace", "append"]


class BindingWish(Frozen):
    """What is to be remembered of an address once the plan is applied."""

    address: str
    kind: Literal["project", "task"]
    id: int | None  # None: the step with this address makes it
    name: str
    prevent_delete: bool = False
    data: str | None = None  # digest of the data block
    annotations: AnnotationsWish | None = None
