"""The file that a task's annotations come from: read and checked while planning, so that nothing is sent in vain."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.reading import read_native, sha256_of
from reconciler.errors import Location
from reconciler.manifest.data import AnnotationsBlock
from reconciler.manifest.wording import did_you_mean, quoted
from reconciler.plan.building.building import Building
from reconciler.plan.building.labels_after import LabelsAfter
from reconciler.plan.formats import importing, unknown_format
from reconciler.plan.steps import AnnotationsWish, Content
from reconciler.plan.wishes import Place
from reconciler.snapshots.archives import is_whole
from reconciler.wording import listed

_SHOWN = 10


@dataclass(frozen=True)
class AnnotationFile:
    """A file as its block names it; `at` gives the place of a part of the block."""

    ctx: Building
    block: AnnotationsBlock
    at: Place

    @cached_property
    def wish(self) -> AnnotationsWish | None:
        """What is to be remembered of it; None if it cannot be read."""
        source = self._source
        if isinstance(source, AnnotationsError):
            return None
        return AnnotationsWish(source=source, format=self.format, mode=self.block.mode)

    @property
    def format(self) -> str | None:
        """By which name the server imports it; None for CVAT's own JSON."""
        return importing(self.block.format) if self.block.format is not None else None

    def is_readable(self) -> bool:
        """Whether there is such a file. Not: a problem."""
        if isinstance(self._source, AnnotationsError):
            self._problem(self._source)
            return False
        return True

    def content(self, sha256: str) -> Content:
        """For a step."""
        return Content(where="file", name=self.block.file, sha256=sha256, size=self._path.stat().st_size)

    def is_importable(self) -> bool:
        """Whether the server knows its format. Not: a problem."""
        wrong = list(unknown_format(self.format or "", self.ctx.formats, "imports", self.at("format")))
        self.ctx.problems += wrong
        return not wrong

    def is_sendable(self) -> bool:
        """Whether the server may be able to read it: not empty, no archive that is cut off. Not: a problem.

        It would say so only at the file's turn, when the annotations of other tasks are replaced already.
        """
        try:
            if not self._path.stat().st_size:
                self.ctx.problem(f"{self.block.file} is empty", self.where, "name a file that has something in it")
            elif self._path.suffix.lower() == ".zip" and not is_whole(self._path):
                what = f"{self.block.file} is no readable zip archive: cut off, or damaged"
                self.ctx.problem(what, self.where, "get it again")
            else:
                return True
        except OSError as failure:
            self.ctx.problem(f"{self.block.file} cannot be read: {failure.strerror or failure}", self.where)
        return False

    def annotations(self, labels: LabelsAfter, size: int | None) -> Annotations | None:
        """What is in a file of CVAT's own JSON; None if it cannot be for a task of so many frames: a problem.

        `size` is None where it is not known yet.
        """
        try:
            read = read_native(self._path)
            if not self._labels_are_there(read.labels, labels):
                return None
            complete = read.completed(labels.ids)
        except AnnotationsError as wrong:
            self._problem(wrong)
            return None
        if size is not None and (outside := complete.beyond(size)):
            frames = sorted({item["frame"] for _, items in outside.of_kinds() for item in items})
            what = f"{self.block.file} has annotations on frames that the task does not have: {listed(frames, _SHOWN)}"
            self.ctx.problem(what, self.where, f"its frames are 0 to {size - 1}; the server would drop the others")
            return None
        return complete

    def _labels_are_there(self, used: Collection[str], labels: LabelsAfter) -> bool:
        # What is said by id is looked up when the content is completed.
        named = sorted(name for name in used if not name.startswith(" "))
        unknown = [name for name in named if name not in labels.states]
        going = [name for name in named if name in labels.removed]
        if unknown:
            known = sorted(labels.states.keys() - labels.removed)
            renamed = {old: f"{quoted(old)} is renamed to {quoted(new)}" for old, new in labels.renamed.items()}
            hint = (
                renamed.get(unknown[0]) or did_you_mean(unknown[0], known) or f"its labels: {_named(known) or 'none'}"
            )
            what = f"{self.block.file} uses labels that the task does not have: {_named(unknown)}"
            self.ctx.problem(what, self.where, hint)
        if going:
            what = f"{self.block.file} uses labels that this plan removes: {_named(going)}"
            self.ctx.problem(what, self.where, "describe them, or set `prune: {labels: false}`")
        return not unknown and not going

    @property
    def where(self) -> Location | None:
        """Where the file is named."""
        return self.at("file")

    @cached_property
    def _source(self) -> str | AnnotationsError:
        try:
            return sha256_of(self._path)
        except AnnotationsError as wrong:
            return wrong

    @property
    def _path(self) -> Path:
        return Path(self.block.file)

    def _problem(self, wrong: AnnotationsError) -> None:
        what = wrong.what if self.block.file in wrong.what else f"{self.block.file}: {wrong.what}"
        self.ctx.problem(what, self.where, wrong.hint)


def _named(names: Iterable[str]) -> str:
    return listed(map(quoted, names), _SHOWN)
