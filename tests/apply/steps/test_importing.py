"""Somebody else imports into the task at the same time: theirs is never taken for ours, nor overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest

from reconciler.cvat import Credentials, connect
from reconciler.cvat.sending import order_with_file
from reconciler.history.model import RunStatus, WriteOutcome

from ..desk import Desk, token_of
from .studio import annotated, draw, results, shapes, told
from .test_annotating import CVAT_XML, imported

UNDER_WAY = "^/api/requests/action"
BOTH = pytest.mark.parametrize("mode", ["append", "replace"])


@contextmanager
def theirs_under_way(desk: Desk) -> Iterator[ExitStack]:
    """Alice has begun to import a box on the last frame; closing what is given lets it end."""
    file = desk.folder / "theirs.xml"
    file.write_text(CVAT_XML.replace('id="2" name="2.png"', 'id="3" name="3.png"'))
    credentials = Credentials(desk.sandbox.url, token=token_of(desk.sandbox, "alice"))
    with connect(credentials=credentials, environ={}) as session, ExitStack() as holding:
        holding.enter_context(desk.sandbox.held())
        where = "/api/tasks/1/annotations/"
        order_with_file(session, where, file, "theirs", query={"format": "CVAT 1.1"}, stop=Event())
        yield holding


@BOTH
def test_what_they_imported_is_a_conflict(desk: Desk, mode: str) -> None:
    desk.apply(annotated())
    plan = desk.plan(imported(desk, mode))
    with theirs_under_way(desk) as holding:
        desk.sandbox.before("GET", UNDER_WAY, holding.close)
        outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.CONFLICT, told(outcome)
    assert "another import into the task came first: " in told(outcome)["task.one.annotations"]
    assert shapes(desk, 1) == [3]


@BOTH
def test_when_theirs_comes_to_nothing_ours_is_imported(desk: Desk, mode: str) -> None:
    desk.apply(annotated())
    plan = desk.plan(imported(desk, mode))
    desk.sandbox.fail_work("import:annotations", "CvatImportError: broken")
    with theirs_under_way(desk) as holding:
        desk.sandbox.before("GET", UNDER_WAY, holding.close)
        outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == ([0, 1, 2, 3] if mode == "append" else [2])


def test_the_next_plan_goes_by_what_they_imported(desk: Desk) -> None:
    desk.apply(annotated())
    plan = desk.plan(imported(desk, "append"))
    with theirs_under_way(desk) as holding:
        desk.sandbox.before("GET", UNDER_WAY, holding.close)
        desk.apply(plan)
    outcome = desk.apply(imported(desk, "append"))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [2, 3]


@BOTH
def test_a_person_need_not_wait_for_them(desk: Desk, mode: str, ctrl_c: Callable[[], None]) -> None:
    desk.apply(annotated())
    plan = desk.plan(imported(desk, mode))
    with theirs_under_way(desk) as holding:
        desk.sandbox.before("GET", UNDER_WAY, ctrl_c)
        desk.sandbox.before("GET", UNDER_WAY, holding.close)  # of a second look: there must be none
        outcome = desk.apply(plan)
        assert shapes(desk, 1) == [0, 1, 3]
    assert results(outcome)["task.one.annotations import_annotations"] is WriteOutcome.CONFLICT
    assert (
        "another import into the task is under way; it was not waited for to its end"
        in told(outcome)["task.one.annotations"]
    )


@BOTH
def test_a_refused_import_is_none_though_somebody_annotates_meanwhile(desk: Desk, mode: str) -> None:
    """That something else is there than before does not tell who has drawn it."""
    desk.apply(annotated())
    plan = desk.plan(imported(desk, mode))
    orders = "/api/tasks/1/annotations/$"
    desk.sandbox.before("POST", orders, lambda: draw(desk, 1, 3))
    desk.sandbox.fail("POST", orders, status=403, times=None)
    outcome = desk.apply(plan)
    desk.sandbox.app.clear()
    assert results(outcome)["task.one.annotations import_annotations"] is WriteOutcome.FAILED, told(outcome)
    assert shapes(desk, 1) == [0, 1, 3, 3]


@pytest.mark.parametrize("status", [403, 404])
def test_an_import_that_is_lost_sight_of_loses_nothing(desk: Desk, status: int) -> None:
    """The server took it; that it cannot be asked any more does not mean that it was not done."""
    desk.apply(annotated())
    plan = desk.plan(imported(desk, "append"))
    desk.sandbox.fail("GET", "^/api/requests/action", status=status, times=None)
    outcome = desk.apply(plan)
    desk.sandbox.app.clear()
    assert outcome.run.status is RunStatus.FAILED, told(outcome)
    assert set(shapes(desk, 1)) >= {0, 1}
    assert desk.apply(imported(desk, "append")).run.status is RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 2, 3]


def test_what_is_drawn_while_an_upload_is_stopped_is_not_the_import(desk: Desk, ctrl_c: Callable[[], None]) -> None:
    """Nothing was ordered yet: what is there now is somebody else's, stays, and is not taken back with the run."""
    desk.apply(annotated())
    plan = desk.plan(imported(desk, "replace"))

    def drawn_and_stopped() -> None:
        draw(desk, 1, 3)
        ctrl_c()

    desk.sandbox.before("POST", "/api/tasks/1/annotations/$", drawn_and_stopped)
    outcome = desk.apply(plan)
    assert results(outcome)["task.one.annotations import_annotations"] is WriteOutcome.SKIPPED
    assert outcome.run.status is RunStatus.INTERRUPTED
    assert shapes(desk, 1) == [0, 1, 3, 3]
    assert desk.rollback(outcome.run.id).run.status is RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 3, 3]
