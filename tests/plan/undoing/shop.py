"""A project that is made, changed and taken back by real runs, and what somebody else does meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler import operations
from reconciler.apply.running import Outcome
from reconciler.history.model import RunStatus
from reconciler.plan.model import Conflict, Plan
from reconciler.sandbox.pictures import stand_in
from tests.apply.desk import Desk
from tests.laws.contents import Contents, contents
from tests.sandbox.tasks import Worker

Document = dict[str, Any]
FRAMES = 4
CAR: Document = {
    "type": "rectangle",
    "color": "#ff0000",
    "attributes": {"parked": {"input_type": "checkbox", "values": ["false"], "mutable": True}},
}
VAN: Document = {"color": "#00ff00"}


@dataclass
class Shop:
    """Manifests applied and rolled back; a worker who does not ask."""

    desk: Desk
    worker: Worker

    def __post_init__(self) -> None:
        (self.desk.folder / "images").mkdir()
        for number in range(FRAMES):
            (self.desk.folder / "images" / f"{number}.png").write_bytes(stand_in(f"frame {number}"))

    # What the tool does

    def life(self, **more: Any) -> Document:
        """A project Life with a guide and two labels, and a task in it with four frames, annotated from a file."""
        document: Document = {
            "version": 1,
            "settings": {"limits": {"max_deletes": 20}},
            "projects": {
                "life": {
                    "name": "Life",
                    "bug_tracker": "https://b.example/1",
                    "guide": {"text": "Draw tight."},
                    "labels": {"car": CAR, "van": VAN},
                }
            },
            "tasks": {"one": self.task()},
        }
        return {**document, **more}

    def task(self, drawn: Sequence[Document] | None = None, **more: Any) -> Document:
        """A task of the project, with these annotations."""
        block: Document = {
            "project": "life",
            "subset": "Train",
            "data": {"files": ["images/*.png"], "segment_size": 2},
            "jobs": {"stage": "validation"},
        }
        drawn = [box(0)] if drawn is None else drawn
        return {**block, "annotations": {"file": self.file(drawn), "mode": "replace"}, **more}

    def file(self, drawn: Sequence[Document]) -> str:
        """A file of annotations."""
        content = json.dumps({"shapes": list(drawn)})
        name = f"drawn-{len(list(self.desk.folder.glob('drawn-*')))}.json"
        (self.desk.folder / name).write_text(content)
        return name

    def plan(self, document: Document) -> Plan:
        return self.desk.plan(json.dumps(document))

    def apply(self, document: Document | Plan) -> Outcome:
        """Apply it; all of it has to arrive."""
        plan = document if isinstance(document, Plan) else self.plan(document)
        outcome = operations.apply(plan, self.desk.session, self.desk.store, allow_destructive=True)
        behind = [(one.step.address, one.step.do, one.outcome, one.message) for one in outcome.steps]
        assert outcome.run.status is RunStatus.DONE, (outcome.run.note, outcome.run.unproven, behind)
        return outcome

    def back(self, run: Outcome | None = None, *, force: bool = False) -> Plan:
        """The way back of a run (default: the last one)."""
        run_id = run.run.id if run is not None else None
        return operations.plan_rollback(self.desk.session, self.desk.store, run_id, force=force)

    # What is there

    def contents(self) -> Contents:
        return contents(self.desk.sandbox)

    def id_of(self, name: str, kind: str = "task") -> int:
        """The one object of a name."""
        found = self.worker.get(f"/api/{kind}s?name={name}&page_size=100")["results"]
        [one] = [one for one in found if one["name"] == name]
        return int(one["id"])

    def drawn(self, name: str) -> list[tuple[str, int]]:
        """The label and the frame of each shape of a task."""
        task = {"id": self.id_of(name)}
        return sorted((one["label_id"], one["frame"]) for one in self.worker.content(task)["shapes"])

    # What somebody else does

    def draw(self, name: str, *boxes: Document) -> None:
        """Add boxes to a task."""
        number = self.id_of(name)
        labels = self.worker.labels({"id": number})
        shapes = [
            {key: value for key, value in one.items() if key != "label"}
            | {"label_id": labels[one["label"]]["id"], "attributes": [], "group": 0}
            for one in boxes
        ]
        sent = {"shapes": shapes}
        self.ask("PATCH", f"/api/tasks/{number}/annotations?action=create", {**sent, "tags": [], "tracks": []})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.worker.ask(method, path, body)
        assert status < 300, answer
        return answer


def box(frame: int, label: str = "car", left: float = 1) -> Document:
    """A box on a frame."""
    return {"type": "rectangle", "frame": frame, "label": label, "points": [left, 2, left + 29, 40]}


def did(plan: Plan) -> list[tuple[str, str]]:
    """What a plan does, step by step."""
    return [(step.address, step.do.value) for step in plan.steps]


def told(plan: Plan) -> list[tuple[str, str, object]]:
    """What is in a rollback's way: of what, which field, and what is there now or why it is impossible."""
    return [(one.address, one.field, _why(one)) for one in plan.conflicts]


def _why(conflict: Conflict) -> object:
    return conflict.note if conflict.note is not None else conflict.found
