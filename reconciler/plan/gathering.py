"""What is wanted of which task, by all blocks of the manifest: task blocks first, then rules in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reconciler.cvat.models import Job, Task
from reconciler.errors import Problem
from reconciler.history.ledger import find
from reconciler.history.model import Ledger
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import RuleBlock, TaskBlock, TaskFields
from reconciler.manifest.selectors import asks_for_priority
from reconciler.plan.assignment.rules import SharingRule
from reconciler.plan.building.building import Building
from reconciler.plan.building.foreseen import could_select
from reconciler.plan.disagreements import Disagreements
from reconciler.plan.model import Left, RulePhase, ServerRef, Warning_
from reconciler.plan.naming import wish_names, with_wanted
from reconciler.plan.people import NamedPeople, is_mistyped
from reconciler.plan.previous import PreviousAnnotators
from reconciler.plan.selection import Selecting, Selection, no_label, unknown_label
from reconciler.plan.standing import Standing, definition_digest, edited, fresh, frozen, is_frozen
from reconciler.plan.state import job_seen, task_state, users_of
from reconciler.plan.targets import Targets
from reconciler.plan.wish import Wish
from reconciler.plan.wishes import JobWish, Place, TaskWishes, field_wishes, job_wishes, override_wish
from reconciler.wording import listed

_OWN_FIELDS = ("priority", "subset", "bug_tracker", "assignee", "owner")
_RULE_FIELDS = (*_OWN_FIELDS, "status")
_NAME = ("name",)
_STORAGES = ("source_storage", "target_storage")
_BLOCK_FIELDS = (*_NAME, *_RULE_FIELDS, *_STORAGES)


@dataclass
class Gathering:
    """Goes through the manifest once; what it finds is in `wishes`, `standings` and the lists after them."""

    loaded: LoadedManifest
    targets: Targets
    selecting: Selecting
    ref: ServerRef
    ledger: Ledger
    building: Building  # what was found of the blocks, and what is done to whole objects
    annotators: PreviousAnnotators
    wishes: dict[int, TaskWishes] = field(default_factory=dict)
    standings: list[Standing] = field(default_factory=list)
    sharing: list[SharingRule] = field(default_factory=list)  # rules with `assign`
    people: NamedPeople = field(default_factory=NamedPeople)
    disagreements: Disagreements = field(default_factory=Disagreements)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Warning_] = field(default_factory=list)

    def gather(self) -> None:
        """Task blocks, then rules."""
        self._task_blocks()
        self._new_objects()
        self._rules()
        wish_names(self.building, self.wishes)
        self.warnings += self.annotators.warnings()

    def _rules(self) -> None:
        """In their order; those that select by priority last, by the priorities that are wanted by then."""
        blocks = self.loaded.manifest.rules
        rules = {key: block for key, block in blocks.items() if self.targets.wants_block(f"rule.{key}")}
        for key in sorted(rules, key=lambda key: asks_for_priority(rules[key].select)):
            if asks_for_priority(rules[key].select):
                self.selecting.priorities = with_wanted(self.building.priorities, self.wishes)
            self._rule(key, rules[key])
        places = {f"rule.{key}": place for place, key in enumerate(rules)}
        self.standings.sort(key=lambda one: places[one.record.address])
        self.sharing.sort(key=lambda one: places[one.address])

    def _task_blocks(self) -> None:
        for key, task in self.building.described.items():
            block, address = self.loaded.manifest.tasks[key], f"task.{key}"
            if task is None or task.id in self.building.deleted:
                continue
            wishes = TaskWishes(task, address, frozenset(block.lifecycle.ignore))
            self.wishes[task.id] = wishes
            if self.targets.wants_task(address, task.id):
                self._wish_of_block(key, block, wishes)

    def _wish_of_block(self, key: str, block: TaskBlock, wishes: TaskWishes) -> None:
        address, at = f"task.{key}", self._below("tasks", key)
        if key in self.building.uploads:  # its jobs are made with its data: what they get is a step of its own
            self._wish(wishes, block, address, at, (*_NAME, *_OWN_FIELDS, *_STORAGES))
            return
        self._wish(wishes, block, address, at, _BLOCK_FIELDS)
        self._wish_of_name(key, block, wishes)
        self._wish_of_jobs(wishes, job_wishes(block, address, at))
        for index, override in enumerate(block.job_overrides):
            at = self._below("tasks", key, "job_overrides", str(index))
            self._wish_of_jobs(wishes, [override_wish(override, address, at)])

    def _new_objects(self) -> None:
        """Everybody whom projects are given to, and tasks and jobs that this plan makes."""
        manifest, at = self.loaded.manifest, self.loaded.locations.at
        for key, project in self.building.projects.items():
            block = manifest.projects[key]
            for name in ("assignee", "owner"):
                if block.ensure == "present" and (project is None or name not in block.lifecycle.ignore):
                    self.people.want(getattr(block, name), at("projects", key, name))
        for key, task_block in manifest.tasks.items():
            if task_block.ensure == "absent" or not self.targets.wants_block(f"task.{key}"):
                continue
            not_there = self.building.tasks.get(key) is None  # it is to be made, or cannot be found
            if not_there:
                self.people.want_all_in(task_block, self._below("tasks", key))
            if not_there or key in self.building.uploads:
                self._people_of_jobs(key, task_block)

    def _people_of_jobs(self, key: str, block: TaskBlock) -> None:
        at = self.loaded.locations.at
        if block.jobs is not None:
            self.people.want(block.jobs.username, at("tasks", key, "jobs", "assignee"))
        for index, override in enumerate(block.job_overrides):
            self.people.want(override.username, at("tasks", key, "job_overrides", index, "assignee"))

    def _wish_of_name(self, key: str, block: TaskBlock, wishes: TaskWishes) -> None:
        """A task that this tool has known by its key keeps being called so."""
        binding = self.building.binding(f"task.{key}")
        known = binding is not None and binding.id == wishes.task.id
        called = self.building.priorities.bare(binding.name, wishes.task.id) if binding is not None else None
        if known and called == key and block.name is None and block.id is None:
            where = self.loaded.locations.key("tasks", key)
            wishes.add("name", Wish(key, f"task.{key}", where), self.disagreements)

    def _rule(self, key: str, block: RuleBlock) -> None:
        address, at = f"rule.{key}", self._below("rules", key, "set")
        standing = self._stand(key, address, block)
        self.standings.append(standing)
        if block.assign is not None:
            self.sharing.append(SharingRule(address, block, standing, self._below("rules", key, "assign")))
        if standing.record.phase is not RulePhase.DONE:
            self.people.want_all_in(block.set, at)
        left = {one.task: one for one in standing.record.left}
        wanted = [
            one
            for wish in job_wishes(block.set, address, at, selected=standing.job_ids)
            for one in self.annotators.instead(wish)
        ]
        for task in standing.tasks:
            if self.targets.wants_task(address, task.id):
                wishes = self.wishes.setdefault(task.id, TaskWishes(task, f"{address}[{task.id}]"))
                if not wishes.sources:
                    wishes.address = f"{address}[{task.id}]"  # its own block, if it has one, is not targeted
                self._wish(wishes, block.set, address, at, _names_left(left.get(task.id)))
                self._wish_of_jobs(wishes, _left(wanted, left.get(task.id)))

    def _wish(self, wishes: TaskWishes, block: TaskFields, source: str, at: Place, names: tuple[str, ...]) -> None:
        wishes.sources.append(source)
        for name, wish in field_wishes(block, source, at, names=names):
            wishes.add(name, wish, self.disagreements)
            if name in ("assignee", "owner") and name in wishes.fields:
                self.people.want(wish.text, wish.where)

    def _wish_of_jobs(self, wishes: TaskWishes, wanted: Iterable[JobWish]) -> None:
        for one in wanted:
            if wishes.add_for_jobs(one) and (assignee := one.fields.get("assignee")):
                self.people.want(assignee.text, assignee.where)

    def _below(self, *path: str) -> Place:
        return lambda *more: self.loaded.locations.at(*path, *more)

    # Which tasks a rule is about

    def _stand(self, key: str, address: str, block: RuleBlock) -> Standing:
        definition = definition_digest(block)
        entry = find(self.ledger, self.ref.url, self.ref.organization, address, block.revision)
        if block.mode == "once" and entry is not None and is_frozen(entry, definition):
            left = sorted(set(entry.selected) - set(entry.done))
            tasks = self._staying(address, self.selecting.server.tasks_by_id(left) if left else ())
            standing = frozen(address, block, entry, tasks)
            if entry.definition != definition:
                self.warnings.append(Warning_(text=edited(standing.record), address=address))
            return standing
        selection = self.selecting.select(block.select, self._below("rules", key, "select"))
        selection = self._without_deleted(address, selection)
        self._foresee(address, block)
        if selection.hidden:
            # A job's assignee sees the job, but its task only if that is theirs, too (CVAT 2.54.1, recorded).
            whose = "1 job whose task" if selection.hidden == 1 else f"{selection.hidden} jobs whose tasks"
            text = f"leaves out {whose} you cannot see"
            self.warnings.append(Warning_(text=text, address=address))
        self._remember(address, selection)
        self._unknown(key, block, selection)
        return fresh(address, block, selection)

    def _unknown(self, key: str, block: RuleBlock, selection: Selection) -> None:
        """Labels and people that it selects by, and that nobody knows.

        A rule that always holds may outlive them; one that is applied once has them mistyped. So has a `not`, which
        would leave nothing out.
        """
        address, at = f"rule.{key}", self._below("rules", key, "select")
        for path, name, hint in self.selecting.unknown_labels(block.select):
            if is_mistyped(path, once=block.mode == "once"):
                self.problems.append(unknown_label(name, at(*path), hint))
            else:
                text = no_label(name)
                self.warnings.append(Warning_(text=f"{text}; {hint}" if hint else text, address=address))
        jobs = [job for jobs in (selection.jobs or {}).values() for job in jobs]
        seen = users_of(*selection.tasks, *jobs)
        self.people.select(block.select, address, seen, at, once=block.mode == "once")

    def _without_deleted(self, address: str, selection: Selection) -> Selection:
        tasks = self._staying(address, selection.tasks)
        if len(tasks) == len(selection.tasks):
            return selection
        jobs = selection.jobs
        left = {task.id: jobs[task.id] for task in tasks} if jobs is not None else None
        return replace(selection, tasks=tasks, jobs=left)

    def _foresee(self, address: str, block: RuleBlock) -> None:
        """Tell which tasks the rule may select once this plan has made them."""
        keys = could_select(self.building, self.selecting.projects, block.select, self.selecting.now)
        if keys:
            named = ", ".join(f"task.{key}" for key in keys[:3]) + (f" and {len(keys) - 3} more" * (len(keys) > 3))
            text = f"may select {named}, which this plan makes"
            them, there = ("it", "it is") if len(keys) == 1 else ("them", "they are")
            then = f"selects {them} only once {there} there: plan again afterwards"
            if block.mode == "once":
                then = f"its selection is frozen without {them}: apply it once {there} there, or raise `revision` then"
            self.warnings.append(Warning_(text=f"{text}: {then}", address=address))

    def _staying(self, address: str, tasks: Iterable[Task]) -> tuple[Task, ...]:
        """Without the tasks that this plan deletes: nothing else is done to those."""
        tasks = tuple(tasks)
        going = [task.id for task in tasks if task.id in self.building.deleted]
        if going:
            what = f"task {going[0]}" if len(going) == 1 else f"tasks {listed(going)}"
            it = "it" if len(going) == 1 else "them"
            self.warnings.append(Warning_(text=f"leaves out {what}: this plan deletes {it}", address=address))
        return tuple(task for task in tasks if task.id not in self.building.deleted)

    def _remember(self, address: str, selection: Selection) -> None:
        """What the selection rests on: if that changes before it is applied, the changes are not wanted any more."""
        for task in selection.tasks:
            if not self.targets.wants_task(address, task.id):
                continue
            wishes = self.wishes.setdefault(task.id, TaskWishes(task, f"{address}[{task.id}]"))
            state = task_state(task)
            wishes.tested[address] = {name: state[name] for name in sorted(selection.tests)}
            jobs: Sequence[Job] = (selection.jobs or {}).get(task.id, ())
            wishes.tested_of_jobs[address] = {
                job.id: {name: job_seen(job)[name] for name in sorted(selection.job_tests)} for job in jobs
            }


def _names_left(left: Left | None) -> tuple[str, ...]:
    """The task's fields that a rule speaks about: all, or of a task that was begun only what is left."""
    if left is None:
        return _RULE_FIELDS
    return (*(_OWN_FIELDS if left.fields else ()), *(("status",) if left.jobs or left.status else ()))


def _left(wishes: Iterable[JobWish], left: Left | None) -> Iterator[JobWish]:
    """A rule's wishes for jobs; of a task that was begun only for those that are left."""
    for wish in wishes:
        if left is None:
            yield wish
        elif left.jobs or left.status:
            yield replace(wish, left=frozenset(left.jobs))
