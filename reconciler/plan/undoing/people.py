"""Whom the way back names: who owned and worked on what comes back."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue

from reconciler.plan.steps import Do
from reconciler.plan.undoing.copies import Copies
from reconciler.plan.undoing.done import DoneStep


def usernames(done: Iterable[DoneStep], copies: Copies) -> set[str]:
    """The users who would be set again."""
    named: set[JsonValue] = set()
    for one in done:
        if one.do is Do.PATCH_PROJECT:
            named |= {one.before.get("owner"), one.before.get("assignee")} - {None}
        copy = copies.find(one.record.copied) if one.record.copied is not None else None
        if copy is None or copies.damage(copy) is not None:
            continue
        if one.do is Do.DELETE_PROJECT:
            fields = copies.project_record(copy).fields
            named |= {fields.get("owner"), fields.get("assignee")}
        elif one.do is Do.DELETE_TASK:
            record = copies.task_record(copy)
            named |= {record.fields.get("owner"), record.fields.get("assignee")}
            named |= {each.assignee for each in (*record.jobs, *record.issues)}
    return {name for name in named if isinstance(name, str)}
