"""An import beside annotations that was killed before these were added back: they are in its copy, and come from there.

The server replaces what a task has by what it imports (CVAT's source); until the rest is added back it is in the copy
alone. Of a process that was killed in between, the next one that imports beside it finds it.
"""

from __future__ import annotations

from reconciler.annotations.whole import WholeTask
from reconciler.history.model import Run, StepRecord, WriteOutcome
from reconciler.history.runs import load_plan, load_step_records, runs
from reconciler.history.store import StateStore
from reconciler.plan.steps import ANNOTATING, Do
from reconciler.snapshots.reading import annotations_of, find_copy

_NOTHING_SENT = frozenset({WriteOutcome.CONFLICT, WriteOutcome.SKIPPED})


def cut_off_before(store: StateStore, run: str, task_id: int, server: str) -> WholeTask | None:
    """What a task had before the last run that annotated it, if that run was killed while it imported beside it.

    Raises:
        StateError: it is in a copy that is gone or damaged: nothing is known to be whole then.
    """
    for earlier in sorted(runs(store), key=lambda one: one.id, reverse=True):
        if earlier.id >= run or earlier.server.url != server:
            continue
        records = _records(store, earlier, task_id)
        if records:
            last = records[-1]
            killed = last.settled or last.outcome is WriteOutcome.STARTED
            if not killed or last.copied is None or not _kept_beside(store, earlier, last):
                return None
            return annotations_of(store, find_copy(store, last.copied))
    return None


def _records(store: StateStore, run: Run, task_id: int) -> list[StepRecord]:
    """What became of the steps that annotated a task, but for those that only found others at it."""
    last = {(one.address, one.do): one for one in load_step_records(store, run.id) if one.do in ANNOTATING}
    found = [one for one in last.values() if one.outcome not in _NOTHING_SENT]
    return [one for one in found if one.of is not None and one.of.id == task_id]


def _kept_beside(store: StateStore, run: Run, record: StepRecord) -> bool:
    """Whether it was an import beside which everything was to stay."""
    steps = load_plan(store, run.id).plan.steps
    cut = next((one for one in steps if one.key == (record.address, record.do)), None)
    return cut is not None and cut.do is Do.IMPORT_ANNOTATIONS and cut.destroys is None
