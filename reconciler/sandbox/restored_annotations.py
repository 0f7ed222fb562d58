"""The annotations of a backup, which name labels and attributes, put back into jobs."""

from __future__ import annotations

from reconciler.sandbox import annotation_data
from reconciler.sandbox.annotation_checks import KINDS, checked_annotations, label_book, require_known
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store


def restore_annotations(store: Store, task: Doc, held: list[Doc]) -> None:
    """Put the annotations of each job back, in the order of the jobs."""
    roots = {label["name"]: label for label in labels_of(store, task["project_id"], task["id"])}
    labels = label_book(store, task)
    for job, known in zip(store.docs("jobs", "task_id = ?", (task["id"],)), held, strict=False):
        mapped = {kind: [_mapped(item, roots) for item in known[kind]] for kind in KINDS}
        sent = checked_annotations(mapped)
        require_known(sent, labels)
        annotation_data.write_job(store, job, sent, "put")


def _mapped(item: Doc, labels: dict[str, Doc]) -> Doc:
    label = labels[item["label"]]
    specs = {spec["name"]: spec["id"] for spec in label["attributes"]}
    mapped = {**item, "label_id": label["id"], "attributes": _values(item, specs)}
    if "shapes" in item:
        mapped["shapes"] = [{**shape, "attributes": _values(shape, specs)} for shape in item["shapes"]]
    parts = {part["name"]: part for part in label.get("sublabels", ())}
    mapped["elements"] = [_mapped(element, parts) for element in item.get("elements") or ()]
    return mapped


def _values(holder: Doc, specs: dict[str, int]) -> list[Doc]:
    return [{"spec_id": specs[value["name"]], "value": value["value"]} for value in holder["attributes"]]
