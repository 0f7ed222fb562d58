"""Changing labels: what the PATCH of a project or task adds, changes and deletes, and what that does to annotations.

The rules are those of CVAT's LabelSerializer. A skeleton's parts are labels too: one that is sent by its own id is
changed like any other, in every version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.sandbox.answers import invalid, refuse
from reconciler.sandbox.attributes import set_attributes
from reconciler.sandbox.colors import color_of
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.store import Store


def create_labels(store: Store, specs: list[Doc], *, project_id: int | None = None, task_id: int | None = None) -> None:
    """Create the labels of a new project or task."""
    changes = LabelChanges(store, project_id, task_id, guarded=False)
    for spec in specs:
        changes.add(spec)


@dataclass(frozen=True)
class LabelChanges:
    """Changes the labels of a project, or of a task that has none."""

    store: Store
    project_id: int | None
    task_id: int | None
    guarded: bool
    """Whether the rules for attributes and parts are those of newer servers (``ServerVersion.guards_attributes``)."""

    def apply(self, specs: list[Doc]) -> None:
        """Add, change and delete labels, one after the other, as a PATCH says."""
        for spec in specs:
            if spec.get("id") is None:
                label = self.add(spec)
                # A skeleton's parts come back in this order when it is added to what exists (recorded).
                label["sublabels"].reverse()
                self.store.save("labels", label)
            else:
                self._change(spec)

    def _roots(self) -> list[Doc]:
        return labels_of(self.store, self.project_id, self.task_id)

    def add(self, spec: Doc) -> Doc:
        """Create a label."""
        others = self._roots()
        name = spec.get("name")
        if name is None:
            raise refuse(400, {"labels": [{"name": ["This field is required."]}]})
        _require_unique(name, others)
        parent = {"project_id": self.project_id} if self.project_id is not None else {"task_id": self.task_id}
        label: Doc = {
            "id": self.store.next_id("labels"),
            "name": name,
            "color": spec.get("color") or color_of(name, {other["color"] for other in others}),
            "attributes": [],
            "type": spec.get("type", "any"),
            "sublabels": [],
            **parent,
            "parent_id": None,
            "has_parent": False,
        }
        label["sublabels"] = self._new_parts(spec["sublabels"])
        set_attributes(self.store, label, spec["attributes"])
        if label["type"] == "skeleton":
            label["svg"] = _drawn(spec.get("svg", ""), label["sublabels"])
        self.store.insert("labels", label)
        return label

    def _new_parts(self, specs: list[Doc]) -> list[Doc]:
        parts: list[Doc] = []
        for spec in specs:
            _require_unique(spec["name"], parts)
            part: Doc = {
                "id": self.store.next_id("labels"),
                "name": spec["name"],
                "color": spec.get("color") or color_of(spec["name"], {part["color"] for part in parts}),
                "attributes": [],
                "type": spec.get("type", "any"),
                "has_parent": True,
            }
            set_attributes(self.store, part, spec["attributes"])
            parts.append(part)
        return parts

    def _change(self, spec: Doc) -> None:
        roots = self._roots()
        for root in roots:
            if root["id"] == spec["id"]:
                self._change_root(root, roots, spec)
                return
            if any(part["id"] == spec["id"] for part in root["sublabels"]):
                self._change_part(root, spec, roots)
                return
        raise refuse(404, {"detail": f"Not found label with id #{spec['id']} to change"})

    def _change_root(self, root: Doc, roots: list[Doc], spec: Doc) -> None:
        if spec.get("deleted"):
            # The annotations that use the label go with it (recorded from CVAT 2.54.1), its parts' inside them too.
            self.store.delete("annotations", "label_id = ?", (root["id"],))
            self.store.delete("labels", "id = ?", (root["id"],))
            return
        self._describe(root, [other for other in roots if other is not root], spec, roots)
        if self.guarded:
            # Older servers take the parts of a label that exists for nothing, silently.
            for part in spec["sublabels"]:
                if not any(known["id"] == part.get("id") for known in root["sublabels"]):
                    raise invalid(f"Label '{root['name']}' has no sublabel with id #{part.get('id')}")  # our words
                self._change_part(root, part, roots)
        self.store.save("labels", root)

    def _change_part(self, root: Doc, spec: Doc, roots: list[Doc]) -> None:
        part = next(part for part in root["sublabels"] if part["id"] == spec["id"])
        others = [other for other in root["sublabels"] if other is not part]
        if spec.get("deleted"):
            root["sublabels"] = others
            self._rewrite(root, lambda item: _without_element(item, part["id"]))
        else:
            self._describe(part, others, spec, roots, root)
        self.store.save("labels", root)

    def _describe(self, label: Doc, others: list[Doc], spec: Doc, roots: list[Doc], root: Doc | None = None) -> None:
        wanted = spec.get("type") or label["type"]
        if "skeleton" not in (wanted, label["type"]):
            # From or to a skeleton the type stays as it is, silently.
            label["type"] = wanted
        label["name"] = spec.get("name") or label["name"]
        _require_unique(label["name"], others)
        # Leaving the colour out makes the server choose a new one (recorded from CVAT 2.54.1).
        taken = {known["color"] for one in roots for known in (one, *one["sublabels"]) if known is not label}
        label["color"] = spec.get("color") or color_of(label["name"], taken)
        removed = set_attributes(self.store, label, spec["attributes"], guarded=self.guarded)
        if removed:
            self._rewrite(root or label, lambda item: _without_values(item, removed))

    def _rewrite(self, root: Doc, change: Callable[[Doc], Doc]) -> None:
        rows = self.store.rows("SELECT id, doc FROM annotations WHERE label_id = ?", (root["id"],))
        for row, text in rows:
            self.store.execute("UPDATE annotations SET doc = ? WHERE id = ?", (to_text(change(from_text(text))), row))


def _drawn(svg: str, parts: list[Doc]) -> str:
    for part in parts:
        svg = svg.replace(f'data-label-name="{part["name"]}"', f'data-label-id="{part["id"]}"')
    return svg


def _require_unique(name: str, others: list[Doc]) -> None:
    if any(other["name"] == name for other in others):
        raise invalid("All label names must be unique")


def _without_element(item: Doc, label_id: int) -> Doc:
    return {**item, "elements": [element for element in item.get("elements", ()) if element["label_id"] != label_id]}


def _without_values(item: Doc, specs: set[int]) -> Doc:
    """Leave out the values of attributes: of an annotation, its shapes on frames, and its parts."""
    left = {**item, "attributes": [value for value in item.get("attributes", ()) if value["spec_id"] not in specs]}
    for inside in ("shapes", "elements"):
        if inside in item:
            left[inside] = [_without_values(one, specs) for one in item[inside]]
    return left
