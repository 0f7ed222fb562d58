"""What our way costs beside the obvious one: diffing, reading, planning an import of many files."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from deepdiff import DeepDiff
from pydantic import JsonValue

from reconciler.around import server_ref
from reconciler.cvat import Credentials, Reader, Session, connect
from reconciler.manifest.loading import from_document
from reconciler.plan.building.annotations_together import TOGETHER, AnnotationsTogether
from reconciler.plan.building.building import Building
from reconciler.plan.diff import differences
from reconciler.plan.state import State
from reconciler.sandbox import Sandbox

TASKS = 2000
IMPORTED = 100

Pairs = list[tuple[State, State]]
Row = tuple[str, float, str, float]
"""What our way is called, its seconds, what the obvious way is called, its seconds."""


def main() -> None:
    """Print a table of ratios."""
    rows = list(diffing())
    with Sandbox.start(seed="street", tasks=TASKS) as sandbox:
        environ = {"CVAT_HOST": sandbox.url, "CVAT_ACCESS_TOKEN": sandbox.token}
        with connect(credentials=Credentials.from_environment(environ), organization="acme") as session:
            rows += reading(session)
            rows += importing(session, sandbox)
    for ours, our_time, other, other_time in rows:
        sys.stdout.write(
            f"{other_time / our_time:7.1f} x   {ours} ({our_time:.3f} s) against {other} ({other_time:.3f} s)\n"
        )


def diffing() -> Iterator[Row]:
    """Task-like pairs: `==` first, deepdiff on what differs, against deepdiff on every pair."""
    observed = [_task(number) for number in range(TASKS)]
    for percent in (0, 1, 100):
        desired = [
            {**task, "subset": "Changed"} if number % 100 < percent else task for number, task in enumerate(observed)
        ]
        pairs = list(zip(desired, observed, strict=True))
        ours = seconds(partial(_ours, pairs))
        other = seconds(partial(_on_every_pair, pairs))
        yield f"diff of {TASKS} tasks, {percent} % differing", ours, "DeepDiff on every pair", other


def reading(session: Session) -> Iterator[Row]:
    """A list of tasks: raw bytes into our read models, against the SDK's own."""
    ours = seconds(lambda: Reader(session).tasks())
    api = session.transport.client.api_client.tasks_api
    other = seconds(lambda: [api.list(page=page, page_size=500) for page in range(1, TASKS // 500 + 1)])
    yield f"reading {TASKS} tasks", ours, "the SDK's models", other


def importing(session: Session, sandbox: Sandbox) -> Iterator[Row]:
    """What tasks have, for a plan that adds to it: side by side against one task after another.

    Once as fast as this machine answers, and once as a server does that takes 34 ms for a task (FACTS §3).
    """
    tasks = {task.name: task for task in Reader(session).tasks()[:IMPORTED]}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.zip"
        file.write_text("x")
        block: JsonValue = {"annotations": {"file": str(file), "format": "COCO 1.0"}}
        loaded = from_document({"version": 1, "tasks": dict.fromkeys(tasks, block)})

        def planned(together: int) -> None:
            ctx = Building(loaded, Reader(session), server_ref(session), session.capabilities, tasks=dict(tasks))
            annotations = AnnotationsTogether(ctx, together=together)
            assert sum(len(annotations.steps(key)) for key in tasks) == len(tasks)

        for pace in ("", ", 34 ms each"):
            if pace:
                sandbox.delay("GET", "/annotations$", 0.034)
            ours, other = (seconds(partial(planned, together)) for together in (TOGETHER, 1))
            yield f"planning the import of {len(tasks)} files{pace}", ours, "one task after another", other


def seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def _ours(pairs: Pairs) -> None:
    for new, old in pairs:
        differences(new, old)


def _on_every_pair(pairs: Pairs) -> None:
    for new, old in pairs:
        DeepDiff(old, new, view="tree")


def _task(number: int) -> State:
    return {
        "name": f"batch-{number:05}",
        "subset": "Train",
        "bug_tracker": "",
        "assignee": "alice",
        "owner": "admin",
        "status": "completed",
    }


if __name__ == "__main__":
    main()
