from __future__ import annotations

from reconciler.cvat.models import Job, Project, Task
from reconciler.plan.state import project_state, task_state, users_of

ALICE, BOB = {"id": 1, "username": "alice"}, {"id": 2, "username": "bob"}


def test_a_project_that_says_little() -> None:
    assert project_state(Project(id=7)) == {
        "name": "",
        "bug_tracker": "",
        "assignee": None,
        "owner": None,
        "source_storage": None,
        "target_storage": None,
    }


def test_storages_that_mean_the_same_are_the_same() -> None:
    local = {"id": 3, "location": "local", "cloud_storage_id": None}
    cloud = {"id": 4, "location": "cloud_storage", "cloud_storage_id": 5}
    shown = {"id": 7, "name": "x", "owner": ALICE, "source_storage": local, "target_storage": cloud}
    for state in (project_state(Project.model_validate(shown)), task_state(Task.model_validate(shown))):
        assert state["source_storage"] is None
        assert state["target_storage"] == {"location": "cloud_storage", "cloud_storage_id": 5}
        assert state["owner"] == "alice"


def test_users_that_objects_show() -> None:
    shown: list[Project | Task | Job] = [
        Project.model_validate({"id": 7, "owner": ALICE}),
        Task.model_validate({"id": 8, "assignee": BOB}),
        Job.model_validate({"id": 9, "assignee": {"id": 3, "username": "carol"}}),
        Job(id=10),
    ]
    assert users_of(*shown) == {"alice": 1, "bob": 2, "carol": 3}
