"""Selection options."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cli.selecting import OPTIONS, Chosen, Option
from reconciler.errors import ManifestError, Problem
from reconciler.manifest.models import Selector

from .conftest import Command


def chosen(**given: list[str]) -> Chosen:
    return Chosen({f"select_{name}": values for name, values in given.items()})


def selected(**given: list[str]) -> Selector:
    return chosen(**given).selector()


def refused(**given: list[str]) -> str:
    with pytest.raises(ManifestError) as caught:
        selected(**given)
    return str(caught.value)


def test_every_option_is_a_condition_of_a_rule() -> None:
    for one in OPTIONS:
        block = Selector if len(one.path) == 1 else Selector.model_fields[one.path[0]]
        assert one.path[0] in Selector.model_fields, block


def test_all_of_them() -> None:
    everything = selected(
        id=["1", "2"],
        project=["Street scenes", "17"],
        name=["batch-*"],
        name_regex=["1$"],
        subset=["Train", "none"],
        status=["completed"],
        owner=["ann"],
        assignee=["none"],
        label=["car", "none"],
        created_after=["2026-01-01"],
        created_before=["2026-02-01"],
        updated_after=["2026-01-01T10:00:00+02:00"],
        job_stage=["acceptance"],
        job_state=["in progress"],
        job_assignee=[""],
        job_type=["replica"],
    )
    assert everything.model_dump(mode="json", exclude_unset=True, by_alias=True) == {
        "id": [1, 2],
        "project": [{"name": "Street scenes"}, {"id": 17}],
        "name": "batch-*",
        "name_regex": "1$",
        "subset": ["Train", ""],
        "status": ["completed"],
        "owner": ["ann"],
        "assignee": [None],
        "labels": ["car", "none"],  # a label may be called so
        "created": {"after": "2026-01-01T00:00:00Z", "before": "2026-02-01T00:00:00Z"},
        "updated": {"after": "2026-01-01T08:00:00Z"},
        "job": {"type": ["consensus_replica"], "stage": ["acceptance"], "state": ["in progress"], "assignee": [None]},
    }


def test_all_that_is_wrong_is_told_with_its_option() -> None:
    told = refused(
        id=["0", "x", "9" * 30],
        status=["done", "completed"],
        name=["a", "b"],
        created_before=["soon"],
        job_type=["groundtruth"],
        project=[" a"],
        label=["\udc80"],
        owner=["a\0b"],
    )
    for start in (
        "--id: error: `id` is at least 1",
        "--id: error: `id` is a whole number, not `x`",
        "--id: error: `id` is a whole number, not `9999",
        "--status: error: `status` is `done`; it can be annotation, validation or completed",
        "--name: error: is given twice",
        "--created-before: error: `soon`: this is not a date",
        "--job-type: error: `type` is `groundtruth`",
        "--project: error: spaces at the beginning or the end",
        "--label: error: `\\udc80` is not UTF-8 text",
        "--owner: error: a NUL character in `a\\x00b`",
    ):
        assert start in told


def test_intervals_that_hold_nothing() -> None:
    told = refused(created_after=["2026-02-01"], created_before=["2026-01-01"])
    assert told.startswith("--created-after: error: no moment lies in this interval")


def test_nothing_is_not_all() -> None:
    assert "an empty selection is not all" in refused()
    assert chosen().nothing


def test_places_of_what_the_server_finds_wrong() -> None:
    both = chosen(project=["a"], created_before=["2026-01-01"])
    assert str(both.at("project")) == "--project"
    assert str(both.at("created", "before")) == "--created-before"
    assert both.at("id") is None


_ANY = st.text(max_size=20)


@given(st.dictionaries(st.sampled_from(OPTIONS), st.lists(_ANY, min_size=1, max_size=3)))
def test_whatever_is_typed_is_a_selection_or_told(typed: dict[Option, list[str]]) -> None:
    given = Chosen({one.parameter: values for one, values in typed.items()})
    assert given.words == [word for one in OPTIONS for value in typed.get(one, []) for word in (one.flag, value)]
    problems: tuple[Problem, ...] = ()
    try:
        assert given.selector().model_fields_set
    except ManifestError as error:
        problems = error.problems
    if not given.nothing:
        assert all(one.where is not None and one.where.file.startswith("--") for one in problems), problems


def test_the_help_lists_them_once(reconciler: Command) -> None:
    told = reconciler("set", "--help").out
    assert "Which tasks" in told
    for one in OPTIONS:
        assert one.flag in told
    assert "chosen" not in told
