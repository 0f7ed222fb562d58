"""What a run made goes again, with a copy; what others have put into it since is not lost without a word."""

from __future__ import annotations

import pytest

from reconciler.errors import LimitError
from reconciler.plan.steps import Do

from .shop import CAR, Shop, box, did, told


def test_all_that_was_made_goes_and_comes_back(shop: Shop) -> None:
    before = shop.contents()
    made = shop.apply(shop.life())
    after = shop.contents()
    back = shop.back(made)
    assert did(back) == [("task.one", "delete_task"), ("project.life", "delete_project")]
    assert back.steps[1].needs == ("task.one",)
    impact = back.steps[0].destroys
    assert impact is not None
    assert (impact.frames, impact.jobs, impact.shapes) == (4, 2, 1)
    assert (back.summary.to_delete, back.summary.tasks_to_change, back.conflicts) == (2, 0, ())
    gone = shop.apply(back)
    assert shop.contents() == before
    again = shop.apply(shop.back(gone))
    assert shop.contents() == after
    assert shop.plan(shop.life(tasks={"one": shop.task([box(0)])})).is_empty
    shop.apply(shop.back(again))
    assert shop.contents() == before


def test_a_second_way_back_has_nothing_left_to_do(shop: Shop) -> None:
    made = shop.apply(shop.life())
    shop.apply(shop.back(made))
    assert shop.back(made).is_empty
    assert shop.back(made).conflicts == ()


def test_the_manifest_s_limit_on_deletions_is_not_the_rollback_s(shop: Shop) -> None:
    shop.apply(shop.life(settings={"limits": {"max_deletes": 0}}))
    shop.apply(shop.back())


def test_what_is_protected_stays(shop: Shop) -> None:
    life = shop.life()
    life["projects"]["life"]["lifecycle"] = {"prevent_delete": True}
    shop.apply(life)
    back = shop.back()
    assert [step.prevented for step in back.steps] == [None, "lifecycle.prevent_delete of project.life"]
    before = shop.contents()
    with pytest.raises(LimitError, match=r"project\.life"):
        shop.apply(back)
    assert shop.contents() == before


def test_annotations_made_since_keep_a_task_and_its_project(shop: Shop) -> None:
    made = shop.apply(shop.life())
    shop.draw("one", box(1), box(2), box(3, "van"))
    back = shop.back(made)
    assert back.is_empty
    assert told(back) == [
        ("task.one", "annotations", "4 shapes (3 shapes more)"),
        ("project.life", "tasks", f"1 in it: task {shop.id_of('one')}"),
    ]
    assert back.conflicts[0].wrote == "1 shape"
    forced = shop.back(made, force=True)
    assert did(forced) == [("task.one", "delete_task"), ("project.life", "delete_project")]
    assert all(conflict.forced for conflict in forced.conflicts)
    after = shop.contents()
    gone = shop.apply(forced)
    shop.apply(shop.back(gone))
    assert shop.contents() == after  # of what was forced there is a copy, too


def test_annotations_in_a_task_that_was_made_without_any(shop: Shop) -> None:
    task = shop.task()
    del task["annotations"]
    shop.apply(shop.life(tasks={"one": task}))
    assert did(shop.back())[0] == ("task.one", "delete_task")
    shop.draw("one", box(1))
    assert told(shop.back())[0] == ("task.one", "annotations", "1 shape (1 shape more)")


def test_a_task_of_somebody_else_keeps_the_project(shop: Shop) -> None:
    shop.apply(shop.life())
    project = shop.id_of("Life", "project")
    other = shop.worker.task(2, name="other", project_id=project)
    back = shop.back()
    assert did(back) == [("task.one", "delete_task")]
    assert told(back) == [("project.life", "tasks", f"1 in it: task {other['id']}")]
    before = shop.contents()
    forced = shop.back(force=True)
    assert (f"project.life.task[{other['id']}]", "delete_task") in did(forced)
    assert forced.steps[-1].do is Do.DELETE_PROJECT
    gone = shop.apply(forced)
    shop.apply(shop.back(gone))
    assert shop.contents() == before


def test_what_is_gone_already_is_as_it_was(shop: Shop) -> None:
    shop.apply(shop.life())
    shop.ask("DELETE", f"/api/tasks/{shop.id_of('one')}")
    assert did(shop.back()) == [("project.life", "delete_project")]


def test_a_label_goes_unless_others_use_it(shop: Shop) -> None:
    shop.apply(shop.life())
    life = shop.life(tasks={})
    life["projects"]["life"]["labels"] = {"bus": CAR}
    added = shop.apply(life)
    back = shop.back(added)
    assert did(back) == [("project.life.label[bus]", "delete_label")]
    shop.draw("one", box(1, "bus"), box(2, "bus"))
    assert told(shop.back(added)) == [
        ("project.life.label[bus]", "annotations", f"2 shapes in task {shop.id_of('one')}")
    ]
    before = shop.contents()
    gone = shop.apply(shop.back(added, force=True))
    assert shop.drawn("one") == [("car", 0)]
    shop.apply(shop.back(gone))
    assert shop.contents() == before


def test_a_label_that_only_the_run_itself_has_used_goes(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    life = shop.life(tasks={"one": shop.task([box(0), box(1, "bus")])})
    life["projects"]["life"]["labels"]["bus"] = {}
    both = shop.apply(life)
    back = shop.back(both)
    assert did(back) == [("task.one.annotations", "put_annotations"), ("project.life.label[bus]", "delete_label")]
    assert back.conflicts == ()
    shop.apply(back)
    assert shop.contents() == before


def test_data_in_a_task_that_was_there_before_stays(shop: Shop) -> None:
    project = shop.worker.make("/api/projects", {"name": "Life", "labels": [{"name": "car", "attributes": []}]})
    shop.worker.make("/api/tasks", {"name": "one", "project_id": project["id"], "subset": "Train", "segment_size": 2})
    task = shop.task()
    del task["annotations"]
    filled = shop.apply({"version": 1, "projects": {"life": {"name": "Life"}}, "tasks": {"one": task}})
    back = shop.back(filled)
    assert back.steps == ()
    why = "a task's data cannot be taken out again; delete the task if it is not wanted"
    assert told(back) == [("task.one.data", "data", why)]
    assert told(shop.back(filled, force=True)) == told(back)
