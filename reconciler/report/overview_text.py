"""Where the work stands, for people."""

from __future__ import annotations

from rich.text import Text

from reconciler.overview.model import Overview, PersonWork, ProjectOverview
from reconciler.report.layout import columns, styled, words
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

_INDENT = "  "


def overview_lines(overview: Overview, *, width: int) -> list[Text]:
    """A table for each project, the manifest's drift, and all of it in one line."""
    lines = words(
        styled(f"{moment(overview.taken)}  ", "dim"), server_phrase(overview.server), width=width, style="dim"
    )
    for project in overview.projects:
        lines += [Text(), *_project(project)]
    if overview.drift is not None:
        lines += [Text(), styled("To change", "bold")] if overview.drift.by_address else []
        rows = [[styled(address, "cyan"), styled(str(count))] for address, count in overview.drift.by_address.items()]
        lines += _indented(columns(("", "objects"), rows, numbers=frozenset({1}))) if rows else []
        for warning in overview.drift.warnings:
            lines += words(styled("warning:", "yellow"), warning, width=width)
    return [*lines, Text(), styled(totals(overview), "bold")]


def _project(project: ProjectOverview) -> list[Text]:
    style = "bold yellow" if project.drift else "bold"
    lines = [styled(title(project), style) + styled(f": {facts(project)}")]
    if project.task_count:
        parts = [f"{project.tasks.get(one, 0)} {one}" for one in in_order(project.tasks, STATUSES)]
        lines.append(styled(f"{_INDENT}tasks  ", "dim") + styled(", ".join(parts)))
    if project.job_count:
        lines += _indented(_jobs(project))
    if project.people is None:
        lines.append(styled(f"{_INDENT}too many people to count the jobs of each", "dim"))
    elif project.people or project.unseen:
        lines += _indented(_people(project.people, project.unseen))
    return lines


def _jobs(project: ProjectOverview) -> list[Text]:
    states = states_of(project)
    rows = []
    for stage in in_order(project.jobs, STAGES):
        numbers = project.jobs.get(stage, {})
        rows.append([styled(stage), *(_number(numbers.get(state, 0)) for state in states)])
    return columns(("jobs", *states), rows, numbers=frozenset(range(1, len(states) + 1)))


def _people(people: tuple[PersonWork, ...], unseen: int) -> list[Text]:
    rows = [
        [
            styled(one.person) if one.person is not None else styled(NOBODY, "dim"),
            _number(one.open),
            _number(one.frames),
            _number(one.jobs),
        ]
        for one in people
    ]
    rows += [[styled(UNSEEN, "dim"), _number(unseen), _number(None), _number(None)]] if unseen else []
    return columns(("who", "open", "frames", "all jobs"), rows, numbers=frozenset({1, 2, 3}))


def _number(number: int | None) -> Text:
    return styled("?" if number is None else str(number), "" if number else "dim")


def _indented(lines: list[Text]) -> list[Text]:
    return [Text(_INDENT) + line for line in lines]
