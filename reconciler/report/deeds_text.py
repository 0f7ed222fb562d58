"""Who did what, for people: a line for each deed."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue
from rich.console import Console
from rich.text import Text

from reconciler.history.model import WriteOutcome
from reconciler.report.deeds import Deed
from reconciler.report.layout import columns, show, styled
from reconciler.report.wording import moment, value

_HEADS = ("when", "who", "run", "what", "change", "outcome", "")
_STYLES = {"written": "green", "already": "dim", "skipped": "dim", "failed": "red"}
LONGEST = 60


def render_deeds(deeds: Sequence[Deed], console: Console) -> None:
    """Write a table of `deeds`, the newest last: it stands next to the prompt."""
    if not deeds:
        show(console, [Text("Nothing of that was done.")])
        return
    show(console, columns(_HEADS, [_row(deed) for deed in deeds]))


def _row(deed: Deed) -> list[Text]:
    return [
        styled(moment(deed.time)),
        styled(f"{deed.user} ({deed.operator})"),
        styled(deed.run, "bold") + styled(" rollback" if deed.run_kind == "rollback" else "", "dim"),
        styled(_subject(deed)),
        styled(_change(deed)),
        styled(deed.outcome, _STYLES.get(deed.outcome, "yellow")),
        styled(_shortened(deed.message or "") if deed.outcome != WriteOutcome.WRITTEN else "", "dim"),
    ]


def _subject(deed: Deed) -> str:
    if deed.kind not in ("task", "job", "project"):
        whose = f" of task {deed.task}" if deed.task is not None else ""
        return deed.address + whose + (f" {deed.name}" if deed.name and whose else "")
    number = f" {deed.id}" if deed.id is not None else ""
    within = f" of task {deed.task}" if deed.kind == "job" and deed.task is not None else ""
    return f"{deed.kind}{number}{within}" + (f" {deed.name}" if deed.name else "")


def _change(deed: Deed) -> str:
    if deed.is_step:
        done = deed.field.replace("_", " ")
        return f"{done}: {_shortened(deed.told)}" if deed.told else done
    return f"{deed.field} {_value(deed.field, deed.before)} → {_value(deed.field, deed.after)}"


def _value(field: str, content: JsonValue) -> str:
    return _shortened(value(field, content))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
