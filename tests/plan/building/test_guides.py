from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifest.loading import from_document
from reconciler.plan.building.building import Building
from reconciler.plan.building.guides import build_project_guide
from reconciler.plan.steps import Do

from .described import build


def building(block: dict[str, Any], found: dict[str, Any] | None = None) -> Building:
    observed = {"projects": {"street": {"id": 7, **found}}} if found is not None else {}
    return build(from_document({"version": 1, "projects": {"street": block}}), observed)


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ({}, {"guide": "# Draw"}),
        ({"guide": None}, {}),
        ({"guide": None}, None),
        ({"guide": "# Draw"}, {"guide": "# Draw\n"}),
        ({"guide": "# Other", "lifecycle": {"ignore": ["guide"]}}, {"guide": "# Draw"}),
        ({"guide": None, "lifecycle": {"ignore": ["guide"]}}, {"guide": "# Draw"}),
    ],
)
def test_nothing_to_do(block: dict[str, Any], found: dict[str, Any] | None) -> None:
    assert build_project_guide(building(block, found), "street") == []


@pytest.mark.parametrize(("guide", "made"), [("# Draw", [Do.PUT_GUIDE]), (None, [])])
def test_a_guide_that_went_meanwhile_is_made(guide: str | None, made: list[Do]) -> None:
    steps = build_project_guide(building({"guide": guide}, {"guide_id": 99}), "street")
    assert [(step.do, step.id, step.expect) for step in steps] == [(do, None, {"markdown": None}) for do in made]


def test_a_file_that_cannot_be_read_is_a_problem_and_no_step() -> None:
    ctx = building({"guide": {"file": "not-there.md"}}, {"guide": "# Draw"})
    assert build_project_guide(ctx, "street") == []
    assert [problem.what for problem in ctx.problems] == [
        "the guide not-there.md cannot be read: no such file or directory"
    ]
