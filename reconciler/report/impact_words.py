"""What is destroyed, in words."""

from __future__ import annotations

from reconciler.plan.model import Plan
from reconciler.plan.steps import Impact, Step
from reconciler.report.wording import id_list
from reconciler.wording import counted, listed


def impact_words(step: Step) -> str:
    """`destroys 12 shapes and 3 tracks in tasks 42, 43`; of a task all that goes with it."""
    if step.destroys is None:
        return ""
    whole = step.kind in ("task", "project")
    said = f"destroys {listed(_parts(step.destroys, whole=whole), None) or 'no annotations'}"
    if not whole and step.destroys.tasks and _drawn(step.destroys):
        said += f" in {'task' if len(step.destroys.tasks) == 1 else 'tasks'} {id_list(step.destroys.tasks)}"
    if step.destroys.hidden:
        said += f"; what tasks {id_list(step.destroys.hidden)} hold could not be counted"
    return said


def destroyed(plan: Plan) -> str:
    """`2 tasks, 20 frames, 6 jobs and 12 shapes`: all that a plan destroys."""
    impacts = [step.destroys for step in plan.destructive if step.destroys is not None]
    tasks = sum(step.kind == "task" and step.deletes for step in plan.destructive)
    whole = Impact(
        frames=sum(one.frames for one in impacts),
        jobs=sum(one.jobs for one in impacts),
        tags=sum(one.tags for one in impacts),
        shapes=sum(one.shapes for one in impacts),
        tracks=sum(one.tracks for one in impacts),
    )
    return listed([counted(tasks, "task")] * bool(tasks) + _parts(whole, whole=True), None) or "no annotations"


def _drawn(impact: Impact) -> int:
    return impact.tags + impact.shapes + impact.tracks


def _parts(impact: Impact, *, whole: bool) -> list[str]:
    numbers = [(impact.frames, "frame"), (impact.jobs, "job")] if whole else []
    numbers += [(impact.shapes, "shape"), (impact.tracks, "track"), (impact.tags, "tag")]
    return [counted(number, noun) for number, noun in numbers if number]
