from __future__ import annotations

from typing import Any

import pytest

from reconciler.plan.model import Action, FieldChange
from reconciler.plan.steps import Do
from reconciler.report.step_fields import step_chunks

from .steps import step

SELECT = {"input_type": "select", "values": ["other", "acme"], "default_value": "other", "mutable": False}
NUMBER = {"input_type": "number", "values": ["0", "9", "1"], "default_value": "3", "mutable": True}


@pytest.mark.parametrize(
    ("action", "path", "before", "after", "words"),
    [
        (Action.CREATE, ("attributes", "make"), None, SELECT, "attribute make select (other, acme)"),
        (Action.UPDATE, ("attributes", "age"), None, NUMBER, "attribute age number (0, 9, 1); default 3; mutable"),
        (
            Action.UPDATE,
            ("attributes", "make"),
            SELECT,
            {**SELECT, "values": ["other"]},
            "attribute make select (other, acme) → select (other)",
        ),
        (Action.UPDATE, ("attributes", "make", "values"), ["a"], ["a", "b"], "attribute make (a) → (a, b)"),
        (Action.CREATE, ("data", "files"), None, 6, "files 6"),
        (Action.UPDATE, ("jobs", "assignee"), None, "bob", "assignee nobody → bob"),
        (Action.CREATE, ("markdown",), None, "# Draw (4 lines)", "# Draw (4 lines)"),
        (Action.CREATE, ("annotations",), None, "1 tag, 5 shapes", "1 tag, 5 shapes"),
        (
            Action.UPDATE,
            ("target_storage",),
            None,
            {"location": "cloud_storage", "cloud_storage_id": 5},
            "target_storage cloud storage 5",
        ),
        (Action.DELETE, ("name",), "car\x1b", None, 'name "car\\x1b"'),
    ],
)
def test_a_field(action: Action, path: tuple[str, ...], before: Any, after: Any, words: str) -> None:
    field = FieldChange(path=path, before=before, after=after, source="project.street")
    [chunk] = step_chunks(step("project.street", "project", Do.PATCH_PROJECT, action, fields=(field,)))
    assert chunk.plain == words
