"""What a run deleted comes back, with all that it had; and what cannot come back is said."""

from __future__ import annotations

import pytest

from reconciler import operations
from reconciler.history.model import RunStatus
from reconciler.history.runs import load_run
from reconciler.plan.model import Plan

from .shop import CAR, VAN, Shop, box, did, told


def pruned(shop: Shop, *, labels: bool = False) -> dict[str, object]:
    """The same project with `prune`, without the task (and without the label van)."""
    life = shop.life(tasks={})
    life["projects"]["life"]["prune"] = {"tasks": True, "labels": labels}
    if labels:
        life["projects"]["life"]["labels"] = {"car": CAR}
    return life


def rich(shop: Shop) -> int:
    """Apply the life, then people do what people do: an issue, assignees, stages, drawing."""
    shop.apply(shop.life())
    number = shop.id_of("one")
    shop.draw("one", box(1), box(2, "van"))
    first = shop.worker.jobs({"id": number})[0]["id"]
    shop.ask("PATCH", f"/api/jobs/{first}", {"stage": "acceptance", "state": "completed", "assignee": 2})
    shop.ask("PATCH", f"/api/tasks/{number}", {"assignee_id": 3})
    body = {"job": first, "frame": 0, "position": [1, 2, 3, 4], "message": "too wide"}
    issue = shop.ask("POST", "/api/issues", body)
    shop.ask("POST", "/api/comments", {"issue": issue["id"], "message": "fixed"})
    return number


def test_a_deleted_task_comes_back_whole(shop: Shop) -> None:
    old = rich(shop)
    before = shop.contents()
    gone = shop.apply(pruned(shop))
    back = shop.back(gone)
    address = f"project.life.task[{old}]"
    assert did(back) == [(address, "restore_task"), (address, "move_task"), (address, "reapply")]
    assert (back.summary.to_create, back.summary.to_delete, back.conflicts) == (1, 0, ())
    assert [warning.text for warning in back.warnings] == [
        "1 task comes back with new ids and dates, and so do the jobs; the old ids lead to the new ones",
        "1 issue with 2 comments will say they were written by admin, and today: CVAT takes neither author nor date",
    ]
    restored = shop.apply(back)
    assert shop.contents() == before
    assert shop.id_of("one") != old
    again = shop.apply(shop.back(restored))
    assert [project["tasks"] for project in shop.contents()["projects"] if project["name"] == "Life"] == [[]]
    shop.apply(shop.back(again))
    assert shop.contents() == before


def test_what_people_draw_in_a_restored_task_is_theirs(shop: Shop) -> None:
    rich(shop)
    gone = shop.apply(pruned(shop))
    restored = shop.apply(shop.back(gone))
    shop.draw("one", box(3))
    back = shop.back(restored)
    assert back.steps == ()
    assert [(field, found) for _, field, found in told(back)] == [("annotations", "4 shapes (1 shape more)")]


