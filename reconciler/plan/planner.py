"""A manifest and a server make a plan.

Reads what it needs, writes nothing, reports every problem together. The steps stand in `Planner.plan` in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.cvat.models import Task
from reconciler.errors import Location, PlanError, Problem
from reconciler.history.ledger import find
from reconciler.history.model import Ledger
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import RuleBlock, TaskFields
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.changes import TaskChanges
from reconciler.plan.jobs_reading import JobsRead, read_jobs
from reconciler.plan.model import Change, Limits, ManifestRef, Plan, RulePhase, RuleStanding, ServerRef, Warning_
from reconciler.plan.named_tasks import NamedTasks
from reconciler.plan.observing import Observed, People
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.selection import Selecting, Selection
from reconciler.plan.standing import Standing, definition_digest, fresh, frozen, is_frozen
from reconciler.plan.state import job_state, task_state, users_of
from reconciler.plan.summary import summarise, task_labels
from reconciler.plan.targets import Targets
from reconciler.plan.wishes import TaskWishes, field_wishes, job_wishes, override_wishes

_BLOCK_FIELDS = ("name", "subset", "bug_tracker", "assignee", "owner", "status")
_RULE_FIELDS = ("subset", "bug_tracker", "assignee", "owner", "status")


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
    def __init__(self, loaded: LoadedManifest, around: Surroundings, targets: tuple[str, ...]) -> None:
        self._loaded = loaded
        self._manifest = loaded.manifest
        self._around = around
        self._target_addresses = targets
        blocks = [f"task.{key}" for key in self._manifest.tasks] + [f"rule.{key}" for key in self._manifest.rules]
        self._targets = Targets(targets, blocks)
        self._problems: list[Problem] = []
        self._warnings: list[Warning_] = []
        self._wishes: dict[int, TaskWishes] = {}
        self._standings: list[Standing] = []

    def plan(self) -> Plan:
        server = self._around.server
        self._projects = ProjectIndex(server.projects(), self._manifest.projects)
        self._selecting = Selecting(server, self._projects, self._around.created_filter, self._problems)
        self._gather_task_blocks()
        self._gather_rules()
        users = self._resolve_users()
        if self._problems:  # a reference that stands for nothing makes everything after it guesswork
            raise PlanError(self._problems)
        jobs = read_jobs(self._wishes.values(), server)
        self._check_overrides(jobs)
        changes = self._changes(jobs, users)
        if self._problems:
            raise PlanError(self._problems)
        return self._assemble(changes, users, jobs)

    def _at(self, *path: str) -> Location | None:
        return self._loaded.locations.at(*path)

    # What is wanted

    def _gather_task_blocks(self) -> None:
        found = NamedTasks(self._loaded, self._around.server, self._projects).find(self._problems)
        for key, task in found.items():
            block, address = self._manifest.tasks[key], f"task.{key}"
            wishes = TaskWishes(task, address, ignored=frozenset(block.lifecycle.ignore))
            self._wishes[task.id] = wishes  # also of a block that is not targeted: what it ignores holds
            if not self._targets.wants_block(address):
                continue
            wishes.sources.append(address)
            self._wish(wishes, block, address, ("tasks", key), _BLOCK_FIELDS)
            if "jobs" not in wishes.ignored:
                for index, override in enumerate(block.job_overrides):
                    if wish := override_wishes(
                        override, address, self._below("tasks", key, "job_overrides", str(index))
                    ):
                        wishes.job_wishes.append(wish)

    def _gather_rules(self) -> None:
        for key, block in self._manifest.rules.items():
            address = f"rule.{key}"
            if not self._targets.wants_block(address):
                continue
            standing = self._stand(key, address, block)
            self._standings.append(standing)
            for task in standing.tasks:
                wishes = self._wishes.setdefault(task.id, TaskWishes(task, f"{address}[{task.id}]"))
                if not wishes.sources and wishes.address.startswith("task."):
                    wishes.address = f"{address}[{task.id}]"  # its own block is not targeted
                wishes.sources.append(address)
                self._wish(wishes, block.set, address, ("rules", key, "set"), _RULE_FIELDS, standing.job_ids)

    def _wish(
        self,
        wishes: TaskWishes,
        block: TaskFields,
        source: str,
        path: tuple[str, ...],
        names: tuple[str, ...],
        selected_jobs: frozenset[int] | None = None,
    ) -> None:
        at = self._below(*path)
        for name, wish in field_wishes(block, source, at, names=names):
            wishes.add(name, wish, self._problems)
        wanted = job_wishes(block, source, at, selected=selected_jobs)
        wishes.job_wishes.extend(wish for wish in wanted if wishes.cares_about(wish))

    def _below(self, *path: str) -> Callable[..., Location | None]:
        return lambda *more: self._at(*path, *more)

    # Which tasks a rule is about

    def _stand(self, key: str, address: str, block: RuleBlock) -> Standing:
        ref, definition = self._around.ref, definition_digest(block)
        entry = find(self._around.ledger, ref.url, ref.organization, address, block.revision)
        if block.mode == "once" and entry is not None and is_frozen(entry, definition):
            if entry.definition != definition:
                text = f"{address} was edited since it was applied; raise its `revision` to run it again"
                self._warnings.append(Warning_(text=text, address=address))
            left = sorted(set(entry.selected) - set(entry.done))
            return frozen(address, block, entry, self._around.server.tasks_by_id(left) if left else ())
        selection = self._selecting.select(block.select, self._below("rules", key, "select"))
        if not selection.tasks and block.mode == "always":
            self._warnings.append(Warning_(text=f"{address} selects nothing", address=address))
        self._remember_what_it_rests_on(address, selection)
        return fresh(address, block, selection)

    def _remember_what_it_rests_on(self, address: str, selection: Selection) -> None:
        for task in selection.tasks:
            wishes = self._wishes.setdefault(task.id, TaskWishes(task, f"{address}[{task.id}]"))
            state = task_state(task)
            wishes.rests_on |= {f"task.{name}": state[name] for name in sorted(selection.tests & state.keys())}
            for job in (selection.jobs or {}).get(task.id, ()):
                tested = {f"job.{name}": job_state(job)[name] for name in sorted(selection.job_tests)}
                wishes.jobs_rest_on.setdefault(job.id, {}).update(tested)

    # Who is who

    def _resolve_users(self) -> dict[str, int]:
        places: dict[str, Location | None] = {}
        for wishes in self._wishes.values():
            named = [(name, wish) for name, wish in wishes.fields.items() if name in ("assignee", "owner")]
            named += [("assignee", job.fields["assignee"]) for job in wishes.job_wishes if "assignee" in job.fields]
            for _, wish in named:
                if isinstance(wish.value, str):
                    places.setdefault(wish.value, wish.where)
        known = self._around.people.resolve(places) if places else {}
        if unknown := [name for name in places if name not in known]:
            visible = self._around.people.visible()
            where = "this organization" if self._around.ref.organization else "this server"
            for name in unknown:
                what = f"there is no user {name!r} in {where}, or you cannot see them"
                self._problems.append(Problem(what, places[name], did_you_mean(name, visible)))
        return known

    # What it takes

    def _check_overrides(self, read: JobsRead) -> None:
        for wishes in self._wishes.values():
            jobs = read.by_task.get(wishes.task.id, [])
            for wish in wishes.job_wishes:
                if wish.overrides and wishes.task.job_count and not any(wish.is_about(job) for job in jobs):
                    segments = ", ".join(
                        f"{job.start_frame}-{job.stop_frame}" for job in jobs if job.type == "annotation"
                    )
                    named = f"job {min(wish.only)}" if wish.only else "an annotation job within these frames"
                    what = f"task {wishes.task.id} ({wishes.task.name!r}) does not have {named}"
                    self._problems.append(Problem(what, wish.where, f"its annotation jobs have frames {segments}"))

    def _changes(self, read: JobsRead, users: Mapping[str, int]) -> list[Change]:
        changes: list[Change] = []
        for task_id, wishes in sorted(self._wishes.items()):
            if not wishes.sources:
                continue
            jobs = sorted(read.by_task.get(task_id, []), key=lambda job: job.id)
            one = TaskChanges(wishes, jobs, task_id in read.complete, users, self._problems, self._warnings)
            changes.extend(change for change in one.changes() if self._targets.wants(change))
        return changes

    def _assemble(self, changes: Sequence[Change], users: Mapping[str, int], read: JobsRead) -> Plan:
        considered = {change.task for change in changes}
        tasks = [wishes.task for task_id, wishes in sorted(self._wishes.items()) if task_id in considered]
        limits = self._manifest.settings.limits
        return Plan(
            kind="apply",
            server=self._around.ref,
            manifest=ManifestRef(
                sources=self._loaded.sources, digest=self._loaded.digest, document=self._loaded.document
            ),
            targets=self._target_addresses,
            limits=Limits(
                max_changes=limits.max_changes,
                max_changed_percent=limits.max_changed_percent,
                max_deletes=limits.max_deletes,
            ),
            scope=self._scope(tasks),
            tasks=task_labels(tasks, self._projects.name),
            changes=tuple(changes),
            rules=tuple(self._record(standing, considered) for standing in self._standings),
            users=self._named_users(changes, users, tasks, read),
            warnings=tuple(self._warnings),
            summary=summarise(changes),
        )

    def _record(self, standing: Standing, considered: set[int]) -> RuleStanding:
        """With `--target`, a rule's other tasks stay pending."""
        record = standing.record
        if record.phase is RulePhase.ALWAYS:
            return record
        dealt_with = tuple(task for task in record.pending if task in considered)
        return record.model_copy(update={"pending": dealt_with})

    def _scope(self, tasks: Iterable[Task]) -> int:
        """Tasks that a percentage limit counts from: all of the projects concerned, and those without a project."""
        projects = {task.project_id for task in tasks if task.project_id is not None}
        alone = sum(task.project_id is None for task in tasks)
        return alone + sum(self._projects.task_count(project) for project in projects)

    def _named_users(
        self, changes: Iterable[Change], known: Mapping[str, int], tasks: Iterable[Task], read: JobsRead
    ) -> dict[str, int]:
        shown = dict(known)
        for task in tasks:
            shown |= users_of(task, *read.by_task.get(task.id, []))
        named = {
            value
            for change in changes
            for one in change.fields
            if one.path[0] in ("assignee", "owner")
            for value in (one.before, one.after)
            if isinstance(value, str)
        }
        return {name: shown[name] for name in sorted(named & shown.keys())}
