from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import Location, Problem
from reconciler.manifest.nodes import Entry, Items, Node, Plain, Scalar, Table, plain
from reconciler.manifest.variables import Variables

HERE = Location("m.yaml", 1, 1)


def node(value: Plain) -> Node:
    if isinstance(value, dict):
        return Table({key: Entry(HERE, node(item)) for key, item in value.items()}, HERE)
    if isinstance(value, list):
        return Items(tuple(node(item) for item in value), HERE)
    return Scalar(value, str(value), HERE)


def resolved(value: Plain, definitions: dict[str, Plain] | None = None, **environ: str) -> tuple[Plain, list[str]]:
    problems: list[Problem] = []
    table = node(dict(definitions or {}))
    assert isinstance(table, Table)
    result = Variables(table, environ, problems).resolve(node(value))
    return plain(result), [problem.what for problem in problems]


def test_environment() -> None:
    assert resolved("${env.X}", X="7") == ("7", [])
    assert resolved("a-${env.X}-b", X="7") == ("a-7-b", [])


def test_defaults_stand_in_for_unset_and_empty() -> None:
    assert resolved("${env.X:-alice}") == ("alice", [])
    assert resolved("${env.X:-alice}", X="") == ("alice", [])
    assert resolved("${env.X:-}") == ("", [])
    assert resolved("${env.X}", X="") == ("", [])


def test_a_whole_value_keeps_its_type() -> None:
    kinds: dict[str, Plain] = {"n": 4, "none": None, "list": [1, "${vars.n}"], "map": {"a": True}}
    assert resolved(["${vars.n}", "${vars.none}", "${vars.list}", "${vars.map}"], kinds) == (
        [4, None, [1, 4], {"a": True}],
        [],
    )


def test_inside_of_text_a_number_is_its_digits() -> None:
    assert resolved("v${vars.m}.${vars.n}-${vars.t}", {"n": 4, "m": "${vars.n}", "t": True}) == ("v4.4-true", [])


def test_variables_of_variables() -> None:
    assert resolved("${vars.a}", {"a": "x${vars.b}", "b": "${env.C:-c}"}) == ("xc", [])


def test_the_characters_themselves() -> None:
    assert resolved("$${vars.a} $$ $ {x} $x") == ("${vars.a} $$ $ {x} $x", [])


def test_what_is_put_in_is_not_searched_again() -> None:
    assert resolved("${env.X} ${env.X}", X="${vars.a}") == ("${vars.a} ${vars.a}", [])


def test_circles() -> None:
    _, problems = resolved("${vars.a}", {"a": "${vars.b}", "b": "${vars.a}"})
    assert problems == ["the variables are defined in a circle: `a → b → a`"]


def test_a_default_cannot_hold_a_variable() -> None:
    _, problems = resolved("${env.X:-${vars.a}}", {"a": "b"})
    assert problems == ["a default cannot hold another variable: `${vars.a`"]


def test_what_a_missing_file_may_define_is_not_called_unknown() -> None:
    problems: list[Problem] = []
    variables = Variables(None, {}, problems, are_all_there=False)
    for text in ("${vars.x}", "a-${vars.x}"):
        assert variables.resolve(node(text)) == Scalar(text, text, HERE, spoilt=True)
    assert problems == []
    variables.resolve(node("${env.X}"))
    assert [problem.what for problem in problems] == ["the environment variable `X` is not set"]


def test_a_text_that_doubles_itself_is_stopped() -> None:
    definitions: dict[str, Plain] = {f"v{n}": f"${{vars.v{n + 1}}}${{vars.v{n + 1}}}" for n in range(60)}
    _, problems = resolved("${vars.v0}", {**definitions, "v60": "xxxxxxxx"})
    assert problems == ["with its variables this value is longer than 100000 characters"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["${env.X}", "${env.Y:-d}", "${vars.a}", "text", "$", "{", "}", " "]), max_size=8))
def test_no_variable_is_left(parts: list[str]) -> None:
    text = "|".join(parts)
    value, problems = resolved(text, {"a": "va"}, X="vx")
    assert problems == []
    assert value == text.replace("${env.X}", "vx").replace("${env.Y:-d}", "d").replace("${vars.a}", "va")


@settings(deadline=None)
@given(st.text("${}envars.:-XYx", max_size=30))
def test_any_text_is_resolved_or_reported(text: str) -> None:
    value, problems = resolved(text, {"x": "1"}, X="2")
    assert problems or "${" not in text.replace("$${", "") or "${" not in str(value) or "$${" in text
