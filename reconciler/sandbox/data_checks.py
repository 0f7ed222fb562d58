"""Checking a data request, with the words of CVAT's DataSerializer."""

from __future__ import annotations

import re

from reconciler.sandbox.answers import invalid, refuse
from reconciler.sandbox.links import Doc

_SHOWN = 5


def check(data: Doc, files: list[str]) -> None:
    """Refuse what cannot be; ``files`` are those that were sent."""
    if "frame_filter" in data and not re.search(r"step\s*=\s*([1-9]\d*)", data["frame_filter"]):
        raise refuse(400, {"frame_filter": ["Invalid frame filter expression"]})
    if "start_frame" in data and "stop_frame" in data and data["start_frame"] > data["stop_frame"]:
        raise refuse(400, {"non_field_errors": ["Stop frame must be more or equal start frame"]})
    _check_mapping(data.get("job_file_mapping") or [])
    order = data.get("upload_file_order")
    if files and order and data.get("sorting_method") == "predefined":
        _check_order(files, order)


def _check_mapping(mapping: list[list[str]]) -> None:
    known: set[str] = set()
    for name in (name for job in mapping for name in job):
        if name in known:
            message = f"The same file '{name}' cannot be used multiple times in the job file mapping"
            raise refuse(400, {"job_file_mapping": [message]})
        known.add(name)


def _check_order(files: list[str], order: list[str]) -> None:
    odd = sorted(set(files) ^ set(order))
    if not odd:
        return
    shown = [f"{name} (extra)" if name in files else f"{name} (missing)" for name in odd[:_SHOWN]]
    more = f" (and {len(odd) - _SHOWN} more). " if len(odd) > _SHOWN else ""
    raise invalid(
        "Uploaded files do not match the 'upload_file_order' field contents. "
        "Please check the uploaded data and the list of uploaded files. "
        f"Mismatching files: {', '.join(shown)}{more}"
    )
