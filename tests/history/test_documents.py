"""Files that are not what they should be, each told apart and none a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.history.documents import Unreadable, digest_of, encode, parse, validate
from reconciler.history.ledger import load_ledger
from reconciler.history.model import Ledger
from reconciler.history.store import StateStore

FORMAT = "reconciler.ledger/1"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\0\0\0\0", "it is empty"),
        (b'{"format": "reconciler.led', "cut off"),
        (b'{"format": "reconciler.ledger/1", "entries": [', "cut off"),
        (b"<html>", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"1" * 10_000, "not valid JSON"),
        (b"[]", "not a file of the reconciler"),
        (b'{"version": 4, "serial": 1}', "not a file of the reconciler"),
        (b'{"format": 1}', "not a file of the reconciler"),
        (b'{"format": "reconciler.run/1"}', "it is a 'reconciler.run', not a 'reconciler.ledger'"),
        (b'{"format": "reconciler.ledger/2"}', "format version '2', and this version of the reconciler reads '1'"),
        (b'{"format": "reconciler.ledger/1", "entries": 5}', "entries"),
        (b'{"format": "reconciler.ledger/1", "password": "hunter2"}', "password"),
    ],
)
def test_each_kind_of_wrong_file(tmp_path: Path, content: bytes, why: str) -> None:
    store = StateStore(tmp_path)
    store.write("ledger.json", content)
    with pytest.raises(StateError) as caught:
        load_ledger(store)
    assert str(tmp_path / "ledger.json") in caught.value.what
    assert why in caught.value.what
    assert caught.value.hint
    assert "hunter2" not in str(caught.value)


@given(st.binary(max_size=200))
def test_no_bytes_are_a_traceback(content: bytes) -> None:
    with pytest.raises(Unreadable):
        validate(parse(content, FORMAT), Ledger)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    )
)
def test_a_digest_survives_the_file(plain: object) -> None:
    assert digest_of(json.loads(json.dumps(plain, indent=1))) == digest_of(plain)


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"})
    assert digest_of([1, 2]) != digest_of([2, 1])


def test_files_are_for_people_to_look_into() -> None:
    assert encode(Ledger()) == b'{\n "format": "reconciler.ledger/1",\n "entries": []\n}\n'
