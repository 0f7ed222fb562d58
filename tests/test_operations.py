"""The library: what `import reconciler` gives does what its docstring says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import reconciler
from reconciler import operations
from reconciler.apply.made_for import check_made_for
from reconciler.errors import PlanFileError, StateError
from reconciler.history.model import RunStatus
from reconciler.sandbox import Sandbox

from .apply.desk import REOPEN, environment, without_dates
from .apply.worlds import street


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(world=street()) as running:
        yield running


@pytest.fixture
def connected(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names the sandbox, and a folder with a manifest."""
    for name in ("CVAT_PROFILE", "CVAT_ORG", "CVAT_USERNAME", "CVAT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(sandbox, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("states").mkdir()
    Path("states/reopen.yaml").write_text(REOPEN)


def _example() -> str:
    """The example in the module's docstring: what follows its first paragraph."""
    assert operations.__doc__ is not None
    return operations.__doc__.partition("\n\n")[2]


@pytest.mark.usefixtures("connected")
def test_the_example_is_true(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    before = without_dates(sandbox.dump())["jobs"]
    names: dict[str, object] = {}
    exec(compile(_example(), "the example", "exec"), names)
    assert capsys.readouterr().out.startswith("done written=8")
    assert without_dates(sandbox.dump())["jobs"] == before
    store = names["store"]
    assert isinstance(store, reconciler.StateStore)
    assert [run.kind for run in reconciler.runs(store)] == ["apply", "rollback"]


def test_all_that_is_promised_is_there() -> None:
    assert [name for name in reconciler.__all__ if not hasattr(reconciler, name)] == []


@pytest.mark.usefixtures("connected")
def test_the_manifests_organization_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    with reconciler.connect_for(reconciler.load(["states/reopen.yaml"])) as session:
        assert session.organization is None
    Path("states/personal.yaml").write_text('version: 1\norganization: ""\n')
    with reconciler.connect_for(reconciler.load(["states/personal.yaml"])) as session:
        assert session.organization == ""


@pytest.mark.usefixtures("connected")
def test_a_plan_can_be_made_again_from_itself() -> None:
    with reconciler.connect_for(manifest := reconciler.load(["states/reopen.yaml"])) as session:
        store = reconciler.StateStore(Path("state"))
        plan = reconciler.plan(manifest, session, store)
        Path("states/reopen.yaml").unlink()
        assert operations.replan(plan, session, store) == plan
        run = reconciler.apply(plan, session, store).run
        assert run.status is RunStatus.DONE
        back = reconciler.plan_rollback(session, store)
        assert operations.replan(back, session, store) == back


@pytest.mark.usefixtures("connected")
def test_runs_are_found_by_the_beginning_of_their_id() -> None:
    store = reconciler.StateStore(Path("state"))
    with pytest.raises(StateError, match="no run is recorded"):
        operations.find_run(store, None)
    with reconciler.connect_for(manifest := reconciler.load(["states/reopen.yaml"])) as session:
        run = reconciler.apply(reconciler.plan(manifest, session, store), session, store).run
    assert operations.find_run(store, None) == operations.find_run(store, run.id[:13]) == run


@pytest.mark.usefixtures("connected")
def test_a_plan_of_one_organization_is_not_applied_in_another() -> None:
    with reconciler.connect_for(manifest := reconciler.load(["states/reopen.yaml"])) as session:
        plan = reconciler.plan(manifest, session, reconciler.StateStore(Path("state")))
        with pytest.raises(PlanFileError, match="made for the server"):
            check_made_for(
                plan.model_copy(update={"server": plan.server.model_copy(update={"url": "http://elsewhere.example"})}),
                session,
            )
