"""Where the work stands, for a wiki or a comment."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.overview.model import Overview, PersonWork, ProjectOverview
from reconciler.report.escape import markdown
from reconciler.report.overview_layout import (
    NOBODY,
    STAGES,
    STATUSES,
    UNSEEN,
    facts,
    in_order,
    states_of,
    title,
    totals,
)
from reconciler.report.plan_text import server_phrase
from reconciler.report.wording import moment


def overview_markdown(overview: Overview) -> str:
    """Tables for each project, and the manifest's drift."""
    parts = [
        f"{moment(overview.taken)}, {markdown(server_phrase(overview.server))}",
        f"**{markdown(totals(overview))}**",
    ]
    for project in overview.projects:
        parts += _project(project)
    if overview.drift is not None and overview.drift.by_address:
        rows = [(markdown(address), str(count)) for address, count in overview.drift.by_address.items()]
        parts += ["### To change", _table(("address", "objects"), rows)]
    return "\n\n".join(parts) + "\n"


def _project(project: ProjectOverview) -> list[str]:
    parts = [f"### {markdown(title(project))}", markdown(facts(project))]
    if project.task_count:
        statuses = in_order(project.tasks, STATUSES)
        parts.append(_table(["tasks", *statuses], [["", *(str(project.tasks.get(one, 0)) for one in statuses)]]))
    if project.job_count:
        states = states_of(project)
        rows = [
            [stage, *(str(project.jobs.get(stage, {}).get(state, 0)) for state in states)]
            for stage in in_order(project.jobs, STAGES)
        ]
        parts.append(_table(["jobs", *states], rows))
    rows = [_person(one) for one in project.people or ()]
    rows += [[f"*{UNSEEN}*", str(project.unseen), "?", "?"]] if project.unseen else []
    if rows:
        parts.append(_table(("who", "open", "frames", "all jobs"), rows))
    return parts


def _person(one: PersonWork) -> list[str]:
    who = markdown(one.person) if one.person is not None else f"*{NOBODY}*"
    return [who, str(one.open), *("?" if number is None else str(number) for number in (one.frames, one.jobs))]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column is words, the others are numbers."""
    line = ["---", *("--:" for _ in heads[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, line, *rows])
