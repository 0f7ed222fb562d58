"""Steps to render: a project that is made with all that is in it, and one that goes."""

from __future__ import annotations

from typing import Any

from reconciler.plan.model import Action, Plan, Summary
from reconciler.plan.steps import Do, Impact, ObjectRef, Step

from .plans import SERVER, field

STREET = ObjectRef(kind="project", address="project.street", name="Street scenes")
BATCH = ObjectRef(kind="task", address="task.batch-001", name="batch-001")


def step(address: str, kind: str, do: Do, action: Action, **more: Any) -> Step:
    values = {"reason": f"{address.partition('.label')[0]} describes it", "expect": None, "gives": None, **more}
    return Step.model_validate({"address": address, "kind": kind, "do": do, "action": action, **values})


def building() -> tuple[Step, ...]:
    """A project with a label and a guide, a task with data, annotations and jobs; a label that gets a new name."""
    source = "project.street"
    return (
        step(
            "project.street",
            "project",
            Do.CREATE_PROJECT,
            Action.CREATE,
            name="Street scenes",
            fields=(field("name", None, "Street scenes", source), field("assignee", None, "alice", source)),
        ),
        step(
            "project.street.label[car]",
            "label",
            Do.CREATE_LABEL,
            Action.CREATE,
            name="car",
            of=STREET,
            fields=(field("type", None, "rectangle", source), field("color", None, "#ff0000", source)),
        ),
        step(
            "project.street.label[van]",
            "label",
            Do.PATCH_LABEL,
            Action.UPDATE,
            name="van",
            of=STREET,
            fields=(field("name", "truck\x1b[2J", "van", source),),
        ),
        step(
            "project.street.guide",
            "guide",
            Do.PUT_GUIDE,
            Action.CREATE,
            of=STREET,
            fields=(field("markdown", None, "# Draw tight boxes (12 lines)", source),),
        ),
        step(
            "task.batch-001",
            "task",
            Do.CREATE_TASK,
            Action.CREATE,
            name="batch-001",
            of=STREET,
            fields=(field("project", None, "Street scenes", "task.batch-001"),),
        ),
        step(
            "task.batch-001.data",
            "data",
            Do.UPLOAD_DATA,
            Action.CREATE,
            of=BATCH,
            fields=(field("files", None, "6 files (1.2 MB)", "task.batch-001"),),
        ),
        step(
            "task.batch-001.annotations",
            "annotations",
            Do.PUT_ANNOTATIONS,
            Action.UPDATE,
            of=BATCH,
            fields=(field("shapes", 12, 40, "task.batch-001"),),
            destroys=Impact(tasks=(42,), shapes=12),
        ),
    )


def deleting() -> tuple[Step, ...]:
    """A label that is drawn in two tasks, and a task that is protected."""
    return (
        step(
            "project.street.label[bike]",
            "label",
            Do.DELETE_LABEL,
            Action.DELETE,
            name="bike",
            of=STREET,
            reason="prune.labels of project.street",
            destroys=Impact(tasks=(42, 43), shapes=12, tracks=1, tags=3),
        ),
        step(
            "task.old",
            "task",
            Do.DELETE_TASK,
            Action.DELETE,
            id=44,
            name="old",
            reason="ensure: absent",
            destroys=Impact(tasks=(44,), frames=10, jobs=2, shapes=5, hidden=(44,)),
            prevented="lifecycle.prevent_delete of task.old",
        ),
    )


def whole_life() -> Plan:
    """All of it."""
    return Plan(
        kind="apply",
        server=SERVER,
        steps=(*building(), *deleting()),
        summary=Summary(
            tasks_to_change=1, jobs_to_change=0, projects_to_change=1, to_create=3, to_delete=2, unchanged=0
        ),
    )


def many_blocks(number: int) -> Plan:
    """So many tasks that are made, and as many that go."""
    made = tuple(
        step(f"task.t{index}", "task", Do.CREATE_TASK, Action.CREATE, name=f"t{index}") for index in range(number)
    )
    gone = tuple(
        step(
            f"project.p.task[{index}]", "task", Do.DELETE_TASK, Action.DELETE, id=index, destroys=Impact(tasks=(index,))
        )
        for index in range(number)
    )
    counts = Summary(tasks_to_change=0, jobs_to_change=0, to_create=number, to_delete=number, unchanged=0)
    return Plan(kind="apply", server=SERVER, steps=(*made, *gone), summary=counts)
