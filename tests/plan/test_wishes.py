from __future__ import annotations

from typing import Any

from reconciler.errors import Location
from reconciler.manifest.models import JobOverride, TaskBlock
from reconciler.plan.disagreements import Disagreements
from reconciler.plan.wish import Wish
from reconciler.plan.wishes import JobWish, TaskWishes, field_wishes, job_wishes, override_wish

from .observed import job, task


def nowhere(*_: str) -> None:
    return None


def wishes_of(block: dict[str, Any], *, source: str = "task.t", ignore: tuple[str, ...] = ()) -> TaskWishes:
    wishes = TaskWishes(task(), source, frozenset(ignore))
    add(wishes, block, source)
    return wishes


def add(wishes: TaskWishes, block: dict[str, Any], source: str) -> Disagreements:
    model, disagreements = TaskBlock.model_validate(block), Disagreements()
    for name, wish in field_wishes(model, source, nowhere, names=("subset", "assignee", "owner", "status")):
        wishes.add(name, wish, disagreements)
    for job_wish in job_wishes(model, source, nowhere):
        wishes.add_for_jobs(job_wish)
    for override in model.job_overrides:
        wishes.add_for_jobs(override_wish(override, source, nowhere))
    return disagreements


def wanted(wishes: TaskWishes, **fields: Any) -> dict[str, Any]:
    disagreements = Disagreements()
    found = {name: wish.value for name, wish in wishes.of_job(job(**fields), disagreements).items()}
    assert not disagreements.problems()
    return found


def test_absent_is_not_managed_and_null_clears() -> None:
    values = {name: wish.value for name, wish in wishes_of({"subset": None, "assignee": None}).fields.items()}
    assert values == {"subset": "", "assignee": None}


def test_ground_truth_and_replicas_are_left_alone_unless_named() -> None:
    wishes = wishes_of({"status": "annotation", "job_overrides": [{"job": 12, "assignee": "bob"}]})
    assert wanted(wishes, number=11) == {"stage": "annotation"}
    assert wanted(wishes, number=11, type="ground_truth") == {}
    assert wanted(wishes, number=11, type="replica") == {}
    assert wanted(wishes, number=11, type=None) == {}
    assert wanted(wishes, number=12, type="ground_truth") == {"assignee": "bob"}


def test_an_override_stands_in_field_by_field_but_for_the_position() -> None:
    block = {
        "jobs": {"stage": "validation", "state": "completed", "assignee": "alice"},
        "job_overrides": [
            {"frames": "0-9", "assignee": "bob"},
            {"frames": "10-19", "state": "new"},
            {"frames": "20-29", "assignee": None},
        ],
    }
    wishes = wishes_of(block)
    position = {"stage": "validation", "state": "completed"}
    assert wanted(wishes) == position | {"assignee": "bob"}
    assert wanted(wishes, start_frame=10, stop_frame=19) == {"assignee": "alice", "state": "new"}
    assert wanted(wishes, start_frame=20, stop_frame=29) == position | {"assignee": None}
    assert wanted(wishes, start_frame=30, stop_frame=39) == position | {"assignee": "alice"}


def test_an_override_is_about_jobs_that_lie_within_its_frames() -> None:
    def about(frames: str | int, first: int | None, last: int | None) -> bool:
        override = JobOverride.model_validate({"frames": frames, "assignee": "bob"})
        return override_wish(override, "task.t", nowhere).is_about(job(start_frame=first, stop_frame=last))

    assert about("0-99", 0, 99)
    assert about("0-99", 50, 60)
    assert not about("0-99", 50, 100)
    assert not about("1-99", 0, 99)
    assert about(7, 7, 7)
    assert about("0-99", None, None)


def test_an_override_does_not_silence_another_block() -> None:
    wishes = wishes_of({"job_overrides": [{"job": 11, "stage": "acceptance"}]})
    add(wishes, {"status": "annotation"}, "rule.r")
    disagreements = Disagreements()
    wishes.of_job(job(11), disagreements)
    (problem,) = disagreements.problems()
    assert problem.what.startswith(
        "task.t and rule.r want different values for the stage of job 11 of task 1: 'acceptance' and 'annotation'"
        if wishes.job_wishes[0].overrides
        else "rule.r and task.t"
    )


def test_status_and_jobs_are_ignored_separately() -> None:
    block = {"status": "annotation", "jobs": {"assignee": "bob"}, "job_overrides": [{"job": 11, "assignee": "eve"}]}
    assert wanted(wishes_of(block, ignore=("status",))) == {"assignee": "eve"}
    assert wanted(wishes_of(block, ignore=("jobs",))) == {"stage": "annotation"}
    assert wishes_of(block, ignore=("status",)).status is None


def test_blocks_that_agree_are_one_wish() -> None:
    wishes = wishes_of({"subset": "Val"})
    assert not add(wishes, {"subset": "Val"}, "rule.r").problems()
    assert wishes.fields["subset"].source == "task.t"


def test_who_disagrees_about_many_objects_is_told_once() -> None:
    disagreements = Disagreements()
    first, second = Wish("a", "rule.a", Location("m.yaml", 1, 2)), Wish(None, "rule.b", Location("m.yaml", 3, 4))
    for number in (1, 2, 3):
        disagreements.note("assignee", f"task {number}", first, second)
    disagreements.note("assignee", "task 4", first, Wish("c", "rule.b", None))
    told = [(problem.what, problem.where) for problem in disagreements.problems()]
    start = "rule.a and rule.b want different values for the assignee of"
    assert told == [
        (f"{start} task 1 and of 2 more: 'a' (m.yaml:1:2) and nobody", second.where),
        (f"{start} task 4: 'a' (m.yaml:1:2) and 'c'", None),
    ]


def test_two_statuses_that_differ_are_told_as_the_task_s_and_not_job_by_job() -> None:
    wishes = wishes_of({"status": "annotation"})
    assert len(add(wishes, {"status": "completed"}, "rule.r").problems()) == 1
    disagreements = Disagreements()
    wishes.of_job(job(), disagreements)
    assert disagreements.problems() == []


def test_a_change_rests_on_what_its_own_rules_tested() -> None:
    wishes = TaskWishes(task(), "rule.a[1]")
    wishes.tested = {"rule.a": {"status": "completed"}, "rule.b": {"name": "t1"}}
    wishes.tested_of_jobs = {"rule.a": {11: {"stage": "acceptance"}}, "rule.b": {}}
    assert wishes.rests_on(["rule.a"]) == {"task.status": "completed"}
    assert wishes.rests_on(["rule.a", "task.x"], 11) == {"task.status": "completed", "job.stage": "acceptance"}
    assert wishes.rests_on(["rule.b", "rule.a"], 12) == {"task.name": "t1", "task.status": "completed"}


def test_the_place_of_a_wish_for_jobs_is_that_of_its_first_field() -> None:
    here = Location("m.yaml", 1, 2)
    assert JobWish({"stage": Wish("annotation", "task.t", here), "state": Wish("new", "task.t", None)}).where == here
