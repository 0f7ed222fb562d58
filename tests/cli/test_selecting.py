"""Selection options."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cli.selecting import Chosen
from reconciler.cli.selection_options import BY_PATH, OPTIONS, Option
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
    for path in BY_PATH:
        assert path[0] in Selector.model_fields


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
        priority=["1", "3..5", "..9", "none"],
        select=["size=100", "job.updated.older_than=14d", "not: {owner: bob}, dimension: 2d"],
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
        "priority": [{"min": 1, "max": 1}, {"min": 3, "max": 5}, {"max": 9}, None],
        "size": {"min": 100, "max": 100},
        "dimension": ["2d"],
        "not": {"owner": ["bob"]},
        "job": {
            "type": ["consensus_replica"],
            "stage": ["acceptance"],
            "state": ["in progress"],
            "assignee": [None],
            "updated": {"older_than": "14d"},
        },
    }


def test_a_condition_is_the_option_of_its_name() -> None:
    by_condition = selected(select=["status=completed", "assignee=none", "project=17", "project=Street, east"])
    by_option = selected(status=["completed"], assignee=["none"], project=["17", "Street, east"])
    assert by_condition == by_option
    assert selected(status=["completed"], select=["status=validation"]).status == ("completed", "validation")


@pytest.mark.parametrize(
    "text", ["project: Street scenes, status: completed", "{project: Street scenes, status: completed}"]
)
def test_conditions_as_in_a_manifest(text: str) -> None:
    said = selected(select=[text])
    assert said.model_dump(mode="json", exclude_unset=True) == {
        "project": [{"key": "Street scenes"}],
        "status": ["completed"],
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"select": [""]}, "--select: error: an empty text selects nothing\n    write --select status=completed"),
        ({"select": ["completed"]}, "--select:1:2: error: unknown key `completed` in a selection"),
        ({"select": ["{name: a"]}, "--select: error: "),
        ({"select": ["[a, b]"]}, "--select: error: "),
        (
            {"select": ["sttus=done"]},
            "--select sttus: error: unknown key `sttus` in a selection\n    did you mean `status`?",
        ),
        ({"select": ["status=done"]}, "--select status: error: `status` is `done`"),
        (
            {"select": ["size=9", "size=8"]},
            "--select size: error: `size` is said twice\n    the other one is --select size",
        ),
        ({"select": ["{status: done}"]}, "--select:1:10: error: `status` is `done`"),
        ({"select": ["{status: completed}"], "status": ["completed"]}, "--select:1:2: error: `status` is said twice"),
        ({"select": ["name=a"], "name": ["b"]}, "--select name: error: is given twice"),
        ({"select": ["not={}"]}, "--select not: error: `not` is a mapping"),
        ({"select": ["a\0b"]}, "--select: error: a NUL character"),
        ({"priority": ["high"]}, "--priority: error: "),
        ({"priority": ["5..2"]}, "--priority: error: no priority is so: `min` is above `max`"),
        ({"priority": [".."]}, "--priority: error: "),
    ],
)
def test_what_is_wrong_with_a_condition_is_told(given: dict[str, list[str]], told: str) -> None:
    said = refused(**given)
    assert said.startswith(told), said
    assert "an empty selection is not all" not in said


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
