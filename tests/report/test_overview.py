"""Where the work stands, in each form: what only the server counted."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

from reconciler.overview.model import Overview, PersonWork, ProjectOverview
from reconciler.plan.model import ServerRef
from reconciler.report.overview_json import overview_csv, overview_json
from reconciler.report.overview_markdown import overview_markdown
from reconciler.report.overview_text import overview_lines


def counted(unseen: int, *people: tuple[str | None, int]) -> Overview:
    work = tuple(PersonWork(person=who, open=number, jobs=None, frames=None) for who, number in people)
    project = ProjectOverview(id=1, name="p", jobs={"annotation": {"new": 9}}, people=work, unseen=unseen)
    server = ServerRef(url="https://cvat.example", version="2.54.1", organization="acme", user="ann")
    return Overview(taken=datetime(2026, 6, 1, tzinfo=UTC), server=server, projects=(project,))


def test_people_who_cannot_be_seen_are_not_called_nobody() -> None:
    overview = counted(4, ("ann", 3), (None, 2))
    text = "\n".join(line.plain for line in overview_lines(overview, width=80))
    assert "  nobody                    2       ?         ?\n  people you cannot see     4       ?         ?" in text
    markdown = overview_markdown(overview)
    assert "| *nobody* | 2 | ? | ? |\n| *people you cannot see* | 4 | ? | ? |" in markdown
    rows = list(csv.DictReader(io.StringIO(overview_csv(overview))))
    assert [(row["what"], row["person"], row["count"]) for row in rows if row["what"].startswith("open")] == [
        ("open_jobs", "ann", "3"),
        ("open_jobs", "", "2"),
        ("open_jobs_of_unseen", "", "4"),
    ]
    [project] = json.loads(overview_json(overview))["projects"]
    assert (project["unseen"], [one["open"] for one in project["people"]]) == (4, [3, 2])


def test_they_may_be_all_there_are() -> None:
    overview = counted(4)
    assert "people you cannot see     4" in "\n".join(line.plain for line in overview_lines(overview, width=80))
    assert "| *people you cannot see* | 4 | ? | ? |" in overview_markdown(overview)


def test_where_there_are_none_nothing_is_said_of_them() -> None:
    overview = counted(0, ("ann", 3))
    for said in (overview_markdown(overview), overview_csv(overview)):
        assert "cannot see" not in said
        assert "unseen" not in said
