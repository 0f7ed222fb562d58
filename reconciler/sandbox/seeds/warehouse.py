"""A project in which everything is in another state, to meet what real projects are full of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reconciler.sandbox.clock import written
from reconciler.sandbox.links import Doc
from reconciler.sandbox.seeds.makers import Maker

_START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_LABELS: tuple[Doc, ...] = (
    {"name": "pallet", "type": "rectangle", "color": "#aa5500", "attributes": []},
    {"name": "forklift", "type": "polygon", "color": "#ffcc00", "attributes": []},
)
_NEW, _DOING = ("annotation", "new"), ("annotation", "in progress")
_DONE, _REJECTED = ("acceptance", "completed"), ("acceptance", "rejected")
_CHECKING = ("validation", "in progress")
# "Finish the job" in CVAT's own interface sets only the state: the task stays in annotation.
_UI_FINISHED = ("annotation", "completed")

_PLAIN: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("aisle-01", "Train", (_NEW, _NEW)),
    ("aisle-02", "Train", (_DOING, _NEW)),
    ("aisle-03", "Train", (_CHECKING, _DONE)),
    ("aisle-04", "Test", (_DONE, _DONE)),
    ("aisle-05", "Test", (_DONE, _REJECTED)),
    ("aisle-06", "", (_UI_FINISHED, _UI_FINISHED)),
    ("aisle-07", "", (_DOING, _DONE)),
    ("dock-01", "Train", (_CHECKING,)),
    ("dock-02", "Validation", (_DONE,)),
)


def add_warehouse(maker: Maker, organization: int) -> None:
    """Add the project with its dozen tasks."""
    project = maker.add_project("Warehouse", organization, written(_START - timedelta(days=1)), _LABELS)
    for number, (name, subset, states) in enumerate(_PLAIN):
        size = 50 * len(states)
        task = maker.add_task(name, _day(number), project=project, subset=subset, size=size, segment=50)
        for place, (stage, state) in enumerate(states):
            assignee = ("bob", "carol", "dave", None)[(number + place) % 4]
            last = place * 50 + 49
            maker.add_job(task, place * 50, last, stage=stage, state=state, assignee=assignee)
    _add_special(maker, project)
    maker.finish_project(project)


def _day(number: int) -> datetime:
    return _START + timedelta(days=number)


def _add_special(maker: Maker, project: Doc) -> None:
    number = len(_PLAIN)
    maker.add_task("no-data-yet", _day(number), project=project, segment=50)

    task = maker.add_task("with-ground-truth", _day(number + 1), project=project, size=60, validation_mode="gt")
    for place in (0, 1):
        maker.add_job(task, place * 30, place * 30 + 29, stage="acceptance", state="completed", assignee="bob")
    maker.add_job(
        task, 0, 59, stage="acceptance", state="completed", type="ground_truth", frame_count=6, assignee="erin"
    )

    task = maker.add_task("with-replicas", _day(number + 2), project=project, size=40, consensus_enabled=True)
    parent = maker.add_job(task, 0, 39, consensus_replicas=2)
    for assignee, state in (("bob", "completed"), ("carol", "in progress")):
        maker.add_job(task, 0, 39, state=state, assignee=assignee, type="consensus_replica", parent_job_id=parent["id"])
