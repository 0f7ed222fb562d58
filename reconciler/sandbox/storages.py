"""Where a project or task takes its files from and puts them: the local disk, or a cloud storage.

The rules and their words are those of CVAT's StorageSerializer. Null is shown until something was set; it
cannot be sent: ``{"location": "local"}`` takes a cloud storage back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from reconciler.sandbox.answers import refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.fields import Choice, Field, Integer, errors_in
from reconciler.sandbox.links import Doc, to_text
from reconciler.sandbox.store import Store

NAMES = ("source_storage", "target_storage")

_KNOWN = "cloud_storages"
_LOCAL, _CLOUD = "local", "cloud_storage"
_FIELDS: dict[str, Field] = {"location": Choice((_CLOUD, _LOCAL)), "cloud_storage_id": Integer(null=True)}


def check_storages(call: Call, sent: Doc) -> dict[str, Doc]:
    """Read the storages of a request by their names, or refuse them."""
    wrong: dict[str, Doc | list[str]] = {}
    read: dict[str, Doc] = {}
    for name in NAMES:
        if name not in sent:
            continue
        if not isinstance(sent[name], dict):
            wrong[name] = _not_an_object(sent[name])
            continue
        values, errors = errors_in(sent[name], _FIELDS)
        if errors:
            wrong[name] = dict(errors)
        elif problem := _problem(call, values):
            wrong[name] = {"non_field_errors": [problem]}
        elif values:
            read[name] = values
    if wrong:
        raise refuse(400, wrong)
    return read


def remember_clouds(store: Store, keys: Iterable[int | None]) -> None:
    """Remember the cloud storages that loaded lists name: they are there, though nothing can be read from them."""
    store.remember(_KNOWN, to_text(sorted(key for key in keys if key)))


def _clouds(store: Store) -> Sequence[int]:
    text = store.setting(_KNOWN)
    keys: Sequence[int] = json.loads(text) if text else ()
    return keys


def _not_an_object(value: object) -> Doc | list[str]:
    if value is None:
        return ["This field may not be null."]
    return {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {type(value).__name__}."]}


def _problem(call: Call, values: Doc) -> str | None:
    location, key = values.get("location"), values.get("cloud_storage_id")
    if key:
        if location == _LOCAL:
            return f"It is not allowed to specify '{location}' location together with cloud storage id"
        if location is None:
            return "The configuration is not full, the location=cloud_storage is missing"
        if not 1 <= key <= len(call.clouds) and key not in _clouds(call.store):
            return f"The specified cloud storage {key} does not exist."
        return None
    if location == _CLOUD:
        return "Cloud storage was selected as location but its id was not specified"
    if location is None and "cloud_storage_id" in values:
        return "It is not allowed to reset a cloud storage id without explicitly resetting a location"
    return None


def first_storages(call: Call, doc: Doc, storages: dict[str, Doc]) -> None:
    """Give a project or task that is about to be created its storages."""
    for name, values in storages.items():
        doc[name] = _shown(call.store.next_id("storages"), values)


def change_storages(call: Call, doc: Doc, storages: dict[str, Doc]) -> Doc:
    """Change the storages that are there; give those that only this answer shows.

    Where there was none, CVAT makes one and shows it, but does not save that the project or task has it (the
    ``update_fields`` of its serializers do not name it, as with the moment of an assignment): the next read gives
    null. What is there keeps its id, and what is not sent of it. Storages by themselves do not move the date.
    """
    shown: Doc = {}
    for name, values in storages.items():
        if doc[name] is None:
            shown[name] = _shown(call.store.next_id("storages"), values)
        else:
            doc[name] = {**doc[name], **values}
    return shown


def _shown(key: int, values: Doc) -> Doc:
    place = values.get("location", _LOCAL)
    return {"id": key, "location": place, "cloud_storage_id": values.get("cloud_storage_id")}
