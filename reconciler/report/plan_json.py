"""A plan as JSON for other programs: the plan's own data in an envelope that names its format.

`docs/plan-format.md` describes every field. A saved plan is the same envelope with four more fields, so one reader
reads both: `.plan` is the plan, `.format` says how to read it.
"""

from __future__ import annotations

import json
from typing import Any

from reconciler.plan.model import PLAN_FORMAT, Plan, SavedPlan

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


def plan_document(plan: Plan | SavedPlan) -> dict[str, Any]:
    """The JSON document of `plan`, as plain values."""
    if isinstance(plan, SavedPlan):
        return plan.model_dump(mode="json")
    return {"format": PLAN_FORMAT, "plan": plan.model_dump(mode="json")}


def plan_json(plan: Plan | SavedPlan) -> str:
    """The JSON document of `plan` as text; the same plan gives the same bytes.

    ASCII only: names with control or direction characters cannot reach a terminal, and no encoding can spoil it.
    """
    return json.dumps(plan_document(plan), indent=2) + "\n"


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the document, of a saved plan too."""
    schema = SavedPlan.model_json_schema(mode="serialization")
    schema["required"] = ["format", "plan"]  # id, created, tool and digest are a saved plan's only
    schema["title"] = "cvat-reconciler plan"
    return {"$schema": SCHEMA_ID, **schema}
