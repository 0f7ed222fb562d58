from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.manifest.models import (
    AttributeBlock,
    DataBlock,
    GuideBlock,
    Interval,
    JobOverride,
    JobSelector,
    LabelBlock,
    Lifecycle,
    Manifest,
    ProjectBlock,
    Selector,
    SizeRange,
    StorageBlock,
    TaskBlock,
    ValidationBlock,
)


def test_absent_and_null_differ() -> None:
    assert TaskBlock.model_validate({"assignee": None}).model_fields_set == {"assignee"}
    assert TaskBlock.model_validate({}).model_fields_set == set()


def test_null_empties_a_text() -> None:
    block = TaskBlock.model_validate({"subset": None, "bug_tracker": None})
    assert (block.subset, block.bug_tracker) == ("", "")


def test_selectors_are_tuples() -> None:
    selector = Selector.model_validate(
        {"id": 4, "owner": None, "assignee": [None, "a"], "project": "p", "subset": None, "labels": ["car"]}
    )
    assert selector.id == (4,)
    assert selector.owner == (None,)
    assert selector.assignee == (None, "a")
    assert selector.project is not None
    assert selector.project[0].key == "p"
    assert selector.subset == ("",)
    assert selector.labels == ("car",)
    assert selector.status is None


def test_the_type_of_replicas_has_one_name() -> None:
    assert JobSelector.model_validate({"type": ["replica", "annotation"]}).type == ("consensus_replica", "annotation")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31 10:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        (date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_moments_are_utc(written: object, moment: datetime) -> None:
    assert Interval.model_validate({"after": written}).after == moment


@pytest.mark.parametrize("written", [1700000000, "tomorrow", True, "0001-01-01T00:00:00+05:00", ""])
def test_other_moments_are_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        Interval.model_validate({"after": written})


def test_a_size_may_be_one_number() -> None:
    assert SizeRange.model_validate(5) == SizeRange.model_validate({"min": 5, "max": 5})


@pytest.mark.parametrize(("frames", "span"), [(7, (7, 7)), ("7", (7, 7)), ("0-99", (0, 99))])
def test_frames(frames: object, span: tuple[int, int]) -> None:
    assert JobOverride.model_validate({"frames": frames, "assignee": None}).frame_range == span


@pytest.mark.parametrize("number", [True, 1.0, "x", "1.0", None, 0, -1, 2**31, [1]])
def test_ids_are_whole_numbers(number: object) -> None:
    with pytest.raises(ValidationError):
        TaskBlock.model_validate({"id": number})


@pytest.mark.parametrize("version", [True, 1.0, "1", 2, None])
def test_only_version_one(version: Any) -> None:
    with pytest.raises(ValidationError):
        Manifest.model_validate({"version": version})


def test_a_dump_of_everything_does_not_complain() -> None:
    assert TaskBlock().model_dump(mode="json")["owner"] is None


@pytest.mark.parametrize("written", [True, "true", "True", "TRUE"])
def test_truth_may_be_text(written: object) -> None:
    # What comes from the environment is always text.
    assert Lifecycle.model_validate({"prevent_delete": written}).prevent_delete is True


@pytest.mark.parametrize("written", ["yes", "", "1", 1, 0, 1.0, None, [True]])
def test_nothing_else_is_true_or_false(written: object) -> None:
    with pytest.raises(ValidationError):
        Lifecycle.model_validate({"prevent_delete": written})


def test_a_guide_may_be_its_text() -> None:
    assert GuideBlock.model_validate("# Cars") == GuideBlock.model_validate({"text": "# Cars"})
    assert ProjectBlock.model_validate({"guide": None}).model_fields_set == {"guide"}


def test_storages_are_compared_as_plans_write_them() -> None:
    assert StorageBlock.model_validate("local").state is None
    cloud = StorageBlock.model_validate({"cloud_storage": "5"})
    assert cloud.state == {"location": "cloud_storage", "cloud_storage_id": 5}


def test_a_name_may_be_all_there_is_of_a_label() -> None:
    block = ProjectBlock.model_validate({"labels": {"car": None, "van": {"attributes": {"parked": None}}}})
    assert block.labels is not None
    assert block.labels["car"] == LabelBlock()
    assert block.labels["van"].attributes == {"parked": AttributeBlock()}


def test_attribute_values_are_text() -> None:
    attribute = AttributeBlock.model_validate({"values": [0, 0.5, True, "x", ""], "default_value": False})
    assert (attribute.values, attribute.default_value) == (("0", "0.5", "true", "x", ""), "false")


def test_colours_are_lower_case() -> None:
    assert LabelBlock.model_validate({"color": "#FF00aa"}).color == "#ff00aa"


@pytest.mark.parametrize("color", ["red", "#fff", "ff0000", "#ff00000", "#gg0000", "", 0xFF0000])
def test_other_colours_are_refused(color: object) -> None:
    with pytest.raises(ValidationError):
        LabelBlock.model_validate({"color": color})


@pytest.mark.parametrize("share", [0, -0.1, 1.1, True, "much", None])
def test_shares_are_parts_of_a_whole(share: object) -> None:
    assert ValidationBlock.model_validate({"mode": "gt", "frame_share": "0.5"}).frame_share == 0.5
    with pytest.raises(ValidationError):
        ValidationBlock.model_validate({"mode": "gt", "frame_share": share})


def test_numbers_of_data_may_be_text() -> None:
    data = DataBlock.model_validate({"share": ["a/"], "segment_size": "100", "use_cache": "false"})
    assert (data.segment_size, data.use_cache) == (100, False)
