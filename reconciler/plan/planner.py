"""A manifest and a server make a plan, in one go: each rule selects by what is there now.

Reads what it needs, writes nothing, reports every problem together. The steps stand in `_Planner.plan` in their order.
What rules make of what other rules make is planned on from there: `plan.onward`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from reconciler.cvat.models import Task
from reconciler.errors import PlanError, Problem
from reconciler.manifest.loading import LoadedManifest, in_order
from reconciler.manifest.selectors import asks_how_long_ago
from reconciler.plan.assignment.assigning import Assigning
from reconciler.plan.building.building import Building
from reconciler.plan.building.deletions import find_deletions
from reconciler.plan.building.finding import find_blocks
from reconciler.plan.building.ordering import bindings_of, build_steps
from reconciler.plan.changes import TaskChanges
from reconciler.plan.gathering import Gathering
from reconciler.plan.jobs_reading import JobsRead, read_jobs
from reconciler.plan.left import all_of, left_of_task
from reconciler.plan.limits import scope
from reconciler.plan.model import (
    Action,
    Change,
    Limits,
    ManifestRef,
    PersonLoad,
    Plan,
    RulePhase,
    RuleStanding,
    Warning_,
)
from reconciler.plan.naming import priorities_used
from reconciler.plan.overrides import unmatched_overrides
from reconciler.plan.previous import PreviousAnnotators
from reconciler.plan.priority import find_priorities
from reconciler.plan.projects import ProjectIndex, has_tasks
from reconciler.plan.selection import Selecting
from reconciler.plan.state import users_of
from reconciler.plan.steps import BindingWish, Do, Step
from reconciler.plan.summary import existing, named_users, summarise, task_labels
from reconciler.plan.surroundings import Surroundings
from reconciler.plan.targets import Targets
from reconciler.plan.wish import Wish
from reconciler.plan.writing_order import in_writing_order

_WantedOfJobs = Mapping[int, Mapping[str, Wish]]


def plan_once(loaded: LoadedManifest, around: Surroundings, targets: Iterable[str] = ()) -> Plan:
    """What the manifest wants of the server as it is.

    Raises:
        PlanError: as `plan.onward.following.make_plan`.
    """
    return _Planner(loaded, around, tuple(targets)).plan()


class _Planner:
    def __init__(self, loaded: LoadedManifest, around: Surroundings, addresses: tuple[str, ...]) -> None:
        manifest = loaded.manifest
        self._loaded = loaded
        self._around = around
        self._addresses = addresses
        self._targets = Targets(
            addresses, [*_of("project", manifest.projects), *_of("task", manifest.tasks), *_of("rule", manifest.rules)]
        )
        self._problems: list[Problem] = []
        self._warnings: list[Warning_] = []
        self._going: dict[int, Task] = {}  # tasks that are to be deleted
        self._moved: set[int | None] = set()  # tasks that are moved to another project
        self._left_out: dict[int, list[Change]] = defaultdict(list)  # by task: what --target leaves out
        self._building = Building(
            loaded=loaded,
            server=around.server,
            ref=around.ref,
            capabilities=around.capabilities,
            bindings=around.bindings,
            begun=around.begun,
            told=around.told,
            targets=self._targets,
            problems=self._problems,
            warnings=self._warnings,
        )
        self._projects = ProjectIndex(
            around.server.projects(),
            manifest.projects,
            partial(has_tasks, around.server),
            remembered=self._building.remembered,
            locations=loaded.locations,
        )
        self._building.project_name = self._projects.name
        self._building.project_seen = self._projects.seen
        remembered = self._building.remembered
        priorities = find_priorities(loaded, around.priorities, remembered)
        self._building.priorities = priorities
        selecting = Selecting(
            around.server,
            self._projects,
            around.capabilities.filters_created_date,
            problems=self._problems,
            priorities=priorities,
            now=around.now,
        )
        self._found = Gathering(
            loaded,
            self._targets,
            selecting,
            around.ref,
            around.ledger,
            self._building,
            PreviousAnnotators(around.annotators, around.people),
            problems=self._problems,
            warnings=self._warnings,
        )

    def plan(self) -> Plan:
        data = find_blocks(self._building, self._projects)
        going = find_deletions(self._building)
        self._going = {one.task.id: one.task for one in going}
        self._found.gather()
        assigning = Assigning(self._found.sharing, self._building, self._projects, self._around.annotators)
        assigning.find_people(self._around.people, self._found.people)
        users = self._users()
        self._building.users = users
        ordered = build_steps(self._building, data, going)
        self._moved = {step.id for step in ordered.steps if step.do is Do.MOVE_TASK}
        jobs = read_jobs(self._found.wishes.values(), self._around.server)
        assignments = assigning.share_out(self._found.wishes, jobs, self._found.disagreements)
        wanted = self._wanted_of_jobs(jobs)
        self._problems += unmatched_overrides(self._found.wishes.values(), jobs)
        self._problems += self._found.disagreements.problems()
        if self._problems:
            raise PlanError(in_order([*self._problems, *map(_as_problem, self._warnings)]))
        changes = self._changes(jobs, wanted, users, stepped=existing(ordered.steps, "task"))
        bindings = bindings_of(self._building, data, ordered.left_out)
        return self._assemble(ordered.steps, bindings, changes, users, jobs, assignments)

    def _users(self) -> dict[str, int]:
        found = self._found
        return found.people.resolve(
            self._around.people,
            organization=bool(self._around.ref.organization),
            problems=self._problems,
            warnings=self._warnings,
        )

    def _wanted_of_jobs(self, read: JobsRead) -> _WantedOfJobs:
        """What is wanted of each job; who disagrees about it is noted."""
        return {
            job.id: wishes.of_job(job, self._found.disagreements)
            for wishes in self._found.wishes.values()
            for job in read.of(wishes.task.id)
        }

    def _changes(
        self, read: JobsRead, wanted: _WantedOfJobs, users: Mapping[str, int], *, stepped: Collection[int]
    ) -> list[Change]:
        """What is changed of tasks that are there; that nothing is to change is not said of those with steps."""
        planned: list[Change] = []
        for task_id, wishes in sorted(self._found.wishes.items()):
            if wishes.sources:
                complete = task_id in read.complete
                one = TaskChanges(wishes, read.of(task_id), wanted, complete, users, self._warnings)
                for change in map(self._wherever_it_is_moved, one.changes()):
                    if change.action is Action.NO_OP and task_id in stepped:
                        continue
                    wanted_now = self._targets.wants(change, wishes.sources)
                    (planned if wanted_now else self._left_out[task_id]).append(change)
        self._warnings += self._targets.unmet()
        return in_writing_order(planned)

    def _wherever_it_is_moved(self, change: Change) -> Change:
        """A task that this plan moves was selected where it is now; its fields are written once it is moved."""
        if change.task not in self._moved:
            return change
        rests_on = {name: value for name, value in change.rests_on.items() if name != "task.project"}
        return change.model_copy(update={"rests_on": rests_on})

    def _assemble(
        self,
        steps: Sequence[Step],
        bindings: Sequence[BindingWish],
        changes: Sequence[Change],
        users: Mapping[str, int],
        read: JobsRead,
        assignments: tuple[PersonLoad, ...],
    ) -> Plan:
        considered = {change.task for change in changes} | existing(steps, "task")
        tasks = [task for number, task in sorted(self._known_tasks().items()) if number in considered]
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
            steps=tuple(steps),
            changes=tuple(changes),
            bindings=tuple(bindings),
            rules=tuple(self._dealt_with(standing.record) for standing in self._found.standings),
            assignments=assignments,
            priorities=priorities_used(self._building),
            as_of=self._around.now
            if any(asks_how_long_ago(rule.select) for rule in loaded.manifest.rules.values())
            else None,
            users=named_users(changes, self._known_users(users, tasks, read), steps),
            warnings=tuple(dict.fromkeys(self._warnings)),
            summary=summarise(changes, steps=steps),
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

    def _known_tasks(self) -> dict[int, Task]:
        """Every task that a step or a change is about."""
        ctx = self._building
        found = [*ctx.described.values(), *ctx.replaced.values()]
        found += [task for some in (*ctx.left_over.values(), *ctx.going_with.values()) for task in some]
        known = {task.id: task for task in found if task is not None}
        return known | self._going | {number: wishes.task for number, wishes in self._found.wishes.items()}

    def _known_users(self, resolved: Mapping[str, int], tasks: Iterable[Task], read: JobsRead) -> dict[str, int]:
        known = dict(resolved)
        for task in tasks:
            known |= users_of(task, *read.of(task.id))
        return known


def _as_problem(warning: Warning_) -> Problem:
    """So that what is doubtful is told along with what is wrong."""
    about = f"{warning.address}: " if warning.address else ""
    return Problem(f"{about}{warning.text}", severity="warning")


def _of(kind: str, keys: Iterable[str]) -> list[str]:
    return [f"{kind}.{key}" for key in keys]
