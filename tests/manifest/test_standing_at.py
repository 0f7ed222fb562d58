from __future__ import annotations

from reconciler.manifest.nodes import Node
from reconciler.manifest.standing_at import EACH, each_at, found_at, is_spoilt, words_at
from reconciler.manifest.yaml_reading import read_yaml

TEXT = """\
rules:
  a: {to: [ann, 5, bob], set: {owner: eve}}
  b: {to: max, set: [ann]}
  c: no
"""


def read(text: str) -> Node:
    [node] = read_yaml(text, "m.yaml", [])
    return node


def test_what_fits_a_pattern() -> None:
    found = [
        path for path, _ in found_at(read(TEXT), ("rules", EACH, "set"), ("rules", "a", "set", "owner"), ("tasks",))
    ]
    assert found == [("rules", "a", "set"), ("rules", "b", "set"), ("rules", "a", "set", "owner")]
    assert [path for path, _ in found_at(read(TEXT), ("rules", "b", "set", EACH))] == [("rules", "b", "set", 0)]


def test_lists_word_by_word() -> None:
    assert list(words_at(read(TEXT), ("rules", EACH, "to"))) == [
        (("rules", "a", "to", 0), "ann"),
        (("rules", "a", "to", 2), "bob"),
        (("rules", "b", "to"), "max"),
    ]


def test_what_was_reported_is_passed_over() -> None:
    unclear = read("to: [ann, no, {name: no}, [no]]\nis: no\n")
    assert [path for path, _ in each_at(unclear, ("to",), ("is",))] == [("to", 0)]
    assert is_spoilt(unclear)
    assert not is_spoilt(read("{a: [b, {c: d}]}"))