def test_a_deleted_project_comes_back_with_its_tasks(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    gone = shop.apply({**shop.life(tasks={}), "projects": {"life": {"name": "Life", "ensure": "absent"}}})
    back = shop.back(gone)
    assert [do for _, do in did(back)] == [
        "create_project",
        "create_label",
        "create_label",
        "restore_task",
        "move_task",
        "reapply",
        "put_guide",
    ]
    shop.apply(back)
    assert shop.contents() == before


def test_runs_from_before_the_deletion_find_what_came_back(shop: Shop) -> None:
    first = shop.apply(shop.life())
    life = shop.life(tasks={"one": shop.task([box(0)], subset="Test", assignee="alice")})
    renamed = shop.apply(life)
    absent = shop.life(tasks={"one": {"project": "life", "ensure": "absent"}})
    gone = shop.apply(absent)
    shop.apply(shop.back(gone))
    assert shop.plan(life).is_empty
    back = shop.back(renamed)
    new = shop.id_of("one")
    assert [(change.id, change.task) for change in back.updates] == [(new, new)]
    shop.apply(back)
    assert shop.worker.get(f"/api/tasks/{new}")["subset"] == "Train"
    shop.apply(shop.back(first))
    assert [project["name"] for project in shop.contents()["projects"]] == ["Street"]


def test_a_removed_label_comes_back_with_what_used_it(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    life = shop.life()
    life["tasks"] = {}
    life["projects"]["life"] |= {"labels": {"car": CAR}, "prune": {"labels": True}}
    gone = shop.apply(life)
    assert shop.drawn("one") == [("car", 0), ("car", 1)]
    back = shop.back(gone)
    number = shop.id_of("one")
    assert did(back) == [
        ("project.life.label[van]", "create_label"),
        (f"project.life.label[van].task[{number}]", "add_annotations"),
    ]
    shop.draw("one", box(3))  # meanwhile, and even after the plan
    restored = shop.apply(shop.back(gone))
    assert shop.drawn("one") == [("car", 0), ("car", 1), ("car", 3), ("van", 2)]
    again = shop.back(restored)
    assert did(again) == [("project.life.label[van]", "delete_label")]
    assert again.conflicts == ()
    shop.draw("one", box(2, "van", left=5))
    assert told(shop.back(restored)) == [("project.life.label[van]", "annotations", f"1 shape in task {number}")]
    assert before["projects"][0]["labels"] == shop.contents()["projects"][0]["labels"]


def test_labels_and_tasks_that_went_together_come_back_together(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    gone = shop.apply(pruned(shop, labels=True))
    shop.apply(shop.back(gone))
    assert shop.contents() == before


def test_a_label_that_others_have_made_anew(shop: Shop) -> None:
    shop.apply(shop.life())
    life = shop.life(tasks={})
    life["projects"]["life"] |= {"labels": {"car": CAR}, "prune": {"labels": True}}
    gone = shop.apply(life)
    project = shop.id_of("Life", "project")
    shop.ask("PATCH", f"/api/projects/{project}", {"labels": [{**VAN, "name": "van", "color": "#123456"}]})
    back = shop.back(gone)
    assert did(back) == []
    assert told(back) == [("project.life.label[van]", "", {"name": "van", "color": "#123456"})]


def test_a_task_made_anew_in_the_place_of_another(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    old = shop.id_of("one")
    task = shop.task([box(0, left=9)], replace=True)
    task["data"] = {**task["data"], "segment_size": 4}
    replaced = shop.apply(shop.life(tasks={"one": task}))
    new = shop.id_of("one")
    assert new != old
    back = shop.back(replaced)
    address = f"task.one.replaced[{old}]"
    assert did(back) == [
        (address, "restore_task"),
        (address, "move_task"),
        (address, "reapply"),
        ("task.one", "delete_task"),
    ]
    assert back.steps[-1].needs == (address,)
    undone = shop.apply(back)
    assert shop.contents() == before
    shop.apply(shop.back(undone))
    assert shop.drawn("one") == [("car", 0)]


def test_the_address_of_a_task_made_anew_leads_to_the_old_one_again(shop: Shop) -> None:
    """Also what was applied to it: what people took out of its annotations stays out."""
    task = shop.task([box(0), box(1)])
    task["annotations"]["mode"] = "append"
    made = shop.life(tasks={"one": task})
    shop.apply(made)
    shop.ask("DELETE", f"/api/tasks/{shop.id_of('one')}/annotations")
    anew = {**task, "replace": True, "data": {**task["data"], "segment_size": 4}}
    replaced = shop.apply(shop.life(tasks={"one": anew}))
    undone = shop.apply(shop.back(replaced))
    old = shop.id_of("one")
    assert shop.plan(made).is_empty
    life = shop.life(tasks={"one": {**task, "project": "other"}})
    life["projects"]["other"] = {**life["projects"]["life"], "name": "Other"}
    assert ("task.one", "move_task") in did(shop.plan(life))
    shop.apply(shop.back(undone))
    assert shop.id_of("one") != old
    moved = did(shop.plan({**life, "tasks": {"one": {**anew, "project": "other"}}}))
    assert ("task.one", "move_task") in moved
    assert ("task.one", "create_task") not in moved


@pytest.mark.parametrize("force", [False, True])
def test_a_task_whose_project_is_gone_comes_back_only_by_force(shop: Shop, *, force: bool) -> None:
    old = rich(shop)
    gone = shop.apply(pruned(shop))
    project = shop.id_of("Life", "project")
    shop.ask("DELETE", f"/api/projects/{project}")
    back = shop.back(gone, force=force)
    assert [field for _, field, _ in told(back)] == ["project"]
    if not force:
        assert back.is_empty
        return
    assert [do for _, do in did(back)] == ["restore_task", "reapply"]
    shop.apply(back)
    restored = shop.id_of("one")
    assert restored != old
    assert shop.worker.get(f"/api/tasks/{restored}")["project_id"] is None


def test_a_project_that_lost_a_label_cannot_take_its_task_back(shop: Shop) -> None:
    rich(shop)
    gone = shop.apply(pruned(shop))
    project = shop.id_of("Life", "project")
    van = next(one for one in shop.worker.get(f"/api/labels?project_id={project}")["results"] if one["name"] == "van")
    shop.ask("PATCH", f"/api/projects/{project}", {"labels": [{"id": van["id"], "deleted": True}]})
    why = f"project {project} has not the label van any more; --force restores it outside of any"
    assert [(field, found) for _, field, found in told(shop.back(gone))] == [("project", why)]


def only(shop: Shop, plan: Plan, *operations: str) -> None:
    """A rollback that was stopped: only these of its steps were done."""
    steps = tuple(step for step in plan.steps if step.do.value in operations)
    shop.desk.apply(plan.model_copy(update={"steps": steps}))


def test_a_stopped_restoration_goes_on(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    gone = shop.apply(pruned(shop))
    only(shop, shop.back(gone), "restore_task")
    back = shop.back(gone)
    assert [do for _, do in did(back)] == ["move_task", "reapply"]
    assert back.steps[0].id == shop.id_of("one")
    only(shop, back, "move_task")
    assert [do for _, do in did(shop.back(gone))] == ["reapply"]
    shop.apply(shop.back(gone))
    assert shop.contents() == before
    shop.draw("one", box(3))
    assert shop.back(gone).is_empty


def test_a_stopped_restoration_of_a_project_goes_on(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    gone = shop.apply({**shop.life(tasks={}), "projects": {"life": {"name": "Life", "ensure": "absent"}}})
    only(shop, shop.back(gone), "create_project")
    assert [do for _, do in did(shop.back(gone))][:3] == ["create_label", "create_label", "restore_task"]
    only(shop, shop.back(gone), "create_label")
    assert [do for _, do in did(shop.back(gone))] == ["restore_task", "move_task", "reapply", "put_guide"]
    shop.apply(shop.back(gone))
    assert shop.contents() == before
    assert shop.back(gone).is_empty


def test_a_task_and_later_its_project(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    task = shop.apply(pruned(shop))
    project = shop.apply({**shop.life(tasks={}), "projects": {"life": {"name": "Life", "ensure": "absent"}}})
    shop.apply(shop.back(project))
    shop.apply(shop.back(task))
    assert shop.contents() == before


def test_a_project_is_given_back_to_its_owner(shop: Shop) -> None:
    shop.apply(shop.life())
    shop.ask("PATCH", f"/api/projects/{shop.id_of('Life', 'project')}", {"owner_id": 2})
    owner = shop.worker.get(f"/api/projects/{shop.id_of('Life', 'project')}")["owner"]
    gone = shop.apply({**shop.life(tasks={}), "projects": {"life": {"name": "Life", "ensure": "absent"}}})
    back = shop.back(gone)
    assert ("project.life", "patch_project") in did(back)
    shop.apply(back)
    assert shop.worker.get(f"/api/projects/{shop.id_of('Life', 'project')}")["owner"] == owner


def test_a_damaged_copy_is_not_used(shop: Shop) -> None:
    rich(shop)
    gone = shop.apply(pruned(shop))
    [backup] = shop.desk.store.folder.rglob("backup.zip")
    backup.write_bytes(backup.read_bytes()[:-100])
    back = shop.back(gone, force=True)
    assert back.is_empty
    [(_, _, why)] = told(back)
    assert "is damaged: backup.zip" in str(why)


def test_a_copy_that_is_gone(shop: Shop) -> None:
    rich(shop)
    gone = shop.apply(pruned(shop))
    for file in (shop.desk.store.folder / "snapshots").rglob("snapshot.json"):
        file.unlink()
    [(_, _, why)] = told(shop.back(gone))
    assert "is not there any more" in str(why)


def test_a_rollback_that_came_to_nothing_is_said_again(shop: Shop) -> None:
    rich(shop)
    before = shop.contents()
    gone = shop.apply(pruned(shop))
    shop.desk.sandbox.fail_work("import:backup", times=1)
    failed = operations.apply(shop.back(), shop.desk.session, shop.desk.store, allow_destructive=True)
    assert (failed.run.status, failed.run.counts.written) == (RunStatus.FAILED, 0)
    assert load_run(shop.desk.store, gone.run.id).rolled_back_by is None
    back = shop.back()
    assert back.of_run == gone.run.id
    undone = shop.apply(back)
    assert shop.contents() == before
    assert load_run(shop.desk.store, gone.run.id).rolled_back_by == undone.run.id
