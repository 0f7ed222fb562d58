from __future__ import annotations

from reconciler.manifest.format_tree import allowed_words, block_at, named_in
from reconciler.manifest.models import AttributeBlock, JobFields, LabelBlock, PartBlock, ProjectBlock, TaskBlock


def test_the_block_that_a_path_leads_to() -> None:
    assert block_at(["tasks", "a", "jobs", "stage"]) is JobFields
    assert block_at(["projects", "a", "labels", "car", "attributes", "b", "values", 0]) is AttributeBlock
    assert block_at(["projects", "a", "labels", "car", "sublabels", "b"]) is PartBlock


def test_a_name_that_is_spelt_like_a_field_is_a_name() -> None:
    assert block_at(["tasks", "jobs"]) is TaskBlock
    assert block_at(["projects", "labels", "name"]) is ProjectBlock
    assert block_at(["projects", "a", "labels", "attributes", "color"]) is LabelBlock
    assert allowed_words(["tasks", "mode", "ensure"]) == ["present", "absent"]


def test_the_words_that_may_stand_there() -> None:
    assert "skeleton" in allowed_words(["tasks", "a", "labels", "type", "type"])
    assert allowed_words(["tasks", "a", "labels", "type"]) == []
    assert allowed_words(["tasks", "a", "lifecycle", "ignore", 0])[0] == "name"


def test_keys_of_a_persons_own() -> None:
    assert named_in(["tasks", "a"]) == "tasks"
    assert named_in(["tasks", "tasks", "labels", "labels"]) == "labels"
    assert named_in(["rules", "a", "assign", "weights", "to"]) == "weights"
    assert named_in(["rules", "weights", "set"]) is None
    assert named_in(["rules", "a", "select", "labels", 0]) is None
    assert named_in([]) is None
