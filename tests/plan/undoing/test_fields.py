"""Projects, labels, guides and places go back part by part, where they are still as the run left them."""

from __future__ import annotations

from typing import Any

from .shop import CAR, Document, Shop, box, did, told


def changed(shop: Shop, **project: Any) -> Document:
    """The same life, with other things said of its project."""
    life = shop.life(tasks={})
    life["projects"]["life"] |= project
    return life


def patch_project(shop: Shop, **fields: Any) -> None:
    shop.ask("PATCH", f"/api/projects/{shop.id_of('Life', 'project')}", fields)


def label(shop: Shop, name: str) -> dict[str, Any]:
    project = next(one for one in shop.contents()["projects"] if one["name"] == "Life")
    return next(one for one in project["labels"] if one["name"] == name)


def relabel(shop: Shop, name: str, **fields: Any) -> None:
    """Somebody else changes a label."""
    found = shop.worker.get(f"/api/labels?project_id={shop.id_of('Life', 'project')}")["results"]
    [own] = [one for one in found if one["name"] == name]
    patch_project(shop, labels=[{"id": own["id"], "color": own["color"], **fields}])


def test_a_project_s_fields(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    there = shop.apply(changed(shop, bug_tracker="https://b.example/2", assignee="alice"))
    back = shop.back(there)
    assert did(back) == [("project.life", "patch_project")]
    assert back.steps[0].gives == {"bug_tracker": "https://b.example/1", "assignee": None}
    undone = shop.apply(back)
    assert shop.contents() == before
    shop.apply(shop.back(undone))
    assert shop.plan(changed(shop, bug_tracker="https://b.example/2", assignee="alice")).is_empty


def test_a_field_that_others_have_changed_is_left(shop: Shop) -> None:
    shop.apply(shop.life())
    there = shop.apply(changed(shop, bug_tracker="https://b.example/2", assignee="alice"))
    patch_project(shop, bug_tracker="https://b.example/3")
    back = shop.back(there)
    assert back.steps[0].body == {"assignee_id": None}
    [conflict] = back.conflicts
    values = "https://b.example/2", "https://b.example/3", "https://b.example/1"
    assert (conflict.field, conflict.wrote, conflict.found, conflict.before) == ("bug_tracker", *values)
    forced = shop.back(there, force=True)
    assert forced.steps[0].body == {"bug_tracker": "https://b.example/1", "assignee_id": None}


def test_a_project_that_is_gone(shop: Shop) -> None:
    shop.apply(shop.life())
    there = shop.apply(changed(shop, bug_tracker="https://b.example/2", guide=None))
    shop.ask("DELETE", f"/api/projects/{shop.id_of('Life', 'project')}")
    gone = "is gone, or you cannot see it"
    assert told(shop.back(there)) == [("project.life.guide", "", gone), ("project.life", "", gone)]


def test_a_renamed_label(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    labels = {"auto": {**CAR, "renamed_from": "car", "color": "#0000ff"}, "van": {}}
    there = shop.apply(changed(shop, labels=labels))
    assert shop.drawn("one") == [("auto", 0)]
    back = shop.back(there)
    assert did(back) == [("project.life.label[auto]", "patch_label")]
    assert back.steps[0].gives == {"name": "car", "color": "#ff0000"}
    shop.apply(back)
    assert shop.contents() == before


def test_a_label_of_which_others_have_changed_a_part(shop: Shop) -> None:
    shop.apply(shop.life())
    there = shop.apply(changed(shop, labels={"car": {"type": "any", "color": "#0000ff"}, "van": {}}))
    relabel(shop, "car", color="#123456")
    back = shop.back(there)
    assert told(back) == [("project.life.label[car]", "color", "#123456")]
    shop.desk.apply(back)
    assert (label(shop, "car")["type"], label(shop, "car")["color"]) == ("rectangle", "#123456")
    assert shop.back(there, force=True).steps[0].gives == {"name": "car", "color": "#ff0000"}


def test_an_attribute_s_values(shop: Shop) -> None:
    attributes = {"make": {"input_type": "select", "values": ["other", "acme"]}}
    shop.apply(changed(shop, labels={"car": {**CAR, "attributes": attributes}, "van": {}}))
    before = shop.contents()
    more = {"make": {"input_type": "select", "values": ["other", "acme", "zeta"]}}
    there = shop.apply(changed(shop, labels={"car": {**CAR, "attributes": more}, "van": {}}))
    shop.apply(shop.back(there))
    assert shop.contents() == before


def test_an_attribute_that_was_added_stays_on_a_server_that_keeps_them(shop: Shop) -> None:
    shop.apply(shop.life())
    more = {**CAR["attributes"], "make": {"input_type": "text", "default_value": "?"}}
    there = shop.apply(changed(shop, labels={"car": {**CAR, "attributes": more}, "van": {}}))
    why = "this server cannot remove an attribute from a label"
    back = shop.back(there, force=True)
    assert back.is_empty
    assert told(back) == [("project.life.label[car]", "attributes.make", why)]


def test_an_attribute_that_was_added_goes_where_it_can(newer_shop: Shop) -> None:
    shop = newer_shop
    shop.apply(shop.life(tasks={"one": shop.task([box(0), box(1)])}))
    more = {**CAR["attributes"], "make": {"input_type": "text", "default_value": "?"}}
    there = shop.apply(changed(shop, labels={"car": {**CAR, "attributes": more}, "van": {}}))
    shop.draw("one", box(2))
    back = shop.back(there)
    impact = back.steps[0].destroys
    assert impact is not None
    assert (impact.shapes, impact.tasks) == (3, (shop.id_of("one"),))
    assert "'name': 'make'" in str(back.steps[0].body)
    assert "'deleted': True" in str(back.steps[0].body)


def test_values_of_an_attribute_that_was_removed_come_back(newer_shop: Shop) -> None:
    shop = newer_shop
    shop.apply(shop.life(tasks={"one": shop.task([box(0), box(1)])}))
    number = shop.id_of("one")
    spec = shop.worker.labels({"id": number})["car"]["attributes"][0]["id"]
    raw = shop.worker.get(f"/api/tasks/{number}/annotations")
    raw["shapes"][0]["attributes"] = [{"spec_id": spec, "value": "true"}]
    shop.ask("PUT", f"/api/tasks/{number}/annotations", {key: raw[key] for key in ("tags", "shapes", "tracks")})
    before = shop.contents()
    bare = {**CAR, "attributes": {"make": {"input_type": "text", "default_value": "?"}}}
    gone = shop.apply(changed(shop, labels={"car": bare, "van": {}}, prune={"labels": True}))
    back = shop.back(gone)
    address = "project.life.label[car]"
    assert did(back) == [(address, "patch_label"), (f"{address}.task[{number}]", "put_annotations")]
    undone = shop.apply(back)
    assert shop.contents() == before
    shop.apply(shop.back(undone))
    shop.apply(shop.back())
    assert shop.contents() == before
    shop.draw("one", box(2))
    drawn = shop.contents()
    gone = shop.apply(changed(shop, labels={"car": bare, "van": {}}, prune={"labels": True}))
    shop.draw("one", box(3))
    assert told(shop.back(gone)) == [(address, "annotations", "4 shapes (1 shape more)")]
    shop.apply(shop.back(gone, force=True))
    assert shop.contents() == drawn


def test_an_attribute_that_came_later_is_no_conflict_unless_it_was_used(shop: Shop) -> None:
    first = shop.apply(shop.life())
    more = {**CAR["attributes"], "make": {"input_type": "text", "default_value": "?"}}
    shop.apply(changed(shop, labels={"car": {**CAR, "attributes": more}, "van": {}}))
    assert shop.back(first).conflicts == ()
    number = shop.id_of("one")
    specs = {one["name"]: one["id"] for one in shop.worker.labels({"id": number})["car"]["attributes"]}
    raw = shop.worker.get(f"/api/tasks/{number}/annotations")
    raw["shapes"][0]["attributes"] = [{"spec_id": specs["make"], "value": "acme"}]
    shop.ask("PUT", f"/api/tasks/{number}/annotations", {key: raw[key] for key in ("tags", "shapes", "tracks")})
    assert told(shop.back(first))[0] == ("task.one", "annotations", "1 shape (changed since)")


def test_a_choice_that_was_added_stays_where_values_rest_on_it(newer_shop: Shop) -> None:
    shop = newer_shop
    attributes = {"make": {"input_type": "select", "values": ["other", "acme"]}}
    shop.apply(changed(shop, labels={"car": {**CAR, "attributes": attributes}, "van": {}}))
    more = {"make": {"input_type": "select", "values": ["other", "acme", "zeta"]}}
    there = shop.apply(changed(shop, labels={"car": {**CAR, "attributes": more}, "van": {}}))
    why = "this server keeps it, for the annotations that have it"
    assert told(shop.back(there)) == [("project.life.label[car]", "attributes.make", why)]


def test_guides(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    other = shop.apply(changed(shop, guide={"text": "Draw loose.\n\nReally."}))
    assert did(shop.back(other)) == [("project.life.guide", "put_guide")]
    shop.apply(shop.back(other))
    assert shop.contents() == before
    none = shop.apply(changed(shop, guide=None))
    back = shop.apply(shop.back(none))
    assert shop.contents() == before
    shop.apply(shop.back(back))
    assert next(one for one in shop.contents()["projects"] if one["name"] == "Life")["guide"] is None


def test_a_guide_that_others_have_written_since(shop: Shop) -> None:
    shop.apply(shop.life())
    other = shop.apply(changed(shop, guide={"text": "Draw loose."}))
    project = shop.worker.get(f"/api/projects/{shop.id_of('Life', 'project')}")
    shop.ask("PATCH", f"/api/guides/{project['guide_id']}", {"markdown": "Draw!"})
    back = shop.back(other)
    assert back.is_empty
    assert told(back) == [("project.life.guide", "markdown", "Draw!")]
    shop.apply(shop.back(other, force=True))
    assert next(one for one in shop.contents()["projects"] if one["name"] == "Life")["guide"] == "Draw tight."


def moving(shop: Shop, **extra: Any) -> Document:
    """The task in another project, which calls its labels otherwise and has one more."""
    life = shop.life()
    life["projects"]["other"] = {"name": "Other", "labels": {"auto": CAR, "van": {}, "extra": extra}}
    life["tasks"] = {"one": {**shop.task(), "project": "other", "move_labels": {"car": "auto"}}}
    del life["tasks"]["one"]["annotations"]
    return life


def test_a_task_that_was_moved_goes_back_to_its_project_and_its_labels(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    moved = shop.apply(moving(shop))
    assert shop.drawn("one") == [("auto", 0)]
    back = shop.back(moved)
    assert did(back) == [("task.one", "move_task"), ("project.other", "delete_project")]
    labels = back.steps[0].body["labels"]
    assert isinstance(labels, dict)
    assert labels["auto"] == "car"
    shop.apply(back)
    assert shop.contents() == before


def test_a_task_that_uses_a_label_of_its_new_project_stays_there(shop: Shop) -> None:
    shop.apply(shop.life())
    moved = shop.apply(moving(shop))
    shop.draw("one", box(1, "extra"))
    back = shop.back(moved)
    assert back.is_empty
    why = "it has no label extra with its attributes (1 shape uses it)"
    assert told(back)[0] == ("task.one", "project", why)


def test_a_task_whose_labels_fit_nowhere_stays_there(shop: Shop) -> None:
    shop.apply(shop.life())
    moved = shop.apply(moving(shop, attributes={"why": {"input_type": "text"}}))
    why = "it has no label extra with its attributes (nothing uses it)"
    assert told(shop.back(moved, force=True))[0] == ("task.one", "project", why)


def test_a_task_that_was_in_no_project_stays_in_one(shop: Shop) -> None:
    alone = shop.task()
    del alone["project"]
    shop.apply({**shop.life(), "tasks": {"one": {**alone, "labels": {"car": CAR, "van": {}}}}})
    task = {**alone, "project": "life"}
    moved = shop.apply({**shop.life(), "tasks": {"one": task}})
    assert told(shop.back(moved, force=True)) == [
        ("task.one", "project", "a task cannot be taken out of a project again")
    ]
