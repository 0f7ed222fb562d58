"""A manifest and a server make a plan.

Reads what it needs, writes nothing, reports every problem together. The steps stand in `_Planner.plan` in their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.cvat.filters import is_in
from reconciler.cvat.models import Task
from reconciler.errors import PlanError, Problem
from reconciler.history.model import Ledger
from reconciler.manifest.loading import LoadedManifest, in_order
from reconciler.plan.changes import TaskChanges
from reconciler.plan.gathering import Gathering
from reconciler.plan.jobs_reading import JobsRead, read_jobs
from reconciler.plan.left import all_of, left_of_task
from reconciler.plan.limits import scope
from reconciler.plan.model import Change, Limits, ManifestRef, Plan, RulePhase, RuleStanding, ServerRef
from reconciler.plan.observing import Observed, People
from reconciler.plan.overrides import unmatched_overrides
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.selection import Selecting
from reconciler.plan.state import users_of
from reconciler.plan.summary import named_users, summarise, task_labels
from reconciler.plan.targets import Targets
from reconciler.plan.wish import Wish

_WantedOfJobs = Mapping[int, Mapping[str, Wish]]


@dataclass(frozen=True)
class Surroundings:
    """What a plan is made against: the server as it is read, who can be assigned, what was applied before."""

    server: Observed
    people: People
    ref: ServerRef
    created_filter: bool  # whether the server can filter by created_date (from CVAT 2.80)
    ledger: Ledger = field(default_factory=Ledger)


def make_plan(loaded: LoadedManifest, around: Surroundings, targets: Iterable[str] = ()) -> Plan:
    """What it takes to bring the server to the manifest.

    Args:
        loaded: the manifest with the places of its values.
        around: the server, and what the state store remembers.
        targets: addresses; without any, the whole manifest.

    Raises:
        PlanError: unknown or invisible users and projects, missing tasks, ambiguous names, blocks that want different
            values for one field; all of them together, each with its place.
    """
    return _Planner(loaded, around, tuple(targets)).plan()


class _Planner:
    def __init__(self, loaded: LoadedManifest, around: Surroundings, addresses: tuple[str, ...]) -> None:
        manifest = loaded.manifest
        self._loaded = loaded
        self._around = around
        self._addresses = addresses
        self._targets = Targets(addresses, [f"task.{key}" for key in manifest.tasks] + _rules(manifest.rules))
        self._projects = ProjectIndex(around.server.projects(), manifest.projects, self._has_tasks)
        self._problems: list[Problem] = []
        self._left_out: dict[int, list[Change]] = defaultdict(list)  # by task: what --target leaves out
        selecting = Selecting(around.server, self._projects, around.created_filter, self._problems)
        self._found = Gathering(loaded, self._targets, selecting, around.ref, around.ledger, problems=self._problems)

    def plan(self) -> Plan:
        self._found.gather()
        users = self._users()
        jobs = read_jobs(self._found.wishes.values(), self._around.server)
        wanted = self._wanted_of_jobs(jobs)
        self._problems += unmatched_overrides(self._found.wishes.values(), jobs)
        self._problems += self._found.disagreements.problems()
        if self._problems:
            raise PlanError(in_order(self._problems))
        return self._assemble(self._changes(jobs, wanted, users), users, jobs)

    def _has_tasks(self, project: int) -> bool:
        found = self._around.server.tasks(is_in("project_id", [project]))
        return any(task.project_id == project for task in found)

    def _users(self) -> dict[str, int]:
        found = self._found
        return found.people.resolve(
            self._around.people,
            organization=bool(self._around.ref.organization),
            problems=self._problems,
            warnings=found.warnings,
        )

    def _wanted_of_jobs(self, read: JobsRead) -> _WantedOfJobs:
        """What is wanted of each job; who disagrees about it is noted."""
        return {
            job.id: wishes.of_job(job, self._found.disagreements)
            for wishes in self._found.wishes.values()
            for job in read.of(wishes.task.id)
        }

    def _changes(self, read: JobsRead, wanted: _WantedOfJobs, users: Mapping[str, int]) -> list[Change]:
        planned: list[Change] = []
        for task_id, wishes in sorted(self._found.wishes.items()):
            if wishes.sources:
                complete = task_id in read.complete
                one = TaskChanges(wishes, read.of(task_id), wanted, complete, users, self._found.warnings)
                for change in one.changes():
                    wanted_now = self._targets.wants(change, wishes.sources)
                    (planned if wanted_now else self._left_out[task_id]).append(change)
        self._found.warnings += self._targets.unmet()
        return planned

    def _assemble(self, changes: Sequence[Change], users: Mapping[str, int], read: JobsRead) -> Plan:
        considered = {change.task for change in changes}
        tasks = [wishes.task for task_id, wishes in sorted(self._found.wishes.items()) if task_id in considered]
        loaded, limits = self._loaded, self._loaded.manifest.settings.limits
        return Plan(
            kind="apply",
            server=self._around.ref,
            manifest=ManifestRef(sources=loaded.sources, digest=loaded.digest, document=loaded.document),
            targets=self._addresses,
            limits=Limits(
                max_changes=limits.max_changes,
                max_changed_percent=limits.max_changed_percent,
                max_deletes=limits.max_deletes,
            ),
            scope=scope(tasks, self._projects.task_count),
            tasks=task_labels(tasks, self._projects.name),
            changes=tuple(changes),
            rules=tuple(self._dealt_with(standing.record) for standing in self._found.standings),
            users=named_users(changes, self._known_users(users, tasks, read)),
            warnings=tuple(dict.fromkeys(self._found.warnings)),
            summary=summarise(changes),
        )

    def _dealt_with(self, rule: RuleStanding) -> RuleStanding:
        """With `--target`, the rule's other tasks stay pending, and those of which it names only some jobs."""
        if rule.phase is RulePhase.ALWAYS:
            return rule
        named = [task for task in rule.pending if self._targets.wants_task(rule.address, task)]
        whole = {task for task in named if self._targets.wants_all_of(rule.address, task)}
        pending = tuple(task for task in named if task in whole)
        aside = tuple(
            left_of_task(rule.address, task, all_of(self._left_out[task])) for task in named if task not in whole
        )
        there = set(named)
        left = tuple(one for one in rule.left if one.task in there)
        return rule.model_copy(update={"pending": pending, "left": left, "aside": aside})

    def _known_users(self, resolved: Mapping[str, int], tasks: Iterable[Task], read: JobsRead) -> dict[str, int]:
        known = dict(resolved)
        for task in tasks:
            known |= users_of(task, *read.of(task.id))
        return known


def _rules(keys: Iterable[str]) -> list[str]:
    return [f"rule.{key}" for key in keys]
