"""Saved plans: what was saved is read, and nothing else is."""

from __future__ import annotations

import json
import stat
from contextlib import suppress
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import PlanFileError
from reconciler.history.documents import Unreadable, digest_of, encode
from reconciler.history.saved_plans import load_saved, save, seal, unseal
from reconciler.history.tool import tool

from . import samples
from .processes import umask, unprivileged

PLAN = samples.plan(samples.job_change(1), samples.job_change(2), rules=(samples.standing(1, 2),))
SEALED = seal(PLAN, tool="test 1", now=samples.NOW)
BYTES = encode(SEALED)


def resealed(**changed: object) -> bytes:
    """A file whose digest is right, whatever else it says."""
    plain = json.loads(BYTES) | changed
    plain["digest"] = digest_of({key: value for key, value in plain.items() if key != "digest"})
    return json.dumps(plain).encode()


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    saved = save(PLAN, tmp_path / "plan.json", tool="test 1", now=samples.NOW)
    assert load_saved(tmp_path / "plan.json", tool="test 1") == saved
    assert saved.plan == PLAN
    assert saved.created == "2026-11-22T15:55:01+00:00"
    assert saved.id.startswith("20261122-155501-")


def test_by_default_the_version_is_this_one(tmp_path: Path) -> None:
    save(PLAN, tmp_path / "plan.json", tool=tool(), now=samples.NOW)
    assert load_saved(tmp_path / "plan.json").plan == PLAN
    save(PLAN, tmp_path / "plan.json", tool="cvat-reconciler 0.0.0", now=samples.NOW)
    with pytest.raises(PlanFileError, match=r"made by cvat-reconciler 0\.0\.0, and this is cvat-reconciler"):
        load_saved(tmp_path / "plan.json")


def test_times_are_utc() -> None:
    east = samples.NOW.astimezone(timezone(timedelta(hours=9)))
    assert seal(PLAN, tool="t", now=east).created == "2026-11-22T15:55:01+00:00"


def test_two_saved_plans_are_never_the_same() -> None:
    assert len({seal(PLAN, tool="t", now=samples.NOW).id for _ in range(50)}) == 50


@pytest.mark.parametrize("mask", [0, 0o077])
def test_a_plan_is_private(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o666)
    with umask(mask):
        save(PLAN, path, tool="t", now=samples.NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "plan.json")
    save(PLAN, tmp_path / "link.json", tool="t", now=samples.NOW)
    assert (tmp_path / "link.json").is_symlink()
    assert load_saved(tmp_path / "plan.json", tool="t").plan == PLAN


def test_places_no_plan_can_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "closed").mkdir(0o500)
    for path in (tmp_path, tmp_path / "missing" / "plan.json", tmp_path / "circle", tmp_path / "closed" / "plan.json"):
        with unprivileged(), pytest.raises(PlanFileError, match="Cannot write the plan to") as caught:
            save(PLAN, path, tool="t", now=samples.NOW)
        assert caught.value.hint


def test_no_file_and_no_plan_file(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match="There is no plan file"):
        load_saved(tmp_path / "plan.json")
    with pytest.raises(PlanFileError, match="Cannot read the plan file"):
        load_saved(tmp_path)
    (tmp_path / "plan.json").write_text("version: 1\n")
    with pytest.raises(PlanFileError, match="not valid JSON"):
        load_saved(tmp_path / "plan.json")


def test_a_truncated_plan_is_refused_wherever_it_ends() -> None:
    for end in range(len(BYTES.rstrip())):
        with pytest.raises(Unreadable, match=r"it is empty|cut off|not valid JSON"):
            unseal(BYTES[:end])


@given(st.integers(0, len(BYTES) - 1), st.integers(0, 255))
def test_an_edited_plan_is_refused_or_means_the_same(place: int, byte: int) -> None:
    edited = bytearray(BYTES)
    edited[place] = byte
    with suppress(Unreadable):
        assert unseal(bytes(edited)) == SEALED


def test_an_edit_is_called_one() -> None:
    with pytest.raises(Unreadable, match="changed after it was saved"):
        unseal(BYTES.replace(b'"after": "new"', b'"after": "old"'))


def test_wrong_but_well_sealed() -> None:
    assert unseal(resealed()) == SEALED
    for changed, why in (
        ({"format": "reconciler.plan/2"}, "format version '2'"),
        ({"format": "reconciler.run/1"}, "not a 'reconciler.plan'"),
        ({"surprise": True}, "surprise"),
        ({"plan": {}}, "plan"),
    ):
        with pytest.raises(Unreadable, match=why):
            unseal(resealed(**changed))
