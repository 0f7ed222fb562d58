"""Whatever a file holds, `load` gives a manifest or plain words about it; never a traceback."""

from __future__ import annotations

import io
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.errors import ManifestError
from reconciler.manifest import from_document, load
from reconciler.manifest.format_tree import fields_of
from reconciler.manifest.models import Block, JobOverride, JobSelector, Manifest, RuleBlock, Selector, TaskBlock
from reconciler.manifest.schema import schema

BLOCKS: tuple[type[Block], ...] = (Manifest, TaskBlock, RuleBlock, Selector, JobSelector, JobOverride)
KEYS = sorted({key for block in BLOCKS for key in fields_of(block)} | {"vars", "include", "priority", "asignee"})
SCHEMA = Draft202012Validator(schema())
JARGON = ("pydantic", "Input should", "instance of", "__", "NoneType", "does not fit")

words = st.sampled_from(["annotation", "completed", "new", "x", "", "0-9", "9-0", "${vars.x}", "[", "(", "2026-01-01"])
scalars = st.none() | st.booleans() | st.integers(-1, 3) | st.floats() | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


contents = st.fixed_dictionaries(
    {"version": st.just(1) | scalars},
    optional={
        "tasks": st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from(KEYS), values)),
        "rules": st.dictionaries(
            st.sampled_from("abc"),
            st.fixed_dictionaries(
                {"select": st.dictionaries(st.sampled_from(list(fields_of(Selector))), values), "set": values},
                optional={"mode": scalars, "revision": scalars},
            ),
        ),
        "vars": values,
        "settings": values,
        "projects": values,
        "organization": scalars,
    },
)


def plain_words(error: ManifestError) -> bool:
    return bool(error.problems) and not [word for word in JARGON if word in str(error)]


@settings(deadline=None, max_examples=300)
@given(contents)
def test_a_manifest_or_plain_words(content: dict[str, Any]) -> None:
    loaded = error = None
    try:
        loaded = load(["-"], environ={}, stdin=io.StringIO(yaml.safe_dump(content)))
    except ManifestError as raised:
        error = raised
    if loaded is not None:
        assert from_document(loaded.document).manifest == loaded.manifest
        assert [complaint.message for complaint in SCHEMA.iter_errors(content)] == []
    if error is not None:
        assert plain_words(error), str(error)
        assert all(problem.where for problem in error.problems)


@settings(deadline=None, max_examples=200)
@given(contents)
def test_a_document_or_plain_words(content: dict[str, Any]) -> None:
    error = None
    try:
        from_document(content)
    except ManifestError as raised:
        error = raised
    assert error is None or plain_words(error), str(error)
