from __future__ import annotations

import pytest

from reconciler.errors import LimitError
from reconciler.plan.destruction import check_destruction
from tests.report.steps import building, whole_life


def test_what_destroys_data_has_to_be_allowed() -> None:
    with pytest.raises(LimitError) as refused:
        check_destruction(whole_life(), allowed=False)
    assert refused.value.exit_code == 6
    assert "1 x annotations of a task, 1 x label, 1 x task" in str(refused.value)
    assert "--allow-destructive" in str(refused.value)


def test_allowed() -> None:
    check_destruction(whole_life(), allowed=True)


def test_what_destroys_nothing_needs_no_permission() -> None:
    harmless = tuple(step for step in building() if step.destroys is None)
    check_destruction(whole_life().model_copy(update={"steps": harmless}), allowed=False)
