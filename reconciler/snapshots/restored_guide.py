"""A guide brought back with its pictures, which get new addresses."""

from __future__ import annotations

from typing import Literal

from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import ConflictError
from reconciler.history.store import StateStore
from reconciler.plan.guides import PICTURE, same_guide
from reconciler.snapshots.model import Copy, GuideRecord
from reconciler.snapshots.reading import ASSETS, file_bytes


def restore_guide(
    session: Session, store: StateStore, copy: Copy, guide: GuideRecord, kind: Literal["project", "task"], owner_id: int
) -> int:
    """Give a project or task the guide of a copy, unless it has the same one; gives the guide's id. Safe to repeat.

    Raises:
        StateError: a picture is damaged. ConflictError: the project or task is gone. ServerError.
    """
    reader, objects = Reader(session), Objects(session)
    owner = reader.project(owner_id) if kind == "project" else reader.task(owner_id)
    if owner is None:
        raise ConflictError(f"{kind} {owner_id} is gone; its guide cannot be put back")
    there = reader.guide(owner.guide_id) if owner.guide_id is not None else None
    if there is not None and same_guide(there.markdown, guide.markdown):
        return there.id
    pictures = {uuid: file_bytes(store, copy, f"{ASSETS}/{uuid}") for uuid in guide.assets}
    made = there or objects.create_guide(
        kind, owner_id, PICTURE.sub("", guide.markdown) if pictures else guide.markdown
    )
    if pictures or there is not None:
        # The server drops the pictures that a text no longer shows: they come first, then the text that shows them.
        now = {uuid.lower(): objects.create_asset(made.id, guide.assets[uuid], data) for uuid, data in pictures.items()}
        shown = PICTURE.sub(lambda link: f"/api/assets/{now.get(link[1].lower(), link[1])}", guide.markdown)
        objects.patch_guide(made.id, shown)
    return made.id
