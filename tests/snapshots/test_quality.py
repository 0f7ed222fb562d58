from __future__ import annotations

from typing import Any

from reconciler.snapshots.quality import content, differing_settings

FLAT: dict[str, Any] = {"id": 1, "task_id": 5, "inherit": False, "iou_threshold": 0.4, "updated_date": "2026-01-01"}


def of_task(task: int, score: float) -> dict[str, Any]:
    """As 2.80 gives them."""
    base = {"id": task * 10, "settings_id": task, "name": "base", "parent_requirement": None, "required_score": 0.7}
    child = {**base, "id": task * 10 + 1, "name": "cars", "parent_requirement": base["id"], "required_score": score}
    return {"id": task, "task_id": task, "inherit": False, "requirements": [base, child]}


def test_only_what_was_set_counts() -> None:
    assert differing_settings(FLAT, {**FLAT, "id": 2, "task_id": 6, "updated_date": "2026-02-02"}) == {}
    assert differing_settings(FLAT, {**FLAT, "iou_threshold": 0.5}) == {"iou_threshold": 0.4}
    assert content({}) == {}


def test_requirements_are_the_same_under_other_ids() -> None:
    assert differing_settings(of_task(1, 0.9), of_task(2, 0.9)) == {}
    assert list(differing_settings(of_task(1, 0.9), of_task(2, 0.8))) == ["requirements"]
