"""How two contents differ, in words: for a person who wants to know what is not as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

from reconciler.annotations.content import Annotations
from reconciler.annotations.items import Item

_SHOWN: Final = 20
_VOWELS: Final = "aeiou"
_WORDS: Final = {"z_order": "order", "shapes": "keyframes", "elements": "parts"}

Thing = tuple[int, str, str]  # frame, what it is, label


def differences(before: Annotations, after: Annotations, *, shown: int = _SHOWN) -> list[str]:
    """What of `before` is missing in `after`, is otherwise there, or is there too much; nothing if they are equal."""
    lost, added = _by_thing(before.minus(after)), _by_thing(after.minus(before))
    lines: list[tuple[int, str]] = []
    for thing in sorted({*lost, *added}):
        gone, new = lost[thing], added[thing]
        pairs = list(zip(gone, new, strict=False))
        lines += [(thing[0], f"{_called(thing)} has other {_differing(*pair)}") for pair in pairs]
        lines += [(thing[0], f"{_called(thing)} is missing")] * (len(gone) - len(pairs))
        lines += [(thing[0], f"{_called(thing)} is there that was not")] * (len(new) - len(pairs))
    if not lines and before != after:
        return ["the same annotations are grouped otherwise"]
    told = [f"frame {frame}: {_times(text, count)}" for (frame, text), count in Counter(lines).items()]
    return told if len(told) <= shown else [*told[:shown], f"… and {len(told) - shown} more differences"]


def _by_thing(content: Annotations) -> dict[Thing, list[Item]]:
    found: dict[Thing, list[Item]] = defaultdict(list)
    for kind, items in content.of_kinds():
        for item in items:
            found[item["frame"], _what(kind, item), item["label"]].append(item)
    return found


def _what(kind: str, item: Item) -> str:
    if kind == "tags":
        return "tag"
    return str(item["type"]) if kind == "shapes" else f"track of a {item['shapes'][0]['type']}"


def _called(thing: Thing) -> str:
    _, what, label = thing
    return f"{'an' if what[0] in _VOWELS else 'a'} {what} `{label}`"


def _times(text: str, count: int) -> str:
    return text if count == 1 else f"{text} ({count} times)"


def _differing(one: Item, other: Item) -> str:
    return " and ".join(_WORDS.get(key, key) for key in sorted(_keys(one, other))) or "values"


def _keys(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {key for key in {*one, *other} - {"group"} if one.get(key) != other.get(key)}
