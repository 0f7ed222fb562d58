"""Backups in CVAT's own layout (as a recorded one has it), with what they leave out: people, ids, projects, issues."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from reconciler.sandbox import annotation_rows
from reconciler.sandbox.annotation_checks import KINDS, Labels, label_book
from reconciler.sandbox.archives import packed
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media, content_of, media_of
from reconciler.sandbox.new_jobs import frames_of
from reconciler.sandbox.store import Store

VERSION = "1.0"
TASK_FILE, PROJECT_FILE, ANNOTATIONS_FILE = "task.json", "project.json", "annotations.json"
GUIDE_FILE, ASSETS, DATA, MANIFEST = "annotation_guide.md", "assets", "data", "manifest.jsonl"

_ATTRIBUTE = ("name", "mutable", "input_type", "default_value", "values")


def task_backup(store: Store, task: Doc) -> bytes:
    """Make the backup of a task."""
    return packed(_task_files(store, task, ""))


def project_backup(store: Store, project_id: int) -> bytes:
    """Make the backup of a project: its labels and guide, and its tasks that have data."""
    project = store.get("projects", project_id)
    about = {name: project[name] for name in ("name", "bug_tracker", "status")}
    about |= {"labels": [_label(label) for label in labels_of(store, project_id, None)], "version": VERSION}
    files = {PROJECT_FILE: json.dumps(about).encode()}
    tasks = store.docs("tasks", "project_id = ? AND json_extract(doc, '$.size')", (project_id,))
    for place, task in enumerate(tasks):
        files |= _task_files(store, task, f"task_{place}/")
    return packed(files | _guide_files(store, "project_id", project_id, ""))


def _task_files(store: Store, task: Doc, folder: str) -> dict[str, bytes]:
    if task["validation_mode"] == "gt_pool":
        raise NotImplementedError(f"The sandbox backs up no tasks with a ground truth pool (task {task['id']})")
    media, labels = media_of(store, task), label_book(store, task)
    if (media.storage, media.storage_method) == ("share", "file_system"):
        raise Exception("The task cannot be exported because it does not contain any raw data")
    jobs = store.docs("jobs", "task_id = ?", (task["id"],))
    files = {f"{folder}{DATA}/{source[0]}": content_of(store, task["id"], source) for source in media.sources}
    files[f"{folder}{DATA}/{MANIFEST}"] = _manifest(media).encode()
    files[folder + TASK_FILE] = json.dumps(_about(store, task, media, jobs)).encode()
    held = [_with_names(annotation_rows.read_job(store, job, labels), labels) for job in jobs]
    files[folder + ANNOTATIONS_FILE] = json.dumps(held).encode()
    return files | _guide_files(store, "task_id", task["id"], folder)


def _manifest(media: Media) -> str:
    lines: list[Doc] = [{"version": "1.1"}, {"type": "images"}]
    for name, width, height in media.sources:
        path = PurePosixPath(name)
        stem = str(path.with_suffix(""))
        lines.append({"name": stem, "extension": path.suffix, "width": width, "height": height})
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def _about(store: Store, task: Doc, media: Media, jobs: list[Doc]) -> Doc:
    about: Doc = {name: task[name] for name in ("name", "bug_tracker", "status", "subset")}
    if task["consensus_enabled"]:
        about["consensus_replicas"] = store.value("SELECT replicas FROM tasks WHERE id = ?", (task["id"],))
    labels = labels_of(store, task["project_id"], task["id"])
    return {
        **about,
        "labels": [_label(label) for label in labels],
        "version": VERSION,
        "data": _data(task, media),
        "jobs": [_job(store, job, media) for job in jobs],
    }


def _label(label: Doc) -> Doc:
    about: Doc = {name: label[name] for name in ("name", "color", "type")}
    about["attributes"] = [{name: attribute[name] for name in _ATTRIBUTE} for attribute in label["attributes"]]
    about["sublabels"] = [_label(part) for part in label.get("sublabels", ())]
    if label.get("svg"):
        about["svg"] = label["svg"]
        for part in label["sublabels"]:
            by_id, by_name = f'data-label-id="{part["id"]}"', f'data-label-name="{part["name"]}"'
            about["svg"] = about["svg"].replace(by_id, by_name)
    return about


def _data(task: Doc, media: Media) -> Doc:
    data: Doc = {
        "chunk_size": media.chunk_size,
        "image_quality": task.get("image_quality", 70),
        "start_frame": media.start,
        "stop_frame": media.stop,
        "storage_method": media.storage_method,
        "sorting_method": media.sorting_method,
        "chunk_type": "imageset",
        "deleted_frames": media.deleted,
        "storage": "local",
    }
    if media.frame_filter:
        data["frame_filter"] = media.frame_filter
    if media.custom_segments:
        data["custom_segments"] = True
    return data


def _job(store: Store, job: Doc, media: Media) -> Doc:
    # Only the legacy status is kept: stage, state and assignee are lost (recorded from CVAT 2.54.1).
    about: Doc = {name: job[name] for name in ("status", "type", "start_frame", "stop_frame")}
    frames = frames_of(store, job)
    if frames is not None:
        # Counted in the source, as it keeps them (CVAT's source: JobWriteSerializer.create, TaskExporter).
        about["frames"] = [media.source_number(frame) for frame in frames]
    elif media.custom_segments:
        about["files"] = [name for name, _, _ in media.frames[job["start_frame"] : job["stop_frame"] + 1]]
    return about


def _with_names(annotations: Doc, labels: Labels) -> Doc:
    named = {kind: [_named(item, labels) for item in annotations[kind]] for kind in KINDS}
    return {"version": 0, **named}


def _named(item: Doc, labels: Labels) -> Doc:
    label = labels[item["label_id"]]
    names = {spec["id"]: spec["name"] for spec in label["attributes"]}
    named = {name: value for name, value in item.items() if name not in ("id", "label_id")}
    named |= {"label": label["name"], "attributes": _named_values(item, names)}
    if "shapes" in item:
        shapes = [{**shape, "attributes": _named_values(shape, names)} for shape in item["shapes"]]
        named["shapes"] = [{name: value for name, value in shape.items() if name != "id"} for shape in shapes]
    if "elements" in item:
        named["elements"] = [_named(element, labels) for element in item["elements"]]
    return named


def _named_values(holder: Doc, names: dict[int, str]) -> list[Doc]:
    known = [value for value in holder["attributes"] if value["spec_id"] in names]
    return [{"name": names[value["spec_id"]], "value": value["value"]} for value in known]


def _guide_files(store: Store, column: str, key: int, folder: str) -> dict[str, bytes]:
    """Give an object's own guide and its pictures. A task's backup does not hold its project's guide."""
    files: dict[str, bytes] = {}
    for guide in store.docs("guides", f"{column} = ?", (key,)):
        markdown = guide["markdown"]
        for asset in store.docs("assets", "guide_id = ?", (guide["id"],)):
            path = f"{ASSETS}/{asset['uuid']}_{asset['filename']}"
            content = store.value("SELECT content FROM assets WHERE id = ?", (asset["id"],))
            files[folder + path] = bytes(content)
            markdown = re.sub(f"/api/assets/{asset['uuid']}", path, markdown)
        files[folder + GUIDE_FILE] = markdown.encode()
    return files
