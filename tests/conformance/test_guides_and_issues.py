"""Guides, issues with their comments, quality settings."""

from __future__ import annotations

from .server import Server


def test_a_guide(server: Server) -> None:
    project = server.project()
    guide = server.make("/api/guides", {"task_id": None, "project_id": project["id"], "markdown": "# Tight boxes\n"})
    assert guide == {**guide, "task_id": None, "project_id": project["id"], "markdown": "# Tight boxes"}
    where = f"/api/guides/{guide['id']}"
    assert server.ask("PATCH", where, {"markdown": "# Loose\n\nboxes\n"}).body["markdown"] == "# Loose\n\nboxes"
    assert server.ask("GET", where).body["markdown"] == "# Loose\n\nboxes"
    assert server.ask("GET", f"/api/projects/{project['id']}").body["guide_id"] == guide["id"]
    assert server.ask("DELETE", where).status == 204
    assert server.ask("GET", f"/api/projects/{project['id']}").body["guide_id"] is None


def test_a_task_in_a_project_may_have_its_own_guide(server: Server) -> None:
    task = server.task(server.project(), frames=0)
    guide = server.make("/api/guides", {"task_id": task["id"], "project_id": None, "markdown": "x"})
    assert server.ask("GET", f"/api/tasks/{task['id']}").body["guide_id"] == guide["id"]


def test_a_second_guide_breaks_the_server(server: Server) -> None:
    project = server.project()
    body = {"task_id": None, "project_id": project["id"], "markdown": "x"}
    server.make("/api/guides", body)
    reply = server.ask("POST", "/api/guides", body)
    assert (reply.status, reply.kind) == (500, "text/html")


def test_an_issue_and_its_comments(server: Server) -> None:
    task = server.task(server.project(), frames=2)
    [job] = server.jobs(task)
    body = {"frame": 0, "position": [1, 2, 30, 40], "job": job["id"], "message": "box too wide"}
    issue = server.make("/api/issues", body)
    assert (issue["resolved"], issue["comments"]["count"], issue["position"]) == (False, 1, [1.0, 2.0, 30.0, 40.0])
    server.make("/api/comments", {"issue": issue["id"], "message": "fixed"})
    changed = server.ask("PATCH", f"/api/issues/{issue['id']}", {"resolved": True}).body
    assert (changed["resolved"], changed["comments"]["count"]) == (True, 2)
    listed = server.ask("GET", "/api/issues", rule={"==": [{"var": "job_id"}, job["id"]]}).body
    assert [found["id"] for found in listed["results"]] == [issue["id"]]
    comments = server.ask("GET", "/api/comments", issue_id=issue["id"], sort="id").body["results"]
    assert [comment["message"] for comment in comments] == ["box too wide", "fixed"]
    # Issues move nothing.
    assert server.jobs(task)[0]["updated_date"] == job["updated_date"]


def test_quality_settings_are_there(server: Server) -> None:
    task = server.task(server.project(), frames=2)
    [settings] = server.ask("GET", "/api/quality/settings", task_id=task["id"]).body["results"]
    assert (settings["task_id"], settings["project_id"]) == (task["id"], None)
