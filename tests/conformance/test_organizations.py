"""Organization context."""

from __future__ import annotations

import pytest

from .server import Server


@pytest.fixture
def slug(server: Server) -> str:
    return str(server.make("/api/organizations", {"slug": f"c{server.run}", "name": "Conformance"})["slug"])


def test_context(server: Server, slug: str) -> None:
    inside = {"X-Organization": slug}
    made = server.ask("POST", "/api/projects", {"name": server.name("inside"), "labels": []}, headers=inside)
    assert made.status == 201
    rule = {"==": [{"var": "id"}, made.body["id"]]}
    for headers, query, count in (
        (inside, {}, 1),
        ({}, {"org": slug}, 1),
        ({}, {"org_id": made.body["organization_id"]}, 1),
        ({"X-Organization": ""}, {}, 0),
        ({}, {}, 1),
    ):
        reply = server.ask("GET", "/api/projects", rule=rule, headers=headers, **query)
        assert (reply.status, reply.body["count"]) == (200, count), (headers, query)
    # One object is found without a context.
    assert server.ask("GET", f"/api/projects/{made.body['id']}").status == 200


def test_an_unknown_organization(server: Server) -> None:
    reply = server.ask("GET", "/api/tasks", headers={"X-Organization": "nosuchorg"})
    assert (reply.status, reply.body) == (404, {"detail": "nosuchorg organization does not exist."})


def test_its_creator_owns_it(server: Server, slug: str) -> None:
    reply = server.ask("GET", "/api/memberships", headers={"X-Organization": slug})
    assert [member["role"] for member in reply.body["results"]] == ["owner"]


def test_access_tokens_are_read_only_unless_asked(server: Server) -> None:
    if server.authorization.startswith("Bearer"):
        refused = server.ask("POST", "/api/auth/access_tokens", {"name": "x"})
        assert refused.status == 403
        return
    token = server.make("/api/auth/access_tokens", {"name": server.name("token")})
    bearer = {"Authorization": f"Bearer {token['value']}"}
    assert token["read_only"] is True
    assert server.ask("GET", "/api/users/self", headers=bearer).status == 200
    refused = server.ask("POST", "/api/projects", {"name": "x"}, headers=bearer)
    assert refused.status == 403
