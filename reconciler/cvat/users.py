"""Usernames to users. Whoever is to be assigned must be visible to the caller (FACTS §5)."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.cvat.models import User
from reconciler.cvat.reading import Reader


def resolve_users(reader: Reader, usernames: Iterable[str]) -> dict[str, User]:
    """The visible users among these, by username; one that is missing from the result is unknown or not visible.

    In an organization these are its members, elsewhere the users that the account can see. Names are compared exactly.
    Inactive users are included: they can be assigned (FACTS §4). Raises ServerError.
    """
    wanted = set(usernames)
    if not wanted:
        return {}
    if reader.session.organization:
        return {name: user for name, user in _members(reader).items() if name in wanted}
    return {user.username: user for user in reader.users_by_name(wanted) if user.username in wanted}


def visible_usernames(reader: Reader) -> list[str]:
    """Everyone who could be assigned, sorted; for suggestions when a name is unknown. Raises ServerError."""
    if reader.session.organization:
        return sorted(_members(reader))
    return sorted(user.username for user in reader.users())


def _members(reader: Reader) -> dict[str, User]:
    users = (member.user for member in reader.members() if member.user is not None)
    return {
        user.username: User(id=user.id, username=user.username, first_name=user.first_name, last_name=user.last_name)
        for user in users
    }
