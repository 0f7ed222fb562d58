"""`reconciler snapshot create`: which tasks, in the words of a rule's `select`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from reconciler.apply.interruption import stopping_on_signals
from reconciler.cli.options import DEFAULT_STATE, Format, Profile, Rate, Shown, State
from reconciler.cli.showing import result, say, stderr
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import connect
from reconciler.errors import ChangesFailedError, InterruptedRunError, ReconcilerError
from reconciler.history.store import StateStore
from reconciler.manifest.models import Selector
from reconciler.report.progress import reading
from reconciler.report.snapshots_json import created_json
from reconciler.report.snapshots_text import render_created
from reconciler.snapshots.creating import create_snapshot
from reconciler.snapshots.selecting import selected_tasks


class Status(StrEnum):
    """What CVAT derives from a task's jobs."""

    ANNOTATION = "annotation"
    VALIDATION = "validation"
    COMPLETED = "completed"


def create(
    id_: Annotated[list[int] | None, typer.Option("--id", help="Tasks by their ids. Repeatable.")] = None,
    project: Annotated[
        list[str] | None, typer.Option("--project", help="Tasks of projects: a name, or an id. Repeatable.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="GLOB", help="Tasks called like this: * ? [seq]")
    ] = None,
    name_regex: Annotated[
        str | None, typer.Option("--name-regex", metavar="REGEX", help="The same, as a regex.")
    ] = None,
    subset: Annotated[list[str] | None, typer.Option("--subset", help="Tasks of subsets. Repeatable.")] = None,
    status: Annotated[list[Status] | None, typer.Option("--status", help="Tasks in a status. Repeatable.")] = None,
    owner: Annotated[list[str] | None, typer.Option("--owner", help="Tasks of owners. Repeatable.")] = None,
    assignee: Annotated[list[str] | None, typer.Option("--assignee", help="Tasks of assignees. Repeatable.")] = None,
    label: Annotated[list[str] | None, typer.Option("--label", help="Tasks with any of these labels.")] = None,
    updated_after: Annotated[str | None, typer.Option(metavar="DATE", help="Tasks changed since then.")] = None,
    created_before: Annotated[str | None, typer.Option(metavar="DATE", help="Tasks made before then.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="What it is taken for, to be found by.")] = "",
    shown: Shown = Format.TEXT,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Copy tasks with full backups, annotations and all that a backup forgets. All conditions hold together."""
    chosen = _selector(
        {
            "id": list(id_ or []),
            "project": [_project(one) for one in project or ()],
            "name": name,
            "name_regex": name_regex,
            "subset": list(subset or []),
            "status": [str(one) for one in status or ()],
            "owner": list(owner or []),
            "assignee": list(assignee or []),
            "labels": list(label or []),
            "updated": {"after": updated_after} if updated_after else None,
            "created": {"before": created_before} if created_before else None,
        }
    )
    store = StateStore(state)
    with connect(profile=profile, rate=rate) as session:
        with reading(stderr()) as on_page:
            tasks = selected_tasks(Reader(session, on_page), chosen)
        with stopping_on_signals(lambda: say("Stopping: what is copied already stays.")) as stop:
            created = create_snapshot(session, store, tasks, reason=reason, stop=stop, on_copy=_copying)
    with result() as console:
        if shown is Format.JSON:
            typer.echo(created_json(created), nl=False)
        else:
            render_created(created, console)
    if created.interrupted:
        raise InterruptedRunError("interrupted", hint="the same command again takes a new snapshot of everything")
    if created.failures:
        raise ChangesFailedError(f"{len(created.failures)} of {len(tasks)} task(s) and their projects were not copied")


def _selector(conditions: dict[str, JsonValue]) -> Selector:
    try:
        return Selector.model_validate({key: value for key, value in conditions.items() if value not in (None, [])})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "".join(f"--{str(first['loc'][0]).replace('_', '-')}: " for _ in first["loc"][:1])
        hint = (first.get("ctx") or {}).get("hint") if place else "--project, --name, --id, …; every task: --name '*'"
        raise ReconcilerError(f"{place}{first['msg']}", hint=hint) from None


def _project(text: str) -> JsonValue:
    return {"id": int(text)} if text.isdecimal() else {"name": text}


def _copying(done: int, total: int, what: str) -> None:
    say(f"Copying {what} ({done + 1}/{total})" if what else f"Copied {total}/{total}")
