"""What a rollback found changed by somebody else: what the run wrote, what is there now, what it was before."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from reconciler.plan.model import Conflict, Plan
from reconciler.report.layout import GAP, flow, padded, styled, widest
from reconciler.report.wording import value
from reconciler.report.writes import object_phrase, task_names


def conflict_lines(plan: Plan, width: int) -> list[Text]:
    """The conflicts of `plan`: those left as they are, then those that `--force` overrides."""
    left = [each for each in plan.conflicts if not each.forced]
    forced = [each for each in plan.conflicts if each.forced]
    lines: list[Text] = []
    if left:
        title = "Conflicts: somebody else changed these since the run; they are left as they are"
        lines += [styled(title, "bold yellow"), *_table(left, task_names(plan), width), Text()]
    if forced:
        title = "Overridden (--force): somebody else changed these since the run"
        lines += [styled(title, "bold red"), *_table(forced, task_names(plan), width), Text()]
    return lines


def _table(conflicts: Sequence[Conflict], names: dict[int, str], width: int) -> list[Text]:
    """A line each; jobs of one task with the same story share one."""
    alike: dict[tuple[object, ...], list[Conflict]] = {}
    for each in conflicts:
        story = (each.task, each.kind, each.field, each.note, repr((each.wrote, each.found, each.before)))
        alike.setdefault(story, []).append(each)
    groups = list(alike.values())
    subjects = [
        styled(f"  {object_phrase(group[0].kind, [each.id for each in group], group[0].task, names)}{GAP}")
        + styled(group[0].field, "bold")
        for group in groups
    ]
    column = widest(subjects)
    lines: list[Text] = []
    for subject, group in zip(subjects, groups, strict=True):
        lines += flow(padded(subject, column), _story(group[0]), width=width, after=GAP)
    return lines


def _story(conflict: Conflict) -> list[Text]:
    wrote, found, before = (value(conflict.field, each) for each in (conflict.wrote, conflict.found, conflict.before))
    chunks = [
        styled(f"the run wrote {wrote},"),
        styled("now ") + styled(found, "yellow") + Text(","),
        styled("goes back to ") + styled(before, "green") if conflict.forced else styled(f"was {before}"),
    ]
    return [*chunks, styled(f"({conflict.note})", "dim")] if conflict.note else chunks
