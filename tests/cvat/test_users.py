from __future__ import annotations

from reconciler.cvat import Credentials, Reader, Session, resolve_users, visible_usernames
from reconciler.cvat.users import VisiblePeople
from reconciler.sandbox import Sandbox

from .conftest import Connect


def test_users_by_name(sandbox: Sandbox, admin: Session) -> None:
    reader = Reader(admin)
    found = resolve_users(reader, ["bob", "alice", "nobody-here", "ALICE"])
    assert {name: user.username for name, user in found.items()} == {"alice": "alice", "bob": "bob"}
    assert len(sandbox.requests) == 1
    assert resolve_users(reader, []) == {}
    assert len(sandbox.requests) == 1


def test_in_an_organization_only_its_members(sandbox: Sandbox, connect_to: Connect) -> None:
    reader = Reader(connect_to(sandbox.url, token=sandbox.token, organization="acme"))
    members = {member.username for member in reader.members()}
    outside = {user.username for user in reader.users()} - members
    found = resolve_users(reader, {"alice", *outside})
    assert set(found) == {"alice"}
    assert found["alice"].id == next(
        member.user.id for member in reader.members() if member.user and member.username == "alice"
    )
    assert visible_usernames(reader) == sorted(name for name in members if name)


def test_everyone_who_can_be_seen(sandbox: Sandbox, admin: Session) -> None:
    names = visible_usernames(Reader(admin))
    assert {"admin", "alice", "bob"} <= set(names)
    assert names == sorted(names)


def test_many_names(sandbox: Sandbox, admin: Session) -> None:
    names = [f"somebody-with-a-long-name-{number}" for number in range(1000)]
    assert set(resolve_users(Reader(admin), [*names, "alice"])) == {"alice"}
    assert len(sandbox.requests) <= 6


def as_alice(sandbox: Sandbox, organization: str | None) -> Credentials:
    return Credentials(sandbox.url, username="alice", password=sandbox.password, organization=organization)


def test_without_a_context_colleagues_are_looked_for_in_the_organizations(
    sandbox: Sandbox, connect_to: Connect
) -> None:
    """CVAT shows users other than administrators only themselves there, though it lists their organizations' tasks."""
    reader = Reader(connect_to(sandbox.url, credentials=as_alice(sandbox, None)))
    assert [user.username for user in reader.users()] == ["alice"]
    assert set(resolve_users(reader, ["alice", "bob", "nobody-here"])) == {"alice", "bob"}
    assert {"alice", "bob", "carol"} <= set(visible_usernames(reader))


def test_in_the_personal_workspace_they_are_not(sandbox: Sandbox, connect_to: Connect) -> None:
    """There CVAT refuses to assign anybody else: 403."""
    reader = Reader(connect_to(sandbox.url, credentials=as_alice(sandbox, "")))
    assert set(resolve_users(reader, ["alice", "bob"])) == {"alice"}
    assert visible_usernames(reader) == ["alice"]


def test_members_by_role(sandbox: Sandbox, connect_to: Connect) -> None:
    """Whoever was only invited is not there yet."""
    session = connect_to(sandbox.url, token=sandbox.token, organization="acme")
    reader = Reader(session)
    roles = {member.username: member.role for member in reader.members()}
    workers = [name for name, role in roles.items() if name and role == "worker"]
    people = VisiblePeople(reader)
    assert people.with_role(["worker"]) == sorted(workers)
    assert set(people.with_role(["worker", "owner"])) > set(workers)
    assert people.with_role([]) == []
    world = sandbox.dump()
    for member in world["memberships"]:
        if member["user"]["username"] == workers[0]:
            member["is_active"] = False
    sandbox.reset(world)
    assert VisiblePeople(Reader(session)).with_role(["worker"]) == sorted(workers[1:])
