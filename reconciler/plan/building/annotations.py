"""A task's annotations from a file: added to what is there, or put in its place; once for each content of the file.

A task without annotations gets them added, whatever the mode is: nothing can be lost by that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final

from reconciler.annotations.content import Annotations
from reconciler.annotations.cutting import Segments, is_cut, is_shared
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Task
from reconciler.history.bindings import AppliedAnnotations
from reconciler.manifest.data import AnnotationsBlock
from reconciler.plan.building.annotation_files import AnnotationFile
from reconciler.plan.building.building import Building
from reconciler.plan.building.impact import jobs_of, read_wholes
from reconciler.plan.building.labels import label_address
from reconciler.plan.building.labels_after import LabelsAfter, labels_after
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.steps import AnnotationsWish, Do, Image, Impact, Step

_ANNOTATION: Final = "annotation"


@dataclass(frozen=True)
class WantedAnnotations:
    """What a block wants of a task's annotations. `task` is None where this plan makes it."""

    ctx: Building
    key: str
    block: AnnotationsBlock
    task: Task | None

    @cached_property
    def file(self) -> AnnotationFile:
        """Where they come from."""
        return AnnotationFile(self.ctx, self.block, partial(self.ctx.at, "tasks", self.key, "annotations"))

    @property
    def found(self) -> Task | None:
        """The task, if what it has is to be read: its file is there, and what is there may differ."""
        wish = self.file.wish
        if wish is None or not self._has_frames or (wish.mode == "append" and self._was_applied(wish)):
            return None
        return self.task

    def steps(self) -> list[Step]:
        """The step that it takes, if any.

        From which file they are to come is noted in `ctx.annotations`, also when nothing is to be done.
        """
        file, wish = self.file, self.file.wish
        if not file.is_readable() or wish is None:
            return []
        self.ctx.annotations[self.key] = wish
        if not self._has_frames and self.key not in self.ctx.uploads:
            self._problem("this task has no data, so nothing in it can be annotated", "add `data:`")
            return []
        if wish.mode == "append" and self._was_applied(wish):
            return []  # whatever people have done since
        if wish.format is not None:
            usable = [file.is_importable(), file.is_sendable()]  # both are told
            return self._import(file, wish) if all(usable) else []
        return self._native(file, wish)

    def _import(self, file: AnnotationFile, wish: AnnotationsWish) -> list[Step]:
        before = self._before(labels_after(self.ctx, self.key, self.task))
        if before is None or self._is_as_left(wish, before):
            return []
        is_lost = wish.mode == "replace" and bool(before.task)
        step = self._step(
            file,
            wish,
            Do.IMPORT_ANNOTATIONS,
            before,
            after=f"{'' if is_lost or not before.task else f'{before.numbers}, and '}what the file has",
            gives=None,
            body={"format": wish.format},
            destroys=self._lost(before.task) if is_lost else None,
        )
        return [step]

    def _native(self, file: AnnotationFile, wish: AnnotationsWish) -> list[Step]:
        labels = labels_after(self.ctx, self.key, self.task)
        wanted = file.annotations(labels, self.task.size if self.task is not None and self._has_frames else None)
        if wanted is None or (before := self._before(labels)) is None:
            return []
        if wish.mode == "append" or not before.task:
            missing = wanted.missing_in(before.task)
            do, after, lost = Do.ADD_ANNOTATIONS, replace(before, task=before.task.plus(missing)), None
            is_there = not missing
        else:
            do, after, lost = Do.PUT_ANNOTATIONS, replace(before, task=wanted), before.task.minus(wanted)
            is_there = wanted == before.task or self._is_as_left(wish, before)
        if is_there:
            return []
        step = self._step(
            file,
            wish,
            do,
            before,
            after=str(after.numbers),
            gives=_image(after) if self._is_foreseen(wanted, before) else None,
            body={},
            destroys=None if lost is None else self._lost(lost),
            needs=self._labels_made(wanted, labels),
        )
        return [step]

    # What is there

    @property
    def _has_frames(self) -> bool:
        return self.task is not None and bool(self.task.size)

    def _before(self, labels: LabelsAfter) -> WholeTask | None:
        """What the step will find; None if it cannot be read: a problem."""
        if self.task is None:
            return WholeTask.nothing()
        whole = read_wholes(self.ctx, [self.task])[self.task.id]
        if whole is None:
            what = f"the annotations of task {self.task.id} cannot be read, so nothing can be added to them or replaced"
            self._problem(what, "look whether this account may see the task's jobs")
            return None
        return labels.shown(whole)

    def _applied(self) -> AppliedAnnotations | None:
        """What was last applied to this very task."""
        binding = self.ctx.binding(f"task.{self.key}")
        if binding is None or self.task is None or binding.id != self.task.id:
            return None
        return binding.annotations if binding.created in (None, self.task.created_date) else None

    def _was_applied(self, wish: AnnotationsWish) -> bool:
        applied = self._applied()
        return applied is not None and (applied.wish.source, applied.wish.format) == (wish.source, wish.format)

    def _is_as_left(self, wish: AnnotationsWish, before: WholeTask) -> bool:
        """Whether the file was put in the place of everything, and that is what is there."""
        applied = self._applied()
        return applied is not None and applied.wish == wish and applied.result in (before.digest, before.task.digest)

    # What is to be there

    def _is_foreseen(self, wanted: Annotations, before: WholeTask) -> bool:
        """Whether the server gives back what it is given: it cuts tracks at the bounds of jobs, and doubles what is
        on frames that jobs share.
        """
        segments = self._segments()
        if segments is None or before.sharing:
            return False
        if any(is_cut(track, segments) for track in wanted.tracks):
            return False
        return not any(is_shared(item, segments) for _, items in wanted.of_kinds() for item in items)

    def _segments(self) -> Segments | None:
        """First and last frame of each job; None if that is not known yet."""
        if self.task is not None and self._has_frames:
            jobs = [job for job in jobs_of(self.ctx, [self.task])[self.task.id] if job.type == _ANNOTATION]
            return [(job.start_frame or 0, job.stop_frame or 0) for job in jobs]
        data = self.ctx.manifest.tasks[self.key].data
        one_job = data is not None and not data.segment_size and data.jobs is None and data.validation is None
        return [] if one_job else None

    def _lost(self, lost: Annotations) -> Impact:
        numbers, task = lost.numbers, self.task
        return Impact(
            tasks=(task.id,) if task is not None else (),
            tags=numbers.tags,
            shapes=numbers.shapes,
            tracks=numbers.tracks,
        )

    def _labels_made(self, wanted: Annotations, labels: LabelsAfter) -> tuple[str, ...]:
        """The steps that make or change labels that it uses."""
        used = wanted.labels & labels.changed
        of_task = labels.owner == f"task.{self.key}"
        addresses = [label_address(labels.owner, name) for name in sorted(used)]
        return tuple(one for one in addresses if of_task or one in self.ctx.label_steps)

    def _needs(self) -> tuple[str, ...]:
        address = f"task.{self.key}"
        if self.key in self.ctx.uploads:
            return (f"{address}.data",)
        return (address,) if self.task is None else ()

    def _step(
        self,
        file: AnnotationFile,
        wish: AnnotationsWish,
        do: Do,
        before: WholeTask,
        *,
        after: str,
        gives: Image | None,
        body: Image,
        destroys: Impact | None,
        needs: tuple[str, ...] = (),
    ) -> Step:
        address = f"task.{self.key}"
        there = str(before.numbers)
        owner = self.ctx.task_ref(self.key)
        return Step(
            address=f"{address}.annotations",
            kind="annotations",
            do=do,
            action=Action.UPDATE if before.task else Action.CREATE,
            name=owner.name,
            of=owner,
            reason=f"{self.block.file} ({wish.format or 'JSON'}, {wish.mode})",
            fields=(FieldChange(path=("annotations",), before=there, after=after, source=address),),
            body=body,
            expect=_image(before),
            gives=gives,
            content=file.content(wish.source),
            destroys=destroys,
            needs=(*self._needs(), *needs),
        )

    def _problem(self, what: str, hint: str) -> None:
        self.ctx.problem(what, self.ctx.key_at("tasks", self.key, "annotations"), hint)


def _image(whole: WholeTask) -> Image:
    return {"digest": whole.digest, **whole.numbers.model_dump()}
