"""Usernames to users. Whoever is to be assigned must be visible to the caller (FACTS §5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reconciler.cvat.models import User
from reconciler.cvat.reading import Reader


class VisiblePeople:
    """Who can be assigned, as planning asks for it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def resolve(self, usernames: Iterable[str]) -> dict[str, int]:
        """Ids of those of the users who exist and are visible."""
        return {name: user.id for name, user in resolve_users(self._reader, usernames).items()}

    def visible(self) -> list[str]:
        """All visible usernames."""
        return visible_usernames(self._reader)

    def with_role(self, roles: Collection[str]) -> list[str]:
        """The members of the organization who have one of these roles."""
        return usernames_with_role(self._reader, roles)


def resolve_users(reader: Reader, usernames: Iterable[str]) -> dict[str, User]:
    """The visible users among these, by username; one that is missing from the result is unknown or not visible.

    In an organization these are its members; without a context, the users that the account can see there or in any of
    its organizations. Names are compared exactly. Inactive users are included: they can be assigned (FACTS §4). Raises
    ServerError.
    """
    wanted = set(usernames)
    if not wanted:
        return {}
    if reader.session.organization:
        return {name: user for name, user in _members(reader).items() if name in wanted}
    found = {user.username: user for user in reader.users_by_name(wanted) if user.username in wanted}
    if wanted - found.keys():
        for organization in _elsewhere(reader):
            more = reader.users_by_name(wanted, organization=organization)
            found |= {user.username: user for user in more if user.username in wanted}
    return found


def visible_usernames(reader: Reader) -> list[str]:
    """Everyone who could be assigned, sorted; for suggestions when a name is unknown. Raises ServerError."""
    if reader.session.organization:
        return sorted(_members(reader))
    names = {user.username for user in reader.users()}
    for organization in _elsewhere(reader):
        names |= {user.username for user in reader.users(organization=organization)}
    return sorted(names)


def usernames_with_role(reader: Reader, roles: Collection[str]) -> list[str]:
    """The members of the session's organization who have one of these roles, sorted; not those only invited.

    Raises ServerError.
    """
    members = [member for member in reader.members() if member.role in roles and member.is_active is not False]
    return sorted(member.username for member in members if member.username)


def _elsewhere(reader: Reader) -> list[int]:
    """The organizations to look for people in when the session has no context.

    There CVAT shows administrators everybody but others only themselves, and only their own memberships (rules of users
    and memberships); yet it lists the tasks and jobs of all of their organizations, and lets them be assigned.
    """
    if reader.session.organization is not None or reader.session.user.is_superuser:
        return []
    return sorted({member.organization for member in reader.members() if member.organization is not None})


def _members(reader: Reader) -> dict[str, User]:
    users = (member.user for member in reader.members() if member.user is not None)
    return {
        user.username: User(id=user.id, username=user.username, first_name=user.first_name, last_name=user.last_name)
        for user in users
    }
