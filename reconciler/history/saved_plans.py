"""Saved plans: a plan in an envelope that shows edits, and that one version of the tool may apply, once.

The digest guards against accidents and edits by hand. It is no signature: who can write the file can also seal it.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from reconciler.errors import PlanFileError
from reconciler.history.documents import Unreadable, digest_of, encode, parse, validate
from reconciler.history.durable import replace_file
from reconciler.history.tool import tool as this_tool
from reconciler.plan.model import PLAN_FORMAT, Plan, SavedPlan

_AGAIN = "Plan again with --out, and apply the new file."


def seal(plan: Plan, *, tool: str, now: datetime) -> SavedPlan:
    """Put a plan into its envelope: a new id, the time, the tool, and the digest of all that."""
    created = now.astimezone(UTC)
    unsealed = SavedPlan(
        id=f"{created:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        created=created.isoformat(timespec="seconds"),
        tool=tool,
        digest="",
        plan=plan,
    )
    return unsealed.model_copy(update={"digest": _digest(unsealed.model_dump(mode="json"))})


def save(plan: Plan, path: Path, *, tool: str, now: datetime) -> SavedPlan:
    """Seal a plan and write it to a file: private, for it names people and work, and never by halves."""
    saved = seal(plan, tool=tool, now=now)
    try:
        target = path.resolve()  # a link is written through, not replaced
        if target.exists() and not target.is_file():
            raise PlanFileError(f"Cannot write the plan to {path}: it is not a file", hint="Name a file after --out.")
        replace_file(target, encode(saved))
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise PlanFileError(
            f"Cannot write the plan to {path}: {getattr(error, 'strerror', None) or error}",
            hint="Name a file in a folder that exists and that you may write to.",
        ) from error
    return saved


def load_saved(path: Path, *, tool: str | None = None) -> SavedPlan:
    """Read a saved plan. It has to be made by the version that asks: `tool`, or else this one."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise PlanFileError(f"There is no plan file {path}", hint="Make one with plan --out.") from error
    except OSError as error:
        raise PlanFileError(f"Cannot read the plan file {path}: {error.strerror or error}") from error
    try:
        saved = unseal(data)
    except Unreadable as error:
        raise PlanFileError(f"Cannot use the plan file {path}: {error.why}", hint=error.hint) from error
    asking = tool or this_tool()
    if saved.tool != asking:
        raise PlanFileError(
            f"The plan file {path} was made by {saved.tool}, and this is {asking}",
            hint="Another version may plan differently. " + _AGAIN,
        )
    return saved


def unseal(data: bytes) -> SavedPlan:
    """The envelope in a file's bytes; `Unreadable` if it is not as it was sealed. Any version's plan of this format."""
    try:
        plain = parse(data, PLAN_FORMAT)
    except Unreadable as error:
        raise Unreadable(error.why, _AGAIN) from error
    if "digest" not in plain and "id" not in plain:
        raise Unreadable("it is a plan that was shown (--format json), not one that was saved", _AGAIN)
    if plain.get("digest") != _digest(plain):
        raise Unreadable("it was changed after it was saved (its digest does not match)", _AGAIN)
    return validate(plain, SavedPlan)


def _digest(plain: dict[str, object]) -> str:
    return digest_of({key: value for key, value in plain.items() if key != "digest"})
