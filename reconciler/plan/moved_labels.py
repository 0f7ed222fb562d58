"""Whether a label can become another one when its task goes into a project.

CVAT looks there for a label of the name, for attributes of the same name, input type and values, and for skeletons of
the same name with the same parts; what it does not find is a refusal (CVAT's source, TaskWriteSerializer: `validate`
and `update_project`, 2.54.1 and later).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.plan.labels import SKELETON, table
from reconciler.plan.steps import Image
from reconciler.wording import listed

_ALIKE = ("input_type", "values")


@dataclass(frozen=True)
class Missing:
    """What a project has not that a task needs there: labels by name, and what of others, in words."""

    labels: tuple[str, ...]
    parts: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.labels or self.parts)

    def __str__(self) -> str:
        named = [f"the label{'s' * (len(self.labels) > 1)} {listed(self.labels)}"] if self.labels else []
        return " and ".join([*named, *self.parts])


def missing_for(labels: Iterable[Image], there: Mapping[str, Image], becoming: Mapping[str, str]) -> Missing:
    """What is not there for a task with these labels, some of which are to become others (old name → new)."""
    missing: list[str] = []
    parts: list[str] = []
    for label in labels:
        name = str(label["name"])
        new = becoming.get(name, name)
        if new in there:
            parts += lacking_in(label, there[new])
        else:
            missing.append(name if new == name else f"{name} (as {new})")
    return Missing(tuple(missing), tuple(parts))


def lacking_in(label: Image, there: Image) -> list[str]:
    """What of a label (`plan.labels.label_state`) the one that it is to become has not, in words."""
    found = list(_attributes(label, there, str(there["name"])))
    if label.get("type") != SKELETON:
        return found
    if label["name"] != there["name"]:
        return [*found, f"the skeleton {label['name']} under its own name, which skeletons keep"]
    parts, known = table(label.get("sublabels")), table(there.get("sublabels"))
    if other := sorted(parts.keys() ^ known.keys()):
        return [*found, f"the same parts in {there['name']} ({', '.join(other)})"]
    for name, part in parts.items():
        found += _attributes(table(part), table(known[name]), f"{there['name']}.{name}")
    return found


def _attributes(label: Image, there: Image, called: str) -> Iterator[str]:
    wanted = table(label.get("attributes"))
    known = {name: one for name, one in table(there.get("attributes")).items() if one is not None}
    if gone := [name for name in wanted if name not in known]:
        yield f"the attribute{'s' * (len(gone) > 1)} {', '.join(gone)} of {called}"
    for name, one in wanted.items():
        if name in known and any(table(one).get(key) != table(known[name]).get(key) for key in _ALIKE):
            yield f"the attribute {name} of {called} with the same input type and values"
