"""The fields that projects and tasks share, and how a PATCH changes them."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.answers import Answer
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.storages import change_storages, check_storages


def change_base_fields(call: Call, doc: Doc, data: Doc) -> tuple[set[str], dict[str, Any]]:
    """Change what differs; give the names of it, and what only this answer shows.

    The moment of a new assignment is in the answer, but is never stored: the next read gives what was
    there before (recorded from CVAT 2.54.1 for tasks; projects share the code).
    """
    shown: dict[str, Any] = {}
    names: tuple[str, ...] = ("name", "bug_tracker", "subset")
    changed = {name for name in names if name in data and data[name] != doc[name]}
    doc.update({name: data[name] for name in changed})
    for name in ("owner", "assignee"):
        key = f"{name}_id"
        if key in data and data[key] != (doc[name] or {}).get("id"):
            doc[name] = brief_user(call.store, data[key])
            changed.add(name)
            if name == "assignee":
                shown["assignee_updated_date"] = call.store.clock.now()
    storages = check_storages(call, data)
    return changed, shown | change_storages(call, doc, storages)


def shown_once(answer: Answer, shown: dict[str, Any]) -> Answer:
    """Show values that are in this answer only."""
    if shown:
        answer.text = to_text({**from_text(answer.text), **shown})
    return answer
