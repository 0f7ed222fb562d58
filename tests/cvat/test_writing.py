from __future__ import annotations

import pytest

from reconciler.cvat import Credentials, Reader, Session, Writer, connect
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from .conftest import Connect
from .scripted import HTML, Says, ScriptedServer


def test_one_request_and_the_object_as_it_is_then(sandbox: Sandbox, admin: Session) -> None:
    task = Writer(admin).patch_task(1, {"name": "renamed", "subset": "Test"})
    assert (task.id, task.name, task.subset) == (1, "renamed", "Test")
    assert [(request.method, request.path) for request in sandbox.requests] == [("PATCH", "/api/tasks/1")]


def test_nobody_goes_over_the_wire(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/jobs/1"] = Says(body={"id": 1, "assignee": None})
    Writer(session).patch_job(1, {"assignee": None, "stage": "annotation", "state": "new"})
    assert server.requests[0].json == {"assignee": None, "stage": "annotation", "state": "new"}
    assert server.requests[0].headers["content-type"] == "application/json"


def test_assigning_and_clearing(sandbox: Sandbox, admin: Session) -> None:
    alice = next(user.id for user in Reader(admin).users() if user.username == "alice")
    writer = Writer(admin)
    assert writer.patch_job(1, {"assignee": alice}).assignee_name == "alice"
    assert writer.patch_job(1, {"assignee": None}).assignee_name is None
    assert writer.patch_task(1, {"assignee_id": alice}).assignee_name == "alice"
    assert writer.patch_task(1, {"assignee_id": None}).assignee_name is None


def test_reopening_a_task_through_its_jobs(sandbox: Sandbox, admin: Session) -> None:
    reader, writer = Reader(admin), Writer(admin)
    task = reader.tasks()[0]
    assert task.status == "completed"
    for job in reader.jobs_of_tasks([task.id]):
        after = writer.patch_job(job.id, {"stage": "annotation", "state": "new"})
        assert (after.stage, after.state) == ("annotation", "new")
    reopened = reader.task(task.id)
    assert reopened is not None
    assert reopened.status == "annotation"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"status": "annotation"}, 403, "task 1 cannot be changed (403): Attempted to update an unknown field"),
        ({"name": ""}, 400, "task 1 cannot be changed (400): name: This field may not be blank."),
        ({"name": "x" * 300}, 400, "name: Ensure this field has no more than 256 characters."),
        ({"assignee_id": 99_999}, 500, "task 1 cannot be changed: the server failed (500)"),
    ],
)
def test_refusals_in_the_servers_own_words(
    sandbox: Sandbox, admin: Session, body: dict[str, str], status: int, says: str
) -> None:
    with pytest.raises(ServerError) as caught:
        Writer(admin).patch_task(1, body)
    assert caught.value.status == status
    assert says in caught.value.what
    assert "<" not in str(caught.value)
    assert len(sandbox.requests) == 1


def test_a_server_that_fails_without_a_word_gets_a_hint(sandbox: Sandbox, admin: Session) -> None:
    with pytest.raises(ServerError) as caught:
        Writer(admin).patch_job(1, {"assignee": 99_999})
    assert caught.value.hint is not None
    assert "does not exist, such as a user" in caught.value.hint


def test_an_object_that_is_gone(sandbox: Sandbox, admin: Session) -> None:
    with pytest.raises(ServerError) as caught:
        Writer(admin).patch_task(999_999, {"name": "x"})
    assert caught.value.status == 404


def test_a_read_only_token(sandbox: Sandbox) -> None:
    status, made = sandbox.api("POST", "/api/auth/access_tokens", json={"name": "ro", "read_only": True})
    assert status == 201
    with (
        connect(credentials=Credentials(sandbox.url, token=made["value"]), environ={}) as session,
        pytest.raises(ServerError) as caught,
    ):
        Writer(session).patch_task(1, {"name": "x"})
    assert caught.value.status == 403
    assert caught.value.hint is not None
    assert "read-only" in caught.value.hint


def test_an_answer_that_was_lost_is_asked_for_again(sandbox: Sandbox, admin: Session) -> None:
    """The write took effect, its answer did not arrive: a PATCH is repeated, and gives what is true."""
    sandbox.drop("PATCH", "/api/tasks/1$", after_write=True)
    assert Writer(admin).patch_task(1, {"name": "once"}).name == "once"
    assert len([request for request in sandbox.requests if request.method == "PATCH"]) == 2


def test_an_unknown_outcome(sandbox: Sandbox, admin: Session) -> None:
    sandbox.drop("PATCH", "/api/tasks/1$", times=None)
    with pytest.raises(ServerError) as caught:
        Writer(admin).patch_task(1, {"name": "x"})
    assert caught.value.status == 0
    assert caught.value.hint == "what the server did with it is not known"


def test_a_login_page_instead_of_an_answer(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/tasks/1"] = Says(200, HTML, "text/html")
    with pytest.raises(ServerError, match="the answer is not CVAT's JSON"):
        Writer(session).patch_task(1, {"name": "x"})


def test_nothing_to_write_is_a_mistake(server: ScriptedServer, session: Session) -> None:
    with pytest.raises(ValueError, match="nothing to write to task 1"):
        Writer(session).patch_task(1, {})
    assert not server.requests


def test_a_session_that_ends_does_not_end_the_login(sandbox: Sandbox, connect_to: Connect) -> None:
    """Logging out would delete the account's one token, and throw out every other client (FACTS §5)."""
    credentials = Credentials(sandbox.url, username=sandbox.username, password=sandbox.password)
    first = connect_to(sandbox.url, credentials=credentials)
    with connect(credentials=credentials, environ={}) as second:
        Reader(second).tasks()
    assert Writer(first).patch_task(1, {"name": "still here"}).name == "still here"
    assert not [request for request in sandbox.requests if "logout" in request.path]
