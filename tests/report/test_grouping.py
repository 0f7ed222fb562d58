from __future__ import annotations

from reconciler.report.grouping import by_project, task_entries

from .plans import RULE, reopening


def test_tasks_that_change_alike_are_one_fold() -> None:
    plan = reopening(5, 2, unchanged=3)
    entries = task_entries(plan)
    assert [bool(entry.changes) for entry in entries] == [True] * 5 + [False] * 3
    (project,) = by_project(entries)
    assert (project.id, project.name, project.tasks, project.jobs) == (17, "Street scenes", 5, 10)
    (cause,) = project.causes
    assert cause.sources == (RULE,)
    assert [len(fold.members) for fold in cause.folds] == [5]


def test_a_reason_that_only_names_the_same_source_is_not_repeated() -> None:
    def why(own: str, jobs: str) -> tuple[str, ...]:
        plan = reopening(1, 1)
        task, job = plan.changes
        changes = (task.model_copy(update={"reason": own}), job.model_copy(update={"reason": jobs}))
        (entry,) = task_entries(plan.model_copy(update={"changes": changes}))
        return entry.reasons

    assert why("task.a describes it", "wanted by task.a") == ("task.a describes it",)
    assert len(why("task.a describes it", "wanted by task.ab")) == 2
    assert len(why("task.a describes it", "wanted by task.a, wanted by rule.b")) == 2


def test_jobs_with_one_reason_more_come_in_any_order() -> None:
    def why(*jobs: str) -> tuple[str, ...]:
        plan = reopening(1, 2)
        task, *others = plan.changes
        told = [job.model_copy(update={"reason": reason}) for job, reason in zip(others, jobs, strict=True)]
        (entry,) = task_entries(plan.model_copy(update={"changes": (task, *told)}))
        return entry.reasons

    assert why("it follows", "it follows, wanted by rule.b") == why("it follows, wanted by rule.b", "it follows")
    assert why("it follows", "it follows, wanted by rule.b")[1:] == ("it follows, wanted by rule.b",)


def test_jobs_that_change_alike_are_one_group() -> None:
    (entry,) = task_entries(reopening(1, 3))
    assert [group.ids for group in entry.job_groups] == [(1655, 1656, 1657)]


def test_nothing_changes_nothing_is_grouped() -> None:
    assert by_project(task_entries(reopening(0, unchanged=2))) == []
