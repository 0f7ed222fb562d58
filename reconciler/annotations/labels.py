"""The labels that annotations use: names ↔ ids, and what the attributes say that an annotation leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pydantic import JsonValue

from reconciler.annotations.errors import AnnotationsError
from reconciler.cvat.models import Attribute, Label

_BY_ID: Final = " id "  # no name on a server begins with a space


def said_by_id(number: int) -> str:
    """What stands for a label's, part's or attribute's name where a file gives its id, until the labels are known."""
    return f"{_BY_ID}{number}"


def _id_said(name: str) -> int | None:
    return int(name.removeprefix(_BY_ID)) if name.startswith(_BY_ID) else None


@dataclass(frozen=True)
class AttributeSpec:
    """An attribute: its default fills in where an annotation has no value; a mutable one varies along a track."""

    name: str
    default: str
    mutable: bool
    id: int | None = None


@dataclass(frozen=True)
class LabelSpec:
    """A label, or a part of a skeleton. Without an id it is not on the server yet."""

    name: str
    attributes: Mapping[str, AttributeSpec]
    parts: Mapping[str, LabelSpec]
    id: int | None = None

    @cached_property
    def parts_by_id(self) -> dict[int, LabelSpec]:
        """A skeleton's parts by their ids."""
        return {part.id: part for part in self.parts.values() if part.id is not None}

    @cached_property
    def attribute_names(self) -> dict[int, str]:
        """The attributes' names by their ids."""
        return {one.id: one.name for one in self.attributes.values() if one.id is not None}

    def part(self, name: str) -> LabelSpec:
        """The part of a skeleton, by its name or what is said by id.

        Raises:
            AnnotationsError: there is none.
        """
        number = _id_said(name)
        found = self.parts.get(name) if number is None else self.parts_by_id.get(number)
        if found is None:
            raise AnnotationsError(f"label `{self.name}` has no part {_called(name)}")
        return found

    def resolved(self, values: dict[str, str]) -> dict[str, str]:
        """Attributes' values by the attributes' names.

        Raises:
            AnnotationsError: there is no such attribute.
        """
        if values.keys() <= self.attributes.keys():
            return values
        return {self._attribute(name): value for name, value in values.items()}

    def _attribute(self, name: str) -> str:
        number = _id_said(name)
        found = name if number is None else self.attribute_names.get(number)
        if found not in self.attributes:
            raise AnnotationsError(f"label `{self.name}` has no attribute {_called(name)}")
        return str(found)

    @cached_property
    def defaults(self) -> dict[str, str]:
        """What all attributes are unless an annotation says otherwise, sorted by name."""
        return {one.name: one.default for one in self.attributes.values()}

    @cached_property
    def fixed(self) -> dict[str, str]:
        """The defaults of what a track says once."""
        return {one.name: one.default for one in self.attributes.values() if not one.mutable}

    @cached_property
    def varying(self) -> dict[str, str]:
        """The defaults of what a track says on each keyframe."""
        return {one.name: one.default for one in self.attributes.values() if one.mutable}


@dataclass(frozen=True)
class LabelIds:
    """The labels of one task (its own, or its project's)."""

    labels: Mapping[str, LabelSpec]

    @classmethod
    def of(cls, labels: Iterable[Label]) -> LabelIds:
        """Those of a server's root labels."""
        return cls({label.name: _spec(label) for label in labels})

    @classmethod
    def of_states(cls, states: Mapping[str, Mapping[str, JsonValue]]) -> LabelIds:
        """Those of labels as a plan describes them (`plan.labels.label_state`), which need not exist yet."""
        return cls({name: _spec_of_state(name, state) for name, state in states.items()})

    @cached_property
    def by_id(self) -> dict[int, LabelSpec]:
        """The labels by their ids."""
        return {label.id: label for label in self.labels.values() if label.id is not None}

    def named(self, name: str) -> LabelSpec:
        """The label of this name, or of what is said by id.

        Raises:
            AnnotationsError: there is none.
        """
        number = _id_said(name)
        found = self.labels.get(name) if number is None else self.by_id.get(number)
        if found is None:
            known = ", ".join(f"`{one}`" for one in self.labels) or "none"
            raise AnnotationsError(f"there is no label {_called(name)}", hint=f"The task's labels: {known}.")
        return found

    def with_ids_of(self, others: LabelIds, names: Mapping[str, str]) -> LabelIds:
        """The same labels with the ids that others have: these are the other ones' names, where they differ."""
        return LabelIds(
            {name: _with_ids(spec, others.labels.get(names.get(name, name))) for name, spec in self.labels.items()}
        )


def _with_ids(spec: LabelSpec, other: LabelSpec | None) -> LabelSpec:
    if other is None:
        return spec
    attributes = {
        name: replace(one, id=other.attributes[name].id if name in other.attributes else None)
        for name, one in spec.attributes.items()
    }
    parts = {name: _with_ids(part, other.parts.get(name)) for name, part in spec.parts.items()}
    return LabelSpec(spec.name, attributes, parts, other.id)


def _called(name: str) -> str:
    number = _id_said(name)
    return f"`{name}`" if number is None else f"with the id {number}"


def _spec(label: Label) -> LabelSpec:
    return LabelSpec(
        label.name,
        _sorted(_attribute(one) for one in label.attributes or ()),
        {part.name: _spec(part) for part in label.sublabels or ()},
        label.id,
    )


def _attribute(one: Attribute) -> AttributeSpec:
    return AttributeSpec(one.name, one.default_value or "", bool(one.mutable), one.id)


def _spec_of_state(name: str, state: Mapping[str, JsonValue]) -> LabelSpec:
    attributes, parts = _within(state, "attributes"), _within(state, "sublabels")
    return LabelSpec(
        name,
        _sorted(_attribute_of_state(key, one) for key, one in attributes.items()),
        {key: _spec_of_state(key, part) for key, part in parts.items()},
    )


def _within(state: Mapping[str, JsonValue], key: str) -> dict[str, dict[str, JsonValue]]:
    held = state.get(key)
    return {name: one for name, one in held.items() if isinstance(one, dict)} if isinstance(held, dict) else {}


def _attribute_of_state(name: str, state: Mapping[str, JsonValue]) -> AttributeSpec:
    default = state.get("default_value")
    return AttributeSpec(name, str(default) if default is not None else "", bool(state.get("mutable")))


def _sorted(specs: Iterable[AttributeSpec]) -> dict[str, AttributeSpec]:
    return {one.name: one for one in sorted(specs, key=lambda one: one.name)}
