"""The annotations that a step sends: a person's file, or a copy in the state store. Never another than the plan's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.reading import read_native
from reconciler.annotations.whole import WholeTask
from reconciler.apply.steps.data import files_of
from reconciler.errors import PlanFileError, StateError
from reconciler.history.store import StateStore
from reconciler.plan.steps import Content, Do, Step


def check_contents(steps: Iterable[Step], store: StateStore) -> None:
    """Refuse a plan whose files are gone, or are not what they were when it was made. Before the first write.

    Raises:
        PlanFileError, StateError: which file, and what to do.
    """
    for step in steps:
        if step.content is not None:
            _checked(step.content, store)
        if step.do is Do.UPLOAD_DATA:
            for file in files_of(step):
                if why := file.changed():
                    raise PlanFileError(f"{file.path}, which {step.address} sends, {why}", hint="plan again")


def wanted_annotations(store: StateStore, step: Step) -> WholeTask:
    """The annotations that a step brings, by names.

    Raises:
        ReconcilerError: they cannot be read, or are not those of the plan.
    """
    content = step.content
    if content is None:  # there were none before, and a rollback puts that back
        return WholeTask()
    path = _checked(content, store)
    if content.where == "file":
        return WholeTask(read_native(path))
    whole = WholeTask.from_json(json.loads(path.read_bytes()))
    labels = step.body.get("labels")
    return whole.using([str(label) for label in labels]) if isinstance(labels, list) else whole


def completed(whole: WholeTask, ids: LabelIds) -> WholeTask:
    """With the attributes' defaults where they are left out, as the server gives them back."""
    parts = [{job: held.completed(ids) for job, held in held_by.items()} for held_by in (whole.jobs, whole.sharing)]
    return WholeTask(whole.task.completed(ids), *parts)


def file_of(store: StateStore, step: Step) -> Path:
    """The file that a step sends as it is."""
    assert step.content is not None, f"{step.address} has no content"
    return _checked(step.content, store)


def _checked(content: Content, store: StateStore) -> Path:
    path = Path(content.name) if content.where == "file" else store.path(content.name)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _refusal(content, f"{path} cannot be read: {error.strerror or error}") from error
    if digest != content.sha256.removeprefix("sha256:"):
        raise _refusal(content, f"{path} is not what it was when the plan was made")
    return path


def _refusal(content: Content, what: str) -> PlanFileError | StateError:
    if content.where == "file":
        return PlanFileError(what, hint="plan again")
    return StateError(what, hint="restore the state folder from a copy; `snapshot verify` tells what else is damaged")
