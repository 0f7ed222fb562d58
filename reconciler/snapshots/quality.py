"""Quality settings compared: without what the settings of every task have of their own.

From 2.74 on they hold a tree of requirements, each with its own id and dates (cvat-sdk 2.80, QualityRequirement).
"""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.plan.steps import Image

_OWN = frozenset({"id", "task_id", "project_id", "settings_id", "parent_requirement", "created_date", "updated_date"})


def differing_settings(wanted: Image, now: Image) -> Image:
    """The settings that are otherwise, as they are wanted."""
    return {name: value for name, value in content(wanted).items() if content(now).get(name) != value}


def content(settings: Image) -> Image:
    """What the settings say."""
    return {name: _below(value) for name, value in settings.items() if name not in _OWN}


def _below(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_below(one) for one in value]
    return content(value) if isinstance(value, dict) else value
