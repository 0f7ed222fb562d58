from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import Location, Problem
from reconciler.manifest import yaml_reading
from reconciler.manifest.nodes import Scalar, Table, plain
from reconciler.manifest.yaml_reading import Unreadable, read_yaml


def read(text: str) -> tuple[list[object], list[Problem]]:
    problems: list[Problem] = []
    return [plain(node) for node in read_yaml(text, "m.yaml", problems)], problems


def test_keys_are_text_as_written() -> None:
    assert read("yes: 1\nno: 2\n2024: 3\n~: 4\n0123: 5\n") == ([{"yes": 1, "no": 2, "2024": 3, "~": 4, "0123": 5}], [])


def test_a_date_stays_text() -> None:
    assert read("a: 2026-01-31\nb: 2026-01-31 10:00:00\n") == ([{"a": "2026-01-31", "b": "2026-01-31 10:00:00"}], [])


def test_merge_keys_give_way_to_what_is_written_and_the_first_wins() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd: {x: 4, <<: *a}\n"
    documents, problems = read(text)
    assert problems == []
    assert isinstance(documents[0], dict)
    assert documents[0]["c"] == {"x": 3, "y": 1, "z": 2}
    assert documents[0]["d"] == {"x": 4, "y": 1}


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert read('{"<<": {a: 1}}') == ([{"<<": {"a": 1}}], [])


def test_aliases_stand_for_their_value() -> None:
    assert read("a: &x k\nb: *x\n*x : 3\n") == ([{"a": "k", "b": "k", "k": 3}], [])


def test_several_documents() -> None:
    assert read("---\na: 1\n---\nb: 2\n...\n") == ([{"a": 1}, {"b": 2}], [])


def test_columns_count_characters_not_bytes() -> None:
    [node] = read_yaml("ключ: {é: ü, 😀: x}\n", "m.yaml", [])
    assert isinstance(node, Table)
    inner = node.entries["ключ"].value
    assert isinstance(inner, Table)
    assert inner.entries["é"].value.where == Location("m.yaml", 1, 11)
    assert inner.entries["😀"].value.where == Location("m.yaml", 1, 17)


def test_places_far_down_and_far_right() -> None:
    [node] = read_yaml("#\n" * 70_000 + "a: {" + " " * 70_000 + "c: x}\n", "m.yaml", [])
    assert isinstance(node, Table)
    inner = node.entries["a"].value
    assert isinstance(inner, Table)
    assert inner.entries["c"].value.where == Location("m.yaml", 70_001, 70_008)


@pytest.mark.parametrize("text", ["[" * 1000, "{a: " * 1000 + "}" * 1000, "- " * 1000 + "x"])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="levels deep"):
        read(text)


@pytest.mark.parametrize("text", ["? [a, b]\n: c\n", "{a: 1}: b\n", "a: &x [1]\n*x : b\n"])
def test_a_key_is_one_word(text: str) -> None:
    with pytest.raises(Unreadable, match="one word"):
        read(text)


def test_a_misspelt_alias_gets_a_suggestion() -> None:
    with pytest.raises(Unreadable) as caught:
        read("a: &defaults {x: 1}\nb: *default\n")
    assert caught.value.problem == Problem(
        "no anchor `&default` above", Location("m.yaml", 2, 4), "did you mean `defaults`?"
    )


def test_merging_in_something_else_is_reported() -> None:
    _, problems = read("a: &a 1\nb: {<<: *a, c: 2}\n")
    assert [(problem.what, str(problem.where)) for problem in problems] == [
        ("`<<` takes in a mapping, by its alias", "m.yaml:2:5")
    ]


def test_the_pure_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x {k: [1, true, null, 2026-01-01, 'q']}\nb: *x\nc: {<<: *x, yes: 0123}\n"
    fast = read_yaml(text, "m.yaml", [])
    monkeypatch.setattr(yaml_reading, "_Loader", yaml.SafeLoader)
    assert read_yaml(text, "m.yaml", []) == fast


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    problems: list[Problem] = []
    try:
        read_yaml(text, "m.yaml", problems)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
    assert all(problem.where is not None for problem in problems)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(st.characters(exclude_categories=["C", "Z"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(json_values)
def test_what_yaml_writes_is_read_back(value: object) -> None:
    documents, problems = read(yaml.safe_dump(value, allow_unicode=True))
    assert (documents, problems) == ([value], [])


def test_a_spoilt_value_is_marked() -> None:
    [node] = read_yaml("a: yes", "m.yaml", [])
    assert isinstance(node, Table)
    value = node.entries["a"].value
    assert isinstance(value, Scalar)
    assert value.spoilt
