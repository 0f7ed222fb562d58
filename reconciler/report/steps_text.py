"""What a plan does to whole objects, for the terminal: what is made and changed first, what is destroyed last."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from reconciler.plan.model import Plan
from reconciler.plan.steps import Do, Step
from reconciler.report.changes_text import MARKS
from reconciler.report.impact_words import impact_words
from reconciler.report.layout import GAP, flow, padded, styled, widest, words
from reconciler.report.step_fields import step_chunks

GROUPS = 20  # blocks of the manifest listed one by one; all of them with --full
_PARTS = frozenset({"label", "guide", "data", "annotations", "jobs"})
_VERBS = {Do.MOVE_TASK: "moved to", Do.RESTORE_TASK: "restored", Do.REAPPLY: "as it was"}
_TOLD = {  # what no field says
    Do.RESTORE_TASK: "from its backup",
    Do.REAPPLY: "people, workflow, guide and issues as they were; annotations compared",
}


def building_lines(plan: Plan, width: int, *, full: bool, see_all: str) -> list[Text]:
    """What is made, restored and changed, block by block."""
    groups: dict[str, list[Step]] = {}
    for step in plan.steps:
        if not step.deletes:
            groups.setdefault(block_of(step), []).append(step)
    shown = list(groups.items()) if full or len(groups) <= GROUPS + 1 else list(groups.items())[:GROUPS]
    lines: list[Text] = []
    for address, steps in shown:
        lines += _group(address, steps, width)
    if hidden := len(groups) - len(shown):
        lines += [styled(f"… {hidden} more of the manifest's blocks ({see_all})", "dim"), Text()]
    return lines


def deleting_lines(plan: Plan, width: int, *, full: bool, see_all: str) -> list[Text]:
    """What is destroyed, with the data that goes with it."""
    steps = [step for step in plan.steps if step.deletes]
    if not steps:
        return []
    shown = steps if full or len(steps) <= GROUPS + 1 else steps[:GROUPS]
    column = widest(_deleted(step) for step in shown)
    lines = [styled("Deleted, each after a copy of it has been taken and checked", "bold red")]
    for step in shown:
        chunks = [styled(impact_words(step), "red")] if step.destroys is not None else []
        chunks += [styled(f"({step.reason})", "dim")] if step.reason else []
        lines += flow(padded(_deleted(step), column), chunks, width=width, after=GAP)
        lines += _prevented(step, width)
    if hidden := len(steps) - len(shown):
        lines.append(styled(f"  … {hidden} more ({see_all})", "dim"))
    return [*lines, Text()]


def block_of(step: Step) -> str:
    """The address of the project or task that a step is about: a label's is its project's."""
    return step.of.address if step.kind in _PARTS and step.of is not None else step.address


def object_words(step: Step) -> str:
    """`label car`, `task 42 batch-001`, `guide`: what a step is about, within its block."""
    if step.kind == "label":
        return f"label {step.name}"
    if step.kind in _PARTS:
        return step.kind
    return " ".join(part for part in (step.kind, str(step.id or ""), step.name) if part)


def _group(address: str, steps: Sequence[Step], width: int) -> list[Text]:
    own = next((step for step in steps if step.kind not in _PARTS), None)
    name = own.name if own is not None else next((step.of.name for step in steps if step.of is not None), "")
    lines = [styled(address, "cyan") + (styled(f"  {name}", "bold") if name else Text())]
    subjects = [_subject(step) for step in steps]
    column = widest(subjects)
    for step, subject in zip(steps, subjects, strict=True):
        lines += flow(padded(subject, column), _chunks(step), width=width, after=GAP)
        lines += _prevented(step, width)
    return [*lines, Text()]


def _subject(step: Step) -> Text:
    mark, style = MARKS[step.action]
    subject = object_words(step) if step.kind in _PARTS else _VERBS.get(step.do, step.kind)
    return Text("  ") + styled(mark, style) + Text(" ") + styled(subject)


def _chunks(step: Step) -> list[Text]:
    chunks = step_chunks(step)
    if step.do in _TOLD:
        chunks.insert(0, styled(_TOLD[step.do] + (":" if chunks else "")))
    if step.destroys is not None:
        chunks.append(styled(f"({impact_words(step)})", "red"))
    return chunks


def _deleted(step: Step) -> Text:
    where = f"  {_owner(step)}" if step.kind == "label" else ""
    return styled("  - ", "red") + styled(step.address, "cyan") + styled(f"  {object_words(step)}{where}")


def _owner(step: Step) -> str:
    """`of project Street scenes`: where a label goes."""
    return f"of {step.of.kind} {step.of.name or step.of.id or step.of.address}" if step.of is not None else ""


def _prevented(step: Step, width: int) -> list[Text]:
    if step.prevented is None:
        return []
    return words(styled("      prevented:", "bold red"), f"{step.prevented} forbids it", width=width)
