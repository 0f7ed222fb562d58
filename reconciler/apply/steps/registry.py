"""Which operation carries out which kind of step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.apply.steps.annotations import AddAnnotations, PutAnnotations
from reconciler.apply.steps.data import UploadData
from reconciler.apply.steps.guides import DeleteGuide, PutGuide
from reconciler.apply.steps.importing import ImportAnnotations
from reconciler.apply.steps.jobs import SetJobs
from reconciler.apply.steps.labels import CreateLabel, DeleteLabel, PatchLabel
from reconciler.apply.steps.operation import Operation
from reconciler.apply.steps.projects import CreateProject, DeleteProject, PatchProject
from reconciler.apply.steps.restoring import Reapply, RestoreTask
from reconciler.apply.steps.restoring_files import RestoreFile
from reconciler.apply.steps.site import Site
from reconciler.apply.steps.tasks import CreateTask, DeleteTask, MoveTask
from reconciler.plan.steps import Do, Step

OPERATIONS: Final[Mapping[Do, type[Operation]]] = {
    Do.CREATE_PROJECT: CreateProject,
    Do.PATCH_PROJECT: PatchProject,
    Do.DELETE_PROJECT: DeleteProject,
    Do.CREATE_LABEL: CreateLabel,
    Do.PATCH_LABEL: PatchLabel,
    Do.DELETE_LABEL: DeleteLabel,
    Do.PUT_GUIDE: PutGuide,
    Do.DELETE_GUIDE: DeleteGuide,
    Do.CREATE_TASK: CreateTask,
    Do.MOVE_TASK: MoveTask,
    Do.DELETE_TASK: DeleteTask,
    Do.RESTORE_TASK: RestoreTask,
    Do.REAPPLY: Reapply,
    Do.UPLOAD_DATA: UploadData,
    Do.PUT_ANNOTATIONS: PutAnnotations,
    Do.ADD_ANNOTATIONS: AddAnnotations,
    Do.IMPORT_ANNOTATIONS: ImportAnnotations,
    Do.SET_JOBS: SetJobs,
}


def operation_for(step: Step, site: Site) -> Operation:
    """What carries out a step."""
    if step.do is Do.RESTORE_TASK and step.content is not None:
        return RestoreFile(site)
    return OPERATIONS[step.do](site)
