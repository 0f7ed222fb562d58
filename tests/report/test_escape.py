from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.report.escape import csv_cell, markdown, terminal


@given(st.text(st.characters(codec=None)))
def test_nothing_that_acts_survives(text: str) -> None:
    shown = terminal(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown)
    shown.encode("utf-8")
    assert terminal(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("batch-001", "batch-001"),
        ("日本語 naïve", "日本語 naïve"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b1m", "\\x9b1m"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert terminal(text) == shown


@given(st.text(st.characters(codec=None)))
def test_no_cell_is_a_formula(text: str) -> None:
    shown = csv_cell(text)
    assert shown.isprintable()
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    assert shown.removeprefix("'") == terminal(text) or shown == terminal(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("batch-001", "batch-001"),
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  -2+3", "'  -2+3"),
        ("\t=1", "\\t=1"),
        ("'=1", "''=1"),
        ("a=b", "a=b"),
        ("\uff1d1", "'\uff1d1"),
    ],
)
def test_cells(text: str, shown: str) -> None:
    assert csv_cell(text) == shown


@given(st.text(st.characters(codec=None)))
def test_markdown_stays_in_its_cell(text: str) -> None:
    shown = markdown(text)
    assert shown.isprintable()
    assert not any(char in shown.replace("<!-- -->", "") for char in "|<>:")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("batch-001 (2)", "batch-001 (2)"),
        ("a|b", "a&#124;b"),
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`"),
        ("[x](http://y)", r"\[x\](http&#58;//y)"),
        ("<script>&amp;", "&lt;script&gt;&amp;amp;"),
        ("@all", "@<!-- -->all"),
        ("Www.a.b", "Www<!-- -->.a.b"),
        ("a\\|b\n", r"a\\&#124;b\\n"),
    ],
)
def test_markdown_examples(text: str, shown: str) -> None:
    assert markdown(text) == shown
