"""Variables inside flow collections: no quotes, no lost places."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ManifestError
from reconciler.manifest.loading import load
from reconciler.manifest.shielding import shielded, unshielded


@given(st.text())
def test_a_shield_comes_off_again_and_moves_nothing(text: str) -> None:
    if shielded(text) != text:
        assert unshielded(shielded(text)) == text
    assert len(shielded(text)) == len(text)


def test_a_variable_in_a_mapping_on_one_line() -> None:
    manifest = """\
version: 1
vars: {reviewer: ${env.REVIEWER:-alice}, tracker: ${env.TRACKER:-https://t.example/a, b #1}}
tasks:
  a: {project: street, assignee: ${vars.reviewer}, bug_tracker: "${vars.tracker}", subset: '${vars.reviewer}'}
rules:
  r: {select: {subset: [${vars.reviewer}, Test]}, set: {owner: ${vars.reviewer}}}
"""
    loaded = load(["-"], environ={"REVIEWER": "bob"}, stdin=io.StringIO(manifest))
    task = loaded.manifest.tasks["a"]
    assert (task.assignee, task.subset, task.bug_tracker) == ("bob", "bob", "https://t.example/a, b #1")
    assert loaded.manifest.rules["r"].select.subset == ("bob", "Test")
    assert str(loaded.locations.at("tasks", "a", "bug_tracker")) == "-:4:65"


def test_messages_show_what_was_written() -> None:
    manifest = "version: 1\ntasks: {a: {id: ${vars.nope}, status: ${oops}}}\n"
    with pytest.raises(ManifestError) as caught:
        load(["-"], environ={}, stdin=io.StringIO(manifest))
    said = str(caught.value)
    assert "there is no variable `nope`" in said
    assert "`${oops}` is not a variable" in said
