"""A request on its way through the server: what was asked, by whom, in which organization."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from reconciler.sandbox.answers import crash, refuse
from reconciler.sandbox.background import Background
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.store import Store
from reconciler.sandbox.versions import ServerVersion

_PRIVILEGES = {"admin": 0, "user": 75, "worker": 100}
_ROLES = {"owner": 0, "maintainer": 50, "supervisor": 75, "worker": 100}
_NO_RANK = 1000


@dataclass(frozen=True)
class Caller:
    """Who is asking."""

    id: int
    username: str
    privilege: int
    is_staff: bool = False
    access_token: int | None = None  # its id, if the caller came with one
    read_only: bool = False

    @property
    def identifiers(self) -> Doc:
        """Who it is, as requests show their owner."""
        return {"id": self.id, "username": self.username}

    @property
    def by_access_token(self) -> bool:
        """Whether they came with a personal access token."""
        return self.access_token is not None

    @property
    def is_admin(self) -> bool:
        """Whether everything is allowed to them."""
        return self.privilege == _PRIVILEGES["admin"]

    @property
    def is_user(self) -> bool:
        """Whether they may create things of their own."""
        return self.privilege <= _PRIVILEGES["user"]


def caller_of(user: Doc, *, access_token: int | None = None, read_only: bool = False) -> Caller:
    """Give the caller that a user's document describes."""
    rank = min((_PRIVILEGES.get(group, _NO_RANK) for group in user.get("groups", [])), default=_NO_RANK)
    if user.get("is_superuser"):
        rank = _PRIVILEGES["admin"]
    return Caller(user["id"], user["username"], rank, bool(user.get("is_staff")), access_token, read_only)


@dataclass(frozen=True)
class SentFile:
    """A file that came with a multipart request: its field, its bare name, its bytes."""

    field: str
    name: str
    content: bytes


@dataclass
class Call:
    """A request, ready for the resource that answers it."""

    store: Store
    version: ServerVersion
    background: Background
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    origin: str
    address: str = ""
    share: Path | None = None
    clouds: tuple[Path, ...] = ()
    body: bytes = b""
    files: list[SentFile] = field(default_factory=list)
    form: dict[str, str] | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    caller: Caller | None = None
    organization: Doc | None = None
    organization_given: bool = False
    """Whether the request names an organization or, with the empty string, the personal workspace."""

    @property
    def user(self) -> Caller:
        """Who is asking, where somebody must."""
        assert self.caller is not None
        return self.caller

    def data(self) -> Doc:
        """Give the request's body as an object."""
        if self.form is not None:
            return with_lists(self.form)
        if not self.body:
            return {}
        try:
            parsed = json.loads(self.body)
        except ValueError as error:
            raise refuse(400, {"detail": f"JSON parse error - {error}"}) from None
        if not isinstance(parsed, dict):
            raise crash()
        return parsed

    def role_in(self, organization_id: int | None) -> str | None:
        """Give the caller's role in an organization."""
        if organization_id is None:
            return None
        role = self.store.value(
            "SELECT role FROM memberships WHERE organization = ? AND user_id = ? AND is_active",
            (organization_id, self.user.id),
        )
        return None if role is None else str(role)

    def at_least(self, role: str, organization_id: int | None) -> bool:
        """Tell whether the caller's role in an organization is this one or a higher one."""
        return _ROLES.get(self.role_in(organization_id) or "", _NO_RANK) <= _ROLES[role]


def with_lists(form: Mapping[str, str]) -> Doc:
    """Give a form's fields, with ``name[0]``, ``name[1]``, … as the list ``name``."""
    read: Doc = {}
    for name, value in form.items():
        whole, bracket, rest = name.partition("[")
        if bracket and rest.rstrip("]").isdigit():
            read.setdefault(whole, []).append(value)
        else:
            read[name] = value
    return read


def query_of(text: str) -> dict[str, str]:
    """Read a query string: of a repeated parameter the last one holds."""
    return dict(parse_qsl(text, keep_blank_values=True))


def brief_user(store: Store, user_id: int | None) -> Doc | None:
    """Give a user as documents nest them. An unknown one breaks the server (recorded from CVAT 2.54.1)."""
    if user_id is None:
        return None
    user = store.find("users", user_id)
    if user is None:
        raise crash()
    names = {key: user.get(key, "") for key in ("username", "first_name", "last_name")}
    return {"url": link(f"/api/users/{user_id}"), "id": user_id, **names}
