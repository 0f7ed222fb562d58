from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.cvat.refusals import broken, refusal, words_of
from reconciler.cvat.transport import Answer, Cause, NoAnswer

JSON = {"content-type": "application/vnd.cvat+json"}
HTML = {"content-type": "text/html; charset=utf-8"}


def answer(body: Any, status: int = 400, headers: dict[str, str] = JSON) -> Answer:
    return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": "No Task matches the given query."}, "No Task matches the given query."),
        (["filter: term 'nosuch' is not supported"], "filter: term 'nosuch' is not supported"),
        ({"name": ["This field may not be blank."]}, "name: This field may not be blank."),
        ({"non_field_errors": ["Unable to log in."]}, "Unable to log in."),
        ({"a": ["one", "two"], "b": ["three"]}, "a: one; a: two; b: three"),
        ({"labels": [{"name": ["too long"]}, {}]}, "labels.name: too long"),
        ("a plain string", "a plain string"),
        ({}, ""),
        (b"", ""),
        (b"{not json", ""),
    ],
)
def test_the_shapes_of_errors(body: Any, words: str) -> None:
    assert words_of(answer(body)) == words


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"<html><body>Server Error (500)</body></html>", HTML, ""),
        (b"<html>no type</html>", {}, ""),
        (b"upstream  timed\nout", {"content-type": "text/plain"}, "upstream timed out"),
        (b"\x00\x1b[31mred", {"content-type": "text/plain"}, "[31mred"),
        (b"\x89PNG", {"content-type": "image/png"}, ""),
    ],
)
def test_what_is_not_json(body: bytes, headers: dict[str, str], words: str) -> None:
    assert words_of(answer(body, headers=headers)) == words


def test_long_words_are_cut() -> None:
    words = words_of(answer({"detail": "x" * 5000}))
    assert len(words) == 300
    assert words.endswith("…")


def test_a_refusal() -> None:
    error = refusal("task 5 cannot be changed", answer({"detail": "no"}, 403))
    assert (error.what, error.status) == ("task 5 cannot be changed (403): no", 403)
    error = refusal("task 5 cannot be changed", answer(b"<html>", 500, HTML))
    assert error.what == "task 5 cannot be changed: the server failed (500)"
    error = refusal("task 5 cannot be changed", answer(b"<html>", 502, HTML))
    assert error.hint is not None
    assert "gateway" in error.hint


def test_no_answer() -> None:
    error = broken("task 5 cannot be changed", NoAnswer(Cause.TIMEOUT))
    assert (error.what, error.status) == ("task 5 cannot be changed: no answer in time", 0)
