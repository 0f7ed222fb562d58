"""Tasks with everything that a backup forgets, and copies of them."""

from __future__ import annotations

import json
import stat
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.cvat import Session
from reconciler.history.store import StateStore
from reconciler.sandbox import Sandbox
from reconciler.snapshots.model import Copy
from reconciler.snapshots.reading import BACKUP, file_path
from reconciler.snapshots.restoring import Restoring
from reconciler.snapshots.taking import Taking
from tests.sandbox.tasks import LABELS, Worker

SNAPSHOT = "20261122-155501-3f2a"


@dataclass
class Studio:
    """One server, one state store, and what is done with them."""

    sandbox: Sandbox
    worker: Worker
    session: Session
    store: StateStore
    stop: threading.Event = field(default_factory=threading.Event)

    def taking(self, snapshot_id: str = SNAPSHOT) -> Taking:
        return Taking(self.session, self.store, snapshot_id, reason="a test", stop=self.stop)

    def copy(self, task: dict[str, Any], *, backup: bool = True, snapshot_id: str = SNAPSHOT) -> Copy:
        return self.taking(snapshot_id).task(task["id"], backup=backup)

    def restoring(self) -> Restoring:
        return Restoring(self.session, self.store, self.stop)

    def rich_task(self, **more: Any) -> dict[str, Any]:
        """A task in a project, with people, a position, an issue, a guide with a picture, ground truth."""
        worker = self.worker
        project = worker.make("/api/projects", {"name": "Street", "labels": LABELS})
        fields = {"project_id": project["id"], "assignee_id": 1, "subset": "Test", "bug_tracker": "https://b"}
        task = worker.task(6, **{**fields, **more})
        worker.annotate(task)
        worker.make(
            "/api/jobs",
            {"type": "ground_truth", "task_id": task["id"], "frame_selection_method": "manual", "frames": [1, 4]},
        )
        first, *_, gold = worker.jobs(task)
        tag = {"frame": 4, "label_id": worker.labels(task)["person"]["id"], "attributes": []}
        self.ask("PUT", f"/api/jobs/{gold['id']}/annotations", {"tags": [tag], "shapes": [], "tracks": []})
        self.ask("PATCH", f"/api/jobs/{first['id']}", {"stage": "acceptance", "state": "completed", "assignee": 1})
        issue = worker.make(
            "/api/issues", {"frame": 0, "position": [1, 2.5, 3, 4], "job": first["id"], "message": "too wide"}
        )
        worker.make("/api/comments", {"issue": issue["id"], "message": "fixed"})
        self.ask("PATCH", f"/api/issues/{issue['id']}", {"resolved": True})
        guide = worker.make("/api/guides", {"task_id": task["id"], "markdown": ""})
        asset = worker.asset(guide, "a.png")
        self.ask("PATCH", f"/api/guides/{guide['id']}", {"markdown": f"# Tight ![x](/api/assets/{asset['uuid']})"})
        return dict(worker.get(f"/api/tasks/{task['id']}"))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.worker.ask(method, path, body)
        assert status in (200, 201, 204), answer
        return answer

    def delete(self, task: dict[str, Any]) -> None:
        self.ask("DELETE", f"/api/tasks/{task['id']}")

    def seen(self, number: int) -> dict[str, Any]:
        """A task as a person sees it: all but ids and dates."""
        worker = self.worker
        task = worker.get(f"/api/tasks/{number}")
        jobs = worker.jobs(task)
        places = {job["id"]: place for place, job in enumerate(jobs)}
        issues = [issue for job in jobs for issue in worker.get(f"/api/issues?job_id={job['id']}")["results"]]
        guide = worker.get(f"/api/guides/{task['guide_id']}")["markdown"] if task["guide_id"] else None
        return {
            **{name: task[name] for name in ("name", "subset", "bug_tracker", "status", "project_id")},
            "people": [task["owner"]["username"], (task["assignee"] or {}).get("username")],
            "jobs": [(j["type"], j["start_frame"], j["stage"], j["state"], bool(j["assignee"])) for j in jobs],
            "issues": [(places[one["job"]], one["frame"], one["position"], one["resolved"]) for one in issues],
            "comments": sorted(
                one["message"]
                for issue in issues
                for one in worker.get(f"/api/comments?issue_id={issue['id']}")["results"]
            ),
            "guide": guide and guide.partition("/api/assets/")[0],
            "annotations": _sorted(worker.content(task)) if task.get("size") else {},
            "gold": [len(worker.get(f"/api/jobs/{j['id']}/annotations")["tags"]) for j in jobs],
        }

    def files(self) -> list[str]:
        """Every file in the state folder, unfinished ones too."""
        return sorted(str(p.relative_to(self.store.folder)) for p in self.store.folder.rglob("*") if p.is_file())

    def private(self) -> bool:
        paths = [path for path in self.store.folder.rglob("*") if path.is_file()]
        return {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}

    def backup_of(self, copy: Copy) -> Path:
        return file_path(self.store, copy, BACKUP)


def rewritten(content: bytes | Path, change: Callable[[dict[str, bytes]], object], to: Path) -> Path:
    """A backup with other files in it."""
    source = content if isinstance(content, Path) else to.with_suffix(".before")
    if isinstance(content, bytes):
        source.write_bytes(content)
    with zipfile.ZipFile(source) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    change(held)
    with zipfile.ZipFile(to, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return to


def edited(held: dict[str, bytes], name: str, change: Callable[[Any], None]) -> None:
    """Change a JSON file among others."""
    document = json.loads(held[name])
    change(document)
    held[name] = json.dumps(document).encode()


def _sorted(value: Any) -> Any:
    """With each list of attributes in the order of their names."""
    if isinstance(value, list):
        return (
            [_sorted(one) for one in sorted(value, key=lambda one: one["spec_id"])]
            if _attributes(value)
            else [_sorted(one) for one in value]
        )
    return {name: _sorted(one) for name, one in value.items()} if isinstance(value, dict) else value


def _attributes(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(one, dict) and "spec_id" in one for one in value)
