from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from reconciler.plan.writes import body_of, repeated, with_position, write

USERS = {"alice": 1, "bob": 2}
people = st.none() | st.sampled_from(sorted(USERS))
job_states = st.fixed_dictionaries(
    {
        "stage": st.none() | st.sampled_from(["annotation", "validation", "acceptance", "a new stage"]),
        "state": st.none() | st.sampled_from(["new", "in progress", "completed", "rejected", "a new state"]),
        "assignee": people,
    }
)
task_states = st.fixed_dictionaries({"name": st.text(), "subset": st.text(), "assignee": people, "owner": people})


def ids(state: dict[str, str | None], sent_as: dict[str, str]) -> dict[str, object]:
    return {
        sent_as.get(name, name): USERS[value] if name in sent_as and value else value for name, value in state.items()
    }


@given(job_states, job_states)
def test_a_job_gets_only_what_differs_and_never_a_stage_alone(
    expect: dict[str, str | None], gives: dict[str, str | None]
) -> None:
    made = write("job", expect, gives, USERS)
    assert (made.expect, made.gives) == (expect, gives)
    assert ids(expect, {"assignee": "assignee"}) | made.body == ids(gives, {"assignee": "assignee"})
    assert "stage" not in made.body or "state" in made.body
    for name in made.body:
        assert expect[name] != gives[name] or (name == "state" and "stage" in made.body)


@given(task_states, task_states)
def test_a_task_gets_only_what_differs(expect: dict[str, str | None], gives: dict[str, str | None]) -> None:
    made = write("task", expect, gives, USERS)
    sent_as = {"assignee": "assignee_id", "owner": "owner_id"}
    assert ids(expect, sent_as) | made.body == ids(gives, sent_as)
    assert len(made.body) == sum(expect[name] != gives[name] for name in gives)


def test_a_position_sent_once_more() -> None:
    state = {"stage": "annotation", "state": "new", "assignee": None}
    same = {"stage": "annotation", "state": "new"}
    assert repeated(state).model_dump() == {"body": same, "expect": same, "gives": same}


def test_a_position_sent_along() -> None:
    assigned = write("job", {"assignee": None}, {"assignee": "bob"}, USERS)
    made = with_position(assigned, {"stage": "annotation", "state": "new", "assignee": None})
    assert made.body == {"assignee": 2, "stage": "annotation", "state": "new"}
    assert made.expect == {"stage": "annotation", "state": "new", "assignee": None}
    assert made.gives == {"stage": "annotation", "state": "new", "assignee": "bob"}


def test_a_project_gets_users_as_ids_and_storages_in_full() -> None:
    cloud: JsonValue = {"location": "cloud_storage", "cloud_storage_id": 5}
    made = write(
        "project",
        {"assignee": "bob", "owner": "alice", "source_storage": None, "target_storage": cloud, "bug_tracker": ""},
        {"assignee": None, "owner": "bob", "source_storage": cloud, "target_storage": None, "bug_tracker": ""},
        USERS,
    )
    local = {"location": "local", "cloud_storage_id": None}
    assert made.body == {"assignee_id": None, "owner_id": 2, "source_storage": cloud, "target_storage": local}


def test_a_body_is_all_that_is_given() -> None:
    assert body_of("task", {"name": "x", "owner": "alice", "source_storage": None}, USERS) == {
        "name": "x",
        "owner_id": 1,
        "source_storage": {"location": "local", "cloud_storage_id": None},
    }
