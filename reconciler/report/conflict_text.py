"""What a rollback found otherwise than the run left it: what the run wrote, what is there now, what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from reconciler.plan.model import Conflict, Plan
from reconciler.plan.workflow import POSITION
from reconciler.report.layout import GAP, flow, padded, styled, widest
from reconciler.report.wording import value
from reconciler.report.writes import object_phrase, task_names


def conflict_lines(plan: Plan, width: int) -> list[Text]:
    """The conflicts of `plan`: those left as they are, those nobody can restore, those that `--force` overrides."""
    tables = (
        (
            "Conflicts: somebody else changed these since the run; they are left as they are",
            "bold yellow",
            [each for each in plan.conflicts if not each.forced and each.note is None],
        ),
        (
            "Conflicts: these cannot be restored",
            "bold yellow",
            [each for each in plan.conflicts if not each.forced and each.note is not None],
        ),
        (
            "Overridden (--force): somebody else changed these since the run",
            "bold red",
            [each for each in plan.conflicts if each.forced],
        ),
    )
    lines: list[Text] = []
    for title, style, conflicts in tables:
        if conflicts:
            lines += [styled(title, style), *_table(conflicts, task_names(plan), width), Text()]
    return lines


@dataclass(frozen=True)
class _Left:
    """One line's worth: a field, or a job's stage and state together."""

    field: str
    conflicts: tuple[Conflict, ...]

    @property
    def first(self) -> Conflict:
        """The one that stands for all of them where they do not differ."""
        return self.conflicts[0]

    @property
    def story(self) -> tuple[object, ...]:
        """Equal for what can share a line."""
        values = repr([(each.wrote, each.found, each.before) for each in self.conflicts])
        own = "" if self.first.kind in ("task", "job") else self.first.address
        return (self.first.task, self.first.kind, own, self.field, self.first.note, values)


def _table(conflicts: Sequence[Conflict], names: dict[int, str], width: int) -> list[Text]:
    """A line each; jobs of one task with the same story share one."""
    alike: dict[tuple[object, ...], list[_Left]] = {}
    for each in _units(conflicts):
        alike.setdefault(each.story, []).append(each)
    groups = list(alike.values())
    subjects = []
    for group in groups:
        first = group[0].first
        who = _who(first, [each.first.id for each in group], names)
        subjects.append(
            styled(f"  {who}") + (styled(GAP) + styled(group[0].field, "bold") if group[0].field else Text())
        )
    column = widest(subjects)
    lines: list[Text] = []
    for subject, group in zip(subjects, groups, strict=True):
        lines += flow(padded(subject, column), _story(group[0]), width=width, after=GAP)
    return lines


def _who(first: Conflict, ids: Sequence[int], names: dict[int, str]) -> str:
    """Tasks and jobs by their numbers; what has none, a label or a guide, by its address."""
    if first.kind in ("task", "job") and first.task:
        return object_phrase(first.kind, ids, first.task, names)
    return first.address


def _units(conflicts: Sequence[Conflict]) -> Iterator[_Left]:
    positions: dict[int, list[Conflict]] = {}
    for each in conflicts:
        if each.field in POSITION:
            positions.setdefault(each.id, []).append(each)
    for each in conflicts:
        if each.field not in POSITION:
            yield _Left(each.field, (each,))
        elif each.id in positions:
            both = positions.pop(each.id)
            yield _Left("position" if len(both) > 1 else each.field, tuple(both))


def _story(left: _Left) -> list[Text]:
    first = left.first
    if first.note is not None:
        if first.before is None:
            return [styled(first.note)]
        return [styled("was ") + styled(value(first.field, first.before), "green") + Text(":"), styled(first.note)]
    wrote, found, before = (
        "/".join(value(each.field, getattr(each, part)) for each in left.conflicts)
        for part in ("wrote", "found", "before")
    )
    return [
        styled(f"the run wrote {wrote},"),
        styled("now ") + styled(found, "yellow") + Text(","),
        styled("goes back to ") + styled(before, "green") if first.forced else styled(f"was {before}"),
    ]
