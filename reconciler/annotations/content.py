"""Annotations by content: what is where, without the ids that the server gives anew with every write.

Two contents are equal if they have the same items, each as often, in whatever order; groups may be numbered otherwise.
To content belong: label, frame, type, points, rotation, order, occluded, outside, attributes, source, group, score;
not: ids, the version number, and what `items` names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, cast

from reconciler.annotations.completing import completed, fitted
from reconciler.annotations.cutting import without_parts
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.grouping import shifted, signatures
from reconciler.annotations.items import KINDS, Item, is_visible
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.numbers import Numbers

Items = tuple[Item, ...]
_write = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, eq=False)
class Annotations:
    """Tags, shapes and tracks in canonical form (`items`). Never changed: what is made of it shares its items."""

    tags: Items = ()
    shapes: Items = ()
    tracks: Items = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Annotations:
        """What `as_json` gave.

        Raises:
            AnnotationsError: it is something else.
        """
        kinds = [data.get(kind) for kind in KINDS]
        if not all(isinstance(items, list) and all(isinstance(one, dict) for one in items) for items in kinds):
            raise AnnotationsError("this is no copy of annotations: it has no lists of tags, shapes and tracks")
        return cls(*(tuple(cast("list[Item]", items)) for items in kinds))

    def as_json(self) -> dict[str, list[Item]]:
        """Plain JSON. `from_json` reads it back."""
        return {kind: list(items) for kind, items in self.of_kinds()}

    def of_kinds(self) -> Iterator[tuple[str, Items]]:
        """("tags", …), ("shapes", …), ("tracks", …)."""
        yield from zip(KINDS, (self.tags, self.shapes, self.tracks), strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Annotations) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __bool__(self) -> bool:
        return bool(self.tags or self.shapes or self.tracks)

    @cached_property
    def digest(self) -> str:
        """The same for equal contents, and only for them."""
        lines = sorted(f"{kind} {group} {text}" for kind in KINDS for text, group in self.signed[kind])
        return sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def numbers(self) -> Numbers:
        """How much it is."""
        return Numbers(tags=len(self.tags), shapes=len(self.shapes), tracks=len(self.tracks))

    @cached_property
    def signed(self) -> dict[str, list[tuple[str, str]]]:
        """By kind and in order, each item's text (without its group's number) and the signature of its group."""
        texts = {kind: [text_of(item) for item in items] for kind, items in self.of_kinds()}
        known = signatures(
            (f"{kind} {text}", item["group"])
            for kind, items in self.of_kinds()
            for text, item in zip(texts[kind], items, strict=True)
        )
        return {
            kind: [(text, known[item["group"]]) for text, item in zip(texts[kind], items, strict=True)]
            for kind, items in self.of_kinds()
        }

    @property
    def labels(self) -> set[str]:
        """Which labels it uses (not the parts of skeletons)."""
        return {item["label"] for _, items in self.of_kinds() for item in items}

    def minus(self, other: Annotations) -> Annotations:
        """What of this is not in the other, each item as often as it is missing.

        Equal items in different groups count as the same: whether something is there does not depend on its group.
        A track that the other has in parts, cut at the bounds of jobs, is there, too (`cutting`).
        """
        gone = {kind: _matches(items, self.signed[kind], other.signed[kind]) for kind, items in self.of_kinds()}
        left = {
            kind: [item for place, item in enumerate(items) if place not in gone[kind]]
            for kind, items in self.of_kinds()
        }
        if left["tracks"] and len(gone["tracks"]) < len(other.tracks):
            paired = _matches(other.tracks, other.signed["tracks"], self.signed["tracks"])
            unpaired = [track for place, track in enumerate(other.tracks) if place not in paired]
            left["tracks"] = without_parts(left["tracks"], unpaired)
        return Annotations(*(tuple(left[kind]) for kind in KINDS))

    def plus(self, other: Annotations) -> Annotations:
        """Both together. The same group number is the same group: see `apart_from`."""
        return Annotations(self.tags + other.tags, self.shapes + other.shapes, self.tracks + other.tracks)

    def apart_from(self, other: Annotations) -> Annotations:
        """The same content with group numbers that the other does not use: added to it, groups do not run together."""
        last = max((item["group"] for _, items in other.of_kinds() for item in items), default=0)
        if not last:
            return self
        return Annotations(*(shifted(items, last) for _, items in self.of_kinds()))

    def missing_in(self, other: Annotations) -> Annotations:
        """What has to be added to the other for it to have all of this."""
        return self.minus(other).apart_from(other)

    def using(self, labels: Collection[str]) -> Annotations:
        """The items that use one of these labels: what goes when the labels are removed."""
        return self._where(lambda item: item["label"] in labels)

    def without(self, labels: Collection[str]) -> Annotations:
        """The items that use none of these labels: what stays when the labels are removed."""
        return self._where(lambda item: item["label"] not in labels)

    def renamed(self, names: Mapping[str, str]) -> Annotations:
        """The same with other labels: old name → new name."""
        return self._each(lambda _, item: {**item, "label": names.get(item["label"], item["label"])})

    def completed(self, ids: LabelIds) -> Annotations:
        """With the attributes' defaults where they are left out, as the server gives them back.

        Raises:
            AnnotationsError: a label or attribute is not there; says which, and where.
        """

        def complete(kind: str, item: Item) -> Item:
            try:
                return completed(kind, item, ids)
            except AnnotationsError as wrong:
                raise AnnotationsError(f"frame {item['frame']}: {wrong.what}", hint=wrong.hint) from None

        return self._each(complete)

    def fitted(self, ids: LabelIds) -> Annotations:
        """As the server shows it once the labels are these: their attributes are, others are gone."""
        return self._each(lambda kind, item: fitted(kind, item, ids))

    def beyond(self, size: int) -> Annotations:
        """The items outside a task of so many frames: the server drops them without a word (FACTS §4)."""
        return self._where(lambda item: item["frame"] >= size)

    def _where(self, wanted: Any) -> Annotations:
        return Annotations(*(tuple(item for item in items if wanted(item)) for _, items in self.of_kinds()))

    def _each(self, change: Any) -> Annotations:
        return Annotations(*(tuple(change(kind, item) for item in items) for kind, items in self.of_kinds()))


def text_of(item: Item) -> str:
    """What tells an item from others, but for its group. Parts of a track that are never visible do not count."""
    known = {key: value for key, value in item.items() if key != "group"}
    if "shapes" in item and item["elements"]:
        known["elements"] = [part for part in item["elements"] if is_visible(part)]
    return _write(known)


def _matches(items: Items, signed: list[tuple[str, str]], others: list[tuple[str, str]]) -> set[int]:
    """The places of the items that the others have, too: first those of equal groups, then equal ones of any."""
    wanted = Counter(others)
    # Groups of equal content are matched one after the other, not a bit of each: the last numbers first.
    order = sorted(range(len(items)), key=lambda place: items[place]["group"], reverse=True)
    found = {place for place in order if _taken(wanted, signed[place])}
    rest: Counter[str] = Counter()
    for (text, _), count in wanted.items():
        rest[text] += count
    return found | {place for place in order if place not in found and _taken(rest, signed[place][0])}


def _taken(counts: Counter[Any], key: Any) -> bool:
    if counts[key] <= 0:
        return False
    counts[key] -= 1
    return True
