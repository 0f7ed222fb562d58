from __future__ import annotations

from reconciler.errors import Problem
from reconciler.manifest.merging import merged
from reconciler.manifest.nodes import Plain, Table, plain
from reconciler.manifest.yaml_reading import read_yaml


def merge(*texts: str) -> tuple[Plain, list[Problem]]:
    problems: list[Problem] = []
    tables = [node for i, text in enumerate(texts) for node in read_yaml(text, f"{i}.yaml", problems)]
    whole = merged([table for table in tables if isinstance(table, Table)], problems)
    return plain(whole), problems


def test_named_things_are_united() -> None:
    assert merge("version: 1\ntasks: {a: {id: 1}}", "version: 1\ntasks: {b: {id: 2}}\nrules: {}") == (
        {"version": 1, "tasks": {"a": {"id": 1}, "b": {"id": 2}}, "rules": {}},
        [],
    )


def test_an_empty_section_is_no_section() -> None:
    assert merge("version: 1\ntasks:\nvars: ~", "tasks: {b: {id: 2}}") == (
        {"version": 1, "tasks": {"b": {"id": 2}}},
        [],
    )


def test_equal_names_show_both_places_even_if_equal() -> None:
    _, [problem] = merge("rules: {a: {x: 1}}", "rules: {a: {x: 1}}")
    assert str(problem) == "1.yaml:1:9: error: the rule `a` is defined twice\n    the first one is at 0.yaml:1:9"


def test_settings_agree_or_show_both_places() -> None:
    whole, problems = merge("settings: {limits: {a: 1}}", "settings: {limits: {a: 1, b: 2}}")
    assert (whole, problems) == ({"settings": {"limits": {"a": 1, "b": 2}}}, [])
    _, [problem] = merge("organization: a", "organization: b")
    assert str(problem) == (
        "1.yaml:1:1: error: `organization` is `b` here and `a` elsewhere\n    the other one is at 0.yaml:1:1"
    )


def test_true_is_not_one() -> None:
    _, [problem] = merge("version: 1", "version: true")
    assert problem.what == "`version` is `true` here and `1` elsewhere"


def test_shapes_that_do_not_go_together() -> None:
    _, [problem] = merge("tasks: {a: {id: 1}}", "tasks: [x]")
    assert problem.what == "`tasks` is a list here and a mapping elsewhere"
