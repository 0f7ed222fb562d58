"""Street scenes: our own seed, the same every time, of any size.

An organization with finished work to reopen, a project in which everything is in another state, and a
few tasks in the administrator's personal workspace.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.sandbox.clock import written
from reconciler.sandbox.links import Doc
from reconciler.sandbox.seeds.makers import Maker
from reconciler.sandbox.seeds.people import ACME, add_people
from reconciler.sandbox.seeds.warehouse import add_warehouse

_START = datetime(2026, 1, 1, 8, tzinfo=UTC)
_DAYS = 300
_FRAMES, _JOBS = 100, 3
_SUBSETS = ("Train", "Train", "Train", "Validation", "Test")
_WORKERS = ("bob", "carol", "dave")

_PARKED = {"name": "parked", "input_type": "checkbox", "mutable": True, "values": ["false"]}
_MAKE = {"name": "make", "input_type": "select", "mutable": False, "values": ["other", "acme", "zenith"]}
_LABELS: tuple[Doc, ...] = (
    {"name": "car", "type": "rectangle", "color": "#ff0000", "attributes": [_PARKED, _MAKE]},
    {"name": "van", "type": "rectangle", "color": "#00aaff", "attributes": [_PARKED]},
    {
        "name": "pedestrian",
        "type": "polygon",
        "color": "#00ff00",
        "attributes": [{"name": "age", "input_type": "number", "mutable": False, "values": ["0", "120", "1"]}],
    },
)


def street(tasks: int = 100) -> dict[str, Any]:
    """Make the world of street scenes with so many finished tasks."""
    maker = Maker()
    add_people(maker)
    _add_street(maker, tasks)
    add_warehouse(maker, ACME)
    _add_playground(maker)
    return maker.world


def task_name(number: int) -> str:
    """Name the n-th finished task, from 1: every tenth was taken at night."""
    return f"{'night' if number % 10 == 0 else 'batch'}-{number:03}"


def _add_street(maker: Maker, tasks: int) -> None:
    project = maker.add_project("Street scenes", ACME, written(_START - timedelta(days=1)), _LABELS)
    for number in range(1, tasks + 1):
        created = _START + timedelta(days=number % _DAYS)
        task = maker.add_task(
            task_name(number),
            created,
            project=project,
            subset=_SUBSETS[number % len(_SUBSETS)],
            segment=_FRAMES,
            size=_FRAMES * _JOBS,
        )
        for place in range(_JOBS):
            maker.add_job(
                task,
                place * _FRAMES,
                (place + 1) * _FRAMES - 1,
                stage="acceptance",
                state="completed",
                assignee=_WORKERS[(number + place) % len(_WORKERS)],
            )
    maker.finish_project(project)


def _add_playground(maker: Maker) -> None:
    project = maker.add_project("Playground", None, written(_START), _LABELS[:1])
    for number, (stage, state) in enumerate(
        (("annotation", "new"), ("annotation", "in progress"), ("acceptance", "completed")), 1
    ):
        task = maker.add_task(f"try-{number}", _START + timedelta(days=number), project=project, size=20)
        maker.add_job(task, 0, 19, stage=stage, state=state)
    maker.finish_project(project)
