"""From a tree to YAML and back."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.loading import load
from reconciler.manifest.nodes import Plain
from reconciler.manifest.writing import as_yaml

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
_AWKWARD = st.sampled_from(
    [
        "no",
        "0123",
        "12:30",
        "1e3",
        "~",
        "null",
        "=",
        "<<",
        "- a",
        "a: b",
        "a #b",
        "'",
        '"',
        "\\",
        "*",
        "&a",
        "!x",
        "%",
        "@",
        "`",
        "${env.HOME}",
        "$${vars.x}",
        "$$${",
        '${it\'s "a\\b"}',
        "${",
        "{}",
        "[",
        "2026-01-01",
        "\ufeff",
        "\x85",
        "\u2028",
        "\u202e",
        "\U000f5f00${a'b}",
        "line\nbreak",
        "tab\t",
        "\x1b[2J",
        "y",
        "🚗",
        "---",
        "x\\",
    ]
)


def written(name: Plain) -> dict[str, Plain]:
    fields: dict[str, Plain] = {"subset": None}
    return {"version": 1, "rules": {"a": {"mode": "once", "select": {"name_regex": name}, "set": fields}}}


def read(text: str) -> object:
    document = load(["-"], stdin=StringIO(text), environ={"HOME": "/somewhere"}).document
    return document["rules"]


@given(st.one_of(_TEXT, _AWKWARD, st.tuples(_AWKWARD, _TEXT).map("".join)))
def test_any_text_comes_back(text: str) -> None:
    tree = {"version": 1, "rules": {"a": {"select": {"labels": [text, text]}, "set": {"status": "validation"}}}}
    assert read(as_yaml(tree)) == tree["rules"]  # type: ignore[arg-type]


def test_what_it_looks_like() -> None:
    tree: dict[str, Plain] = {
        "version": 1,
        "rules": {
            "a": {
                "mode": "once",
                "select": {"project": {"name": "Street scenes"}, "id": [1, 2], "created": {"after": "2026-01-01"}},
                "set": {"status": "annotation", "assignee": None, "subset": "no"},
            }
        },
    }
    assert as_yaml(tree, "From here\n  and there") == (
        "# From here\n"
        "#   and there\n"
        "version: 1\n"
        "rules:\n"
        "  a:\n"
        "    mode: once\n"
        "    select:\n"
        "      project:\n"
        "        name: Street scenes\n"
        "      id: [1, 2]\n"
        "      created:\n"
        "        after: 2026-01-01\n"
        "    set:\n"
        "      status: annotation\n"
        "      assignee: null\n"
        '      subset: "no"\n'
    )


@pytest.mark.parametrize("text", ["${env.HOME}", "$${env.HOME}", "a ${vars.b} c"])
def test_nothing_becomes_a_variable(text: str) -> None:
    assert "${" not in as_yaml({"a": text})
