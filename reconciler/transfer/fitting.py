"""Whether restored tasks can go into a project: what CVAT would refuse, or do badly, is said before anything is sent.

CVAT looks there for labels of the same names, with attributes of the same name, values and input type, and skeletons
of the same parts; for tasks of the same dimension; but not at the organization (its source: TaskWriteSerializer).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reconciler.cvat.models import Label, Project, Task
from reconciler.errors import Problem
from reconciler.plan.labels import label_state
from reconciler.plan.moved_labels import missing_for
from reconciler.plan.steps import Image
from reconciler.transfer.opening import BackupFile
from reconciler.wording import organization_words


def misfits(project: Project, labels: Sequence[Label], files: Sequence[BackupFile]) -> Iterator[Problem]:
    """What keeps the tasks of backups out of a project with these labels."""
    there = {label.name: label_state(label) for label in labels}
    for file in files:
        no_way = f"{file.path} cannot go into project {project.id} ({project.name})"
        try:
            missing = missing_for(_labels_in(file.about), there, {})
        except ValidationError:
            what = f"{no_way}: its task.json describes labels in a way that is not known"
            yield Problem(what, hint="restore it outside of any project, and move it in CVAT")
            continue
        if missing:
            hint = "add what is missing to the project, or restore it outside of any"
            yield Problem(f"{no_way}, which has not {missing}", hint=hint)
        if project.dimension and file.dimension and project.dimension != file.dimension:
            what = f"{no_way}, whose tasks are {project.dimension.upper()}: its frames are {file.dimension.upper()}"
            yield Problem(what, hint="a project holds tasks of one dimension: name another project")


def stranded(project: Project, path: Path, task: Task) -> Problem | None:
    """Why a task that was restored before cannot go into a project: it would stay in its own organization."""
    if task.organization_id == project.organization_id:
        return None
    here, there = organization_words(task.organization_id), organization_words(project.organization_id)
    what = (
        f"{path} was restored before as task {task.id}, which is in {here} and cannot go into project {project.id} "
        f"({project.name}), which is in {there}: CVAT would leave the task in {here}"
    )
    return Problem(what, hint=f"transfer task {task.id} to {there} in CVAT first, or delete it: then restore it again")


def _labels_in(about: Mapping[str, Any]) -> Iterator[Image]:
    labels = about.get("labels")
    for raw in labels if isinstance(labels, list) else []:
        yield label_state(Label.model_validate(_numbered(raw)))


def _numbered(raw: Any) -> Any:
    """A label as the server would answer it: in a backup nothing has an id."""
    if not isinstance(raw, dict):
        return raw
    inside = {name: raw.get(name) or [] for name in ("attributes", "sublabels")}
    return {"id": 0, **raw, **{name: [_numbered(one) for one in some] for name, some in inside.items()}}
