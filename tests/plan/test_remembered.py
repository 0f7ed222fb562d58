from __future__ import annotations

from datetime import UTC, datetime

from reconciler.history.bindings import Binding, Bindings, Successor
from reconciler.plan.remembered import Remembered, is_of

from .observed import SERVER, task

MADE = datetime(2026, 1, 10, tzinfo=UTC)


def binding(address: str, number: int, **more: object) -> Binding:
    known = {"server": SERVER.url, "organization": SERVER.organization, "kind": "task", "name": "t", "run": None}
    return Binding.model_validate({**known, "created": MADE, "address": address, "id": number, **more})


def test_only_what_is_of_this_server_and_organization_is_found() -> None:
    bindings = [
        binding("task.a", 1),
        binding("task.b", 2, organization=None),
        binding("task.c", 3, server="https://x.example"),
    ]
    assert list(Remembered(Bindings(bindings=tuple(bindings)), SERVER).by_address) == ["task.a"]


def test_an_id_that_another_object_has_by_now_is_not_meant() -> None:
    assert is_of(binding("task.a", 1), task(1, created_date=MADE))
    assert is_of(binding("task.a", 1, created=None), task(1, created_date=datetime.now(UTC)))
    assert not is_of(binding("task.a", 1), task(1, created_date=datetime(2026, 5, 1, tzinfo=UTC)))
    assert not is_of(binding("task.a", 1), task(2, created_date=MADE))


def test_old_tasks_that_are_still_to_go_belong_to_their_block() -> None:
    bindings = Bindings(bindings=(binding("task.a.b", 5), binding("task.a.b.replaced[4]", 4)))
    assert [one.id for one in Remembered(bindings, SERVER).replaced["task.a.b"]] == [4]


def test_protection_goes_by_the_object_in_any_organization() -> None:
    protected = binding("task.a", 1, prevent_delete=True, organization="other")
    remembered = Remembered(Bindings(bindings=(protected, binding("task.b", 2))), SERVER)
    assert remembered.protecting(task(1, created_date=MADE)) == protected
    assert remembered.protecting(task(1, created_date=datetime(2026, 5, 1, tzinfo=UTC))) is None
    assert remembered.protecting(task(2, created_date=MADE)) is None


def test_an_old_id_leads_to_the_new_one() -> None:
    followed = Successor(server=SERVER.url, kind="task", old=4, new=11, run="r")
    remembered = Remembered(Bindings(successors=(followed,)), SERVER)
    assert (remembered.current("task", 4), remembered.current("task", 5), remembered.current("project", 4)) == (
        11,
        5,
        4,
    )
