"""Who has which tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.cvat.filters import equals, is_in, negate
from reconciler.cvat.models import Task
from reconciler.plan.assignment.books import Scope
from reconciler.plan.assignment.rules import SharingRule
from reconciler.plan.assignment.work import Work, work_of_task
from reconciler.plan.begun import BEGUN, begun_tasks
from reconciler.plan.building.building import Building
from reconciler.plan.conditions import narrowed
from reconciler.plan.disagreements import Disagreements
from reconciler.plan.wishes import TaskWishes


@dataclass
class TaskBooks:
    """All tasks that were looked at, as the other blocks leave them."""

    ctx: Building
    wishes: Mapping[int, TaskWishes]
    disagreements: Disagreements
    by_id: dict[int, Work] = field(default_factory=dict)

    def shared_by(self, rule: SharingRule) -> list[Work]:
        """Its tasks that are not completed."""
        self._note(wishes.task for wishes in self.wishes.values())
        tasks = [task for task in rule.standing.tasks if _is_left(rule, task) and not self._ignored(task)]
        self._note(tasks)
        held = {task.id for task in tasks if task.assignee_name is not None and task.job_count != 0}
        for number in begun_tasks(self.ctx.server, held):
            self.by_id[number].begun = True
        found = [self.by_id[task.id] for task in tasks]
        return [work for work in found if work.open or rule.block.select.status is not None]

    def read_load(self, scope: Scope, people: Collection[str]) -> None:
        """Their open tasks. Those in no project are the rule's own, and known."""
        if scope.projects:
            theirs = [is_in("assignee", sorted(people)), negate(equals("status", "completed"))]
            self._note(self.ctx.server.tasks(narrowed([is_in("project_id", sorted(scope.projects)), *theirs])))

    def give(self, rule: SharingRule, task: int, given: Mapping[str | None, list[int]]) -> None:
        """A task is one person's. Taken from somebody in the list, it rests on their not having begun it."""
        work = self.by_id[task]
        for person in given:
            if work.now in rule.people and work.now != person and not work.begun:
                self.wishes[task].tested.setdefault(rule.address, {})[BEGUN] = False
            self.wishes[task].add("assignee", rule.wish_for(person), self.disagreements)

    def _ignored(self, task: Task) -> bool:
        wishes = self.wishes.get(task.id)
        return wishes is not None and "assignee" in wishes.ignored

    def _note(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            if task.id not in self.by_id:
                self.by_id[task.id] = work_of_task(task, self.wishes.get(task.id), going=task.id in self.ctx.deleted)


def _is_left(rule: SharingRule, task: Task) -> bool:
    """Whether a rule that runs once and was begun has the task's own fields still to do."""
    left = rule.left_of.get(task.id)
    return left is None or left.fields
