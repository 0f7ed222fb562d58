"""A plan applies once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from reconciler.errors import PlanFileError
from reconciler.history.applied import claim_plan
from reconciler.history.store import StateStore


def test_the_second_claim_names_the_first_run(tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state")
    claim_plan(store, "p1", "run-1")
    claim_plan(store, "p2", "run-2")
    with pytest.raises(PlanFileError, match="applied already, by run run-1") as caught:
        claim_plan(store, "p1", "run-3")
    assert caught.value.hint


def test_a_damaged_claim_is_still_one(tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state")
    store.write("applied/p1.json", b"{")
    with pytest.raises(PlanFileError, match="cannot be read"):
        claim_plan(store, "p1", "run-1")


def test_one_of_many_threads_gets_it(tmp_path: Path) -> None:
    store, gate = StateStore(tmp_path / "state"), Barrier(8)

    def claim(number: int) -> bool:
        gate.wait()
        try:
            claim_plan(store, "p1", f"run-{number}")
        except PlanFileError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(claim, range(8))).count(True) == 1


@pytest.mark.parametrize("plan_id", ["", "../../escape", "a/b", ".hidden", "a b"])
def test_an_id_is_no_path(tmp_path: Path, plan_id: str) -> None:
    with pytest.raises(PlanFileError, match="not one the reconciler makes"):
        claim_plan(StateStore(tmp_path / "state"), plan_id, "run-1")
    assert list(tmp_path.iterdir()) == []
