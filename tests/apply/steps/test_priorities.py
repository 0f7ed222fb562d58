"""A task that is made with a priority, and found again when priorities are shown in another way."""

from __future__ import annotations

from reconciler.history.model import RunStatus

from ..desk import Desk
from .studio import PROJECT, TASK, told

FORMAT = "[P{priority}] {name}"
OTHERWISE = "{name} (prio {priority})"
MADE = PROJECT + TASK.replace("project: street", "project: street\n    priority: 2")


def with_settings(text: str, shown: str) -> str:
    return text.replace("settings: {", f'settings: {{priority: {{format: "{shown}"}}, ', 1)


def test_it_is_made_with_its_priority(desk: Desk) -> None:
    text = with_settings(MADE, FORMAT)
    outcome = desk.apply(text)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    made = desk.task(1)["name"]
    assert made.startswith("[P2] ")
    assert desk.plan(text).is_empty
    changed = desk.apply(with_settings(MADE, OTHERWISE))
    assert changed.run.status is RunStatus.DONE, told(changed)
    assert desk.task(1)["name"] == made.removeprefix("[P2] ") + " (prio 2)"


def test_it_has_its_own_name_again_when_nobody_speaks_of_priorities(desk: Desk) -> None:
    """Its block has none: what it is called is known by its key, however it was shown."""
    desk.apply(with_settings(MADE, FORMAT))
    made = desk.task(1)["name"]
    assert desk.apply(PROJECT + TASK).run.status is RunStatus.DONE
    assert desk.task(1)["name"] == made.removeprefix("[P2] ")
    assert desk.plan(PROJECT + TASK).is_empty
