"""The jobs of a new task: put where the manifest wants them, and assigned."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pydantic import JsonValue

from reconciler.apply.steps.operation import Found, Operation, Sent, Standing
from reconciler.cvat.models import Job
from reconciler.cvat.writing import Writer
from reconciler.plan.model import Write
from reconciler.plan.state import job_state
from reconciler.plan.steps import Image, Step
from reconciler.plan.workflow import wanted_position
from reconciler.plan.writes import write

_ANNOTATION = "annotation"


class SetJobs(Operation):
    """Each annotation job gets what is wanted of it; ground truth and replicas stay as they are."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """How many jobs there are, and which are not as wanted."""
        _, task_id = self.site.owner(step)
        jobs = [job for job in self.site.reader.jobs_of_tasks([task_id]) if job.type == _ANNOTATION]
        behind = {job.id: one for job in jobs if (one := self._write(step, job)) is not None}
        ids: list[JsonValue] = [*sorted(behind)]
        return Found({"jobs": len(jobs), "behind": ids}, detail=behind)

    def standing(self, step: Step, found: Found) -> Standing:
        """A task without jobs has no data: there is nothing to set."""
        if found.image is None or not found.image["jobs"]:
            return Standing(conflict="the task has no jobs")
        return Standing(already=not found.image["behind"])

    def send(self, step: Step, found: Found) -> Sent:
        """One job after another: the server computes the task's status anew with each, without a lock."""
        writer = Writer(self.site.session)
        writes: Mapping[int, Write] = found.detail
        for job, one in sorted(writes.items()):
            writer.patch_job(job, one.body)
        return Sent()

    def arrived(self, step: Step, found: Found) -> bool:
        """Whether all jobs are as wanted."""
        return found.image is not None and bool(found.image["jobs"]) and not found.image["behind"]

    def untouched(self, step: Step, found: Found) -> bool:
        """Nobody can say: some of the jobs may have been set."""
        return False

    def gave(self, step: Step, found: Found) -> Image | None:
        """How many jobs there are."""
        return {"jobs": found.image["jobs"]} if found.image is not None else None

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return "PATCH /api/jobs/…"

    def _write(self, step: Step, job: Job) -> Write | None:
        """The smallest PATCH that takes a job where it should be."""
        now = job_state(job)
        wanted = self._wanted(step, job)
        gives = wanted_position(wanted, job.stage, job.state)
        if "assignee" in wanted:
            gives["assignee"] = wanted["assignee"]
        if all(now[name] == value for name, value in gives.items()):
            return None
        return write("job", {name: now[name] for name in gives}, gives, _users(step))

    def _wanted(self, step: Step, job: Job) -> Image:
        wanted: Image = {}
        for part in _parts(step.gives or {}, job):
            wanted |= {name: value for name, value in part.items() if name in ("stage", "state", "assignee")}
        return wanted


def _users(step: Step) -> dict[str, int]:
    """The ids of those who are assigned: the step says them once by name, and once as they are sent."""
    named, sent = (_all_parts(image) for image in (step.gives or {}, step.body))
    pairs = [(one.get("assignee"), other.get("assignee")) for one, other in zip(named, sent, strict=True)]
    return {name: number for name, number in pairs if isinstance(name, str) and isinstance(number, int)}


def _all_parts(said: Image) -> list[Image]:
    """What all jobs get, then what jobs of some frames get instead."""
    overrides = said.get("overrides")
    parts = [said.get("all"), *(overrides if isinstance(overrides, list) else ())]
    return [part for part in parts if isinstance(part, dict)]


def _parts(said: Image, job: Job) -> Iterator[Image]:
    """Those that are about a job."""
    for part in _all_parts(said):
        if "frames" not in part or _lies_within(part["frames"], job):
            yield part


def _lies_within(frames: JsonValue, job: Job) -> bool:
    assert isinstance(frames, list), "the plan says first and last"
    first, last = (int(str(end)) for end in frames)
    return (
        None not in (job.start_frame, job.stop_frame)
        and first <= (job.start_frame or 0)
        and ((job.stop_frame or 0) <= last)
    )
