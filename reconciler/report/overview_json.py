"""Where the work stands, for programs: JSON, and CSV with one number a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from reconciler.overview.model import Overview, ProjectOverview
from reconciler.report.escape import csv_cell

_COLUMNS = (
    "taken",
    "project_id",
    "project",
    "what",
    "status",
    "stage",
    "state",
    "person",
    "address",
    "count",
    "frames",
)

_Row = dict[str, str | int | None]


def overview_json(overview: Overview, *, one_line: bool = False) -> str:
    """The document; on one line where others follow."""
    return overview.model_dump_json(indent=None if one_line else 2) + "\n"


def overview_csv(overview: Overview, *, heading: bool = True) -> str:
    """A line for each number; nothing in it is a formula."""
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
    if heading:
        table.writeheader()
    taken = overview.taken.isoformat().replace("+00:00", "Z")
    for row in _rows(overview):
        table.writerow({"taken": taken} | {name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _rows(overview: Overview) -> Iterator[_Row]:
    for project in overview.projects:
        whose: _Row = {"project_id": project.id, "project": project.name}
        yield from (whose | row for row in _of_project(project))
    if overview.drift is not None:
        for address, count in overview.drift.by_address.items():
            yield {"what": "to_change", "address": address, "count": count}


def _of_project(project: ProjectOverview) -> Iterator[_Row]:
    for status, count in project.tasks.items():
        yield {"what": "tasks", "status": status, "count": count}
    yield {"what": "frames", "count": project.frames}
    for stage, states in project.jobs.items():
        for state, count in states.items():
            yield {"what": "jobs", "stage": stage, "state": state, "count": count}
    if project.others:
        yield {"what": "jobs_of_other_types", "count": project.others}
    for one in project.people or ():
        yield {"what": "open_jobs", "person": one.person, "count": one.open, "frames": one.frames}
        if one.jobs is not None:
            yield {"what": "all_jobs", "person": one.person, "count": one.jobs}
    if project.unseen:
        yield {"what": "open_jobs_of_unseen", "count": project.unseen}
    if project.drift is not None:
        yield {"what": "to_change", "count": project.drift}


def _cell(value: str | int | None) -> str | int:
    return "" if value is None else csv_cell(value) if isinstance(value, str) else value
