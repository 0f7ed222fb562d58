"""What must hold for every life of a project: made, edited, pruned, and taken back step by step, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.history.model import RunStatus
from reconciler.sandbox import Sandbox
from reconciler.sandbox.seeds.people import people

from .apply.desk import Desk, seated
from .laws.contents import Contents, contents
from .laws.lives import lives, pictures, written

Sit = Callable[[], Desk]

law = settings(
    deadline=None,
    derandomize=True,  # the same examples everywhere: a law that breaks breaks for everybody
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module", params=["2.54", "2.80"])
def sit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sit]:
    """Sit down before a server without work. One server and one session for all examples."""
    started = Sandbox.start(seed="people", server_version=request.param)
    with started as sandbox, seated(sandbox, tmp_path_factory.mktemp("first")) as seat:

        def before() -> Desk:
            sandbox.reset(people())
            desk = Desk(sandbox, tmp_path_factory.mktemp("desk"), seat.session)
            pictures(desk.folder)
            return desk

        yield before


def _apply(desk: Desk, document: Contents) -> str | None:
    """Apply one manifest of a life; the run, if there was anything to do."""
    text = written(document, desk.folder)
    plan = desk.plan(text)
    assert desk.plan(text) == plan, "planning twice gives the same plan"
    run = None
    if not plan.is_empty:
        outcome = desk.apply(plan)
        assert outcome.run.status is RunStatus.DONE, outcome.run
        run = outcome.run.id
    assert desk.plan(text).is_empty, "after an apply nothing is left to do"
    return run


@given(life=lives())
@settings(law, max_examples=20)
def test_every_run_can_be_taken_back_in_reverse_order(sit: Sit, life: list[dict[str, Any]]) -> None:
    desk = sit()
    before: list[tuple[str, Contents]] = []
    for document in life:
        state = contents(desk.sandbox)
        run = _apply(desk, document)
        if run is not None:
            before.append((run, state))
    for run, state in reversed(before):
        back = desk.rollback(run)
        assert back.run.status is RunStatus.DONE, back.run
        assert contents(desk.sandbox) == state, f"rolling back {run} restores what was there before it"
