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
from reconciler.manifest.models import (
    AnnotationsBlock,
    AttributeBlock,
    Block,
    CloudFiles,
    DataBlock,
    GuideBlock,
    JobOverride,
    JobSelector,
    LabelBlock,
    Lifecycle,
    Manifest,
    ProjectBlock,
    Prune,
    RuleBlock,
    Selector,
    StorageBlock,
    TaskBlock,
    ValidationBlock,
)
from reconciler.manifest.schema import schema

BLOCKS: tuple[type[Block], ...] = (Manifest, TaskBlock, RuleBlock, Selector, JobSelector, JobOverride)
KEYS = sorted({key for block in BLOCKS for key in fields_of(block)} | {"vars", "include", "priority", "asignee"})
SCHEMA = Draft202012Validator(schema())
JARGON = ("pydantic", "Input should", "instance of", "__", "NoneType", "does not fit")

NEW: tuple[type[Block], ...] = (
    ProjectBlock,
    LabelBlock,
    AttributeBlock,
    DataBlock,
    ValidationBlock,
    CloudFiles,
    AnnotationsBlock,
    GuideBlock,
)
SMALL: tuple[type[Block], ...] = (Prune, Lifecycle, StorageBlock)
KEYS_OF_OBJECTS = sorted({key for block in NEW + SMALL for key in fields_of(block)})
LABEL_WORDS = ["skeleton", "checkbox", "number", "select", "true", "#ff0000", " x", "local", "absent", "gt_pool", "a/*"]

words = st.sampled_from(["annotation", "completed", "new", "x", "", "0-9", "9-0", "${vars.x}", "[", "(", "2026-01-01"])
scalars = st.none() | st.booleans() | st.integers(-1, 3) | st.floats() | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)
scalars_of_objects = scalars | st.sampled_from(LABEL_WORDS)
values_of_objects = st.recursive(
    scalars_of_objects,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS_OF_OBJECTS), inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


def shaped(block: type[Block], depth: int = 2) -> st.SearchStrategy[Any]:
    """Mappings with a block's own keys, so that what is below them is reached."""
    inner = values_of_objects if depth == 0 else values_of_objects | shaped_below(depth)
    return st.dictionaries(st.sampled_from(list(fields_of(block))), inner, max_size=5)


def shaped_below(depth: int) -> st.SearchStrategy[Any]:
    return st.sampled_from(NEW).flatmap(lambda block: shaped(block, depth - 1))


labels = st.dictionaries(
    st.sampled_from(["car", "van", " x", "jobs"]),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["rectangle", "skeleton", "bbox"]) | scalars_of_objects,
            "color": scalars_of_objects,
            "renamed_from": st.sampled_from(["car", "van", "bus"]) | scalars_of_objects,
            "attributes": st.dictionaries(st.sampled_from("ab"), shaped(AttributeBlock, 0), max_size=2),
            "sublabels": st.dictionaries(st.sampled_from("ab"), shaped(LabelBlock, 0), max_size=2),
            "svg": scalars_of_objects,
        },
    )
    | st.none(),
    max_size=3,
)
objects = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "projects": st.dictionaries(
            st.sampled_from("ab"), shaped(ProjectBlock) | st.fixed_dictionaries({"labels": labels}), max_size=2
        ),
        "tasks": st.dictionaries(
            st.sampled_from("ab"),
            shaped(TaskBlock) | st.fixed_dictionaries({"data": shaped(DataBlock)}, optional={"labels": labels}),
            max_size=2,
        ),
    },
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


@settings(deadline=None, max_examples=400)
@given(contents | objects)
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


@settings(deadline=None, max_examples=300)
@given(contents | objects)
def test_a_document_or_plain_words(content: dict[str, Any]) -> None:
    error = None
    try:
        from_document(content)
    except ManifestError as raised:
        error = raised
    assert error is None or plain_words(error), str(error)
