"""Comparing what is there with what a step says: only the keys that it says count, at every depth."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from reconciler.plan.steps import Image


def only(found: Image, *said: Image | None) -> Image:
    """What was found, as far as one of the images says something about it. What is missing is None."""
    return {key: _below(found.get(key), [one[key] for one in said if one and key in one]) for key in _keys(said)}


def same(one: Image | None, other: Image | None) -> bool:
    """Whether two images say the same. None within them and a missing key are the same: it is not there."""
    return _plain(one) == _plain(other)


def differing(found: Image, expected: Image) -> str:
    """What is not as expected, in words: `name is 'x'`."""
    now = only(found, expected)
    return ", ".join(f"{key} is {_short(now[key])}" for key in expected if _plain(now[key]) != _plain(expected[key]))


def _keys(said: tuple[Image | None, ...]) -> list[str]:
    return list(dict.fromkeys(key for one in said if one for key in one))


def _below(found: JsonValue, said: list[JsonValue]) -> JsonValue:
    """A dict is compared key by key, where what is said of it is one too."""
    dicts: tuple[Image | None, ...] = tuple(one for one in said if isinstance(one, dict))
    if isinstance(found, dict) and dicts and all(one is None or isinstance(one, dict) for one in said):
        return only(found, *dicts)
    return found


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, Mapping):
        return {key: plain for key, inner in value.items() if (plain := _plain(inner)) is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _short(value: JsonValue) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
