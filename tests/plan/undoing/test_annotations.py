"""Replaced annotations go back, unless somebody has gone on; what was added is taken out again."""

from __future__ import annotations

from reconciler.history.bindings import load_bindings

from .shop import Document, Shop, box, did, told


def redrawn(shop: Shop, *boxes: Document, mode: str = "replace") -> Document:
    """The same life, its task annotated from another file."""
    task = shop.task()
    task["annotations"] = {"file": shop.file(boxes), "mode": mode}
    return shop.life(tasks={"one": task})


def test_replaced_annotations_go_back(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    other = redrawn(shop, box(1, "van"), box(2, "van"))
    replaced = shop.apply(other)
    back = shop.back(replaced)
    assert did(back) == [("task.one.annotations", "put_annotations")]
    impact = back.steps[0].destroys
    assert impact is not None
    assert impact.shapes == 2
    undone = shop.apply(back)
    assert shop.contents() == before
    assert not shop.plan(other).is_empty  # the file is not remembered as applied any more
    shop.apply(shop.back(undone))
    assert shop.drawn("one") == [("van", 1), ("van", 2)]


def test_what_was_drawn_since_is_a_conflict_with_counts(shop: Shop) -> None:
    shop.apply(shop.life())
    replaced = shop.apply(redrawn(shop, box(1, "van")))
    shop.draw("one", *[box(frame, left=left) for frame in range(4) for left in (1, 5, 9)])
    back = shop.back(replaced)
    assert back.is_empty
    [conflict] = back.conflicts
    assert (conflict.wrote, conflict.found, conflict.before) == ("1 shape", "13 shapes (12 shapes more)", "1 shape")
    assert conflict.kind == "annotations"
    assert conflict.task == shop.id_of("one")
    after = shop.contents()
    forced = shop.apply(shop.back(replaced, force=True))
    assert shop.drawn("one") == [("car", 0)]
    shop.apply(shop.back(forced))
    assert shop.contents() == after


def test_the_first_annotations_of_a_task_go_to_nothing(shop: Shop) -> None:
    task = shop.task()
    del task["annotations"]
    shop.apply(shop.life(tasks={"one": task}))
    before = shop.contents()
    annotated = shop.apply(redrawn(shop, box(1), mode="append"))
    back = shop.back(annotated)
    assert did(back) == [("task.one.annotations", "put_annotations")]
    assert back.steps[0].content is None
    undone = shop.apply(back)
    assert shop.contents() == before
    shop.apply(shop.back(undone))
    assert shop.drawn("one") == [("car", 1)]


def test_what_was_added_is_taken_out_again(shop: Shop) -> None:
    shop.apply(shop.life())
    before = shop.contents()
    added = shop.apply(redrawn(shop, box(0), box(1), mode="append"))  # one of them is there already
    assert shop.drawn("one") == [("car", 0), ("car", 1)]
    shop.apply(shop.back(added))
    assert shop.contents() == before
    [binding] = [one for one in load_bindings(shop.desk.store).bindings if one.address == "task.one"]
    assert binding.annotations is None
    assert binding.data is not None


def test_annotations_that_are_as_before_are_left(shop: Shop) -> None:
    shop.apply(shop.life())
    replaced = shop.apply(redrawn(shop, box(1)))
    shop.apply(shop.back(replaced))
    assert shop.back(replaced).is_empty
    assert shop.back(replaced).conflicts == ()


def test_annotations_of_a_task_that_is_gone(shop: Shop) -> None:
    shop.apply(shop.life())
    replaced = shop.apply(redrawn(shop, box(1)))
    shop.ask("DELETE", f"/api/tasks/{shop.id_of('one')}")
    assert told(shop.back(replaced)) == [("task.one.annotations", "", "is gone, or you cannot see it")]


def test_annotations_and_a_label_of_one_run(shop: Shop) -> None:
    """The file no longer uses the label, and the same run removes it: both come back."""
    shop.apply(shop.life(tasks={"one": shop.task([box(0), box(1, "van")])}))
    before = shop.contents()
    life = redrawn(shop, box(2))
    del life["projects"]["life"]["labels"]["van"]
    life["projects"]["life"]["prune"] = {"labels": True}
    both = shop.apply(life)
    back = shop.back(both)
    assert did(back) == [("project.life.label[van]", "create_label"), ("task.one.annotations", "put_annotations")]
    shop.apply(back)
    assert shop.contents() == before


def test_only_what_does_not_stay_is_counted_as_destroyed(shop: Shop) -> None:
    shop.apply(shop.life())
    added = shop.task([box(0), box(1), box(2)])
    added["annotations"]["mode"] = "append"
    back = shop.back(shop.apply(shop.life(tasks={"one": added})))
    impact = back.steps[0].destroys
    assert impact is not None
    assert (impact.shapes, impact.tracks, impact.tags) == (2, 0, 0)
    shop.ask("DELETE", f"/api/tasks/{shop.id_of('one')}/annotations")
    assert shop.back(force=True).steps[0].destroys is None
