from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from reconciler.cvat.models import Job, Label, Membership, Observed, Organization, Page, Project, Task, User


@pytest.mark.parametrize("model", [User, Organization, Membership, Project, Task, Job, Label])
def test_an_id_is_enough(model: type[Observed]) -> None:
    assert model.model_validate_json(b'{"id": 5, "invented_in_2031": {"a": [1]}}').id == 5
    with pytest.raises(ValidationError):
        model.model_validate_json(b"{}")


def test_a_task() -> None:
    task = Task.model_validate(
        {
            "id": 5,
            "name": "batch",
            "status": "a new status",
            "owner": {"id": 1, "username": "ann"},
            "assignee": None,
            "created_date": "2025-11-13T11:32:48.132000Z",
            "jobs": {"count": 3, "completed": 1, "validation": 0, "url": "https://cvat.example/api/jobs?task_id=5"},
        }
    )
    assert (task.owner_name, task.assignee_name, task.job_count) == ("ann", None, 3)
    assert task.status == "a new status"
    assert task.created_date == datetime(2025, 11, 13, 11, 32, 48, 132_000, tzinfo=UTC)


def test_a_task_without_data() -> None:
    """2.54.1 leaves `size`, `data` and `image_quality` out (FACTS §3)."""
    task = Task(id=5)
    assert (task.size, task.job_count, task.owner_name) == (None, None, None)


def test_a_task_whose_upload_has_begun_has_no_frames_either() -> None:
    """From the first message on the server has a record of data, without frames (CVAT's source, TaskViewSet.data)."""
    task = Task.model_validate({"id": 5, "size": 0, "data": 9, "image_quality": 50})
    assert (task.size, task.data_id) == (None, 9)


def test_dates_always_have_a_time_zone() -> None:
    job = Job.model_validate({"id": 1, "updated_date": "2026-01-01T00:00:00", "created_date": None})
    assert job.updated_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert job.created_date is None


def test_a_project_and_a_job_and_a_member() -> None:
    ann = {"id": 1, "username": "ann"}
    assert Project.model_validate({"id": 1, "tasks": {"count": 7}}).task_count == 7
    assert Project(id=1).task_count is None
    assert Job.model_validate({"id": 1, "assignee": ann, "organization": 4}).assignee_name == "ann"
    assert Job(id=1).assignee_name is None
    assert Membership.model_validate({"id": 1, "user": ann}).username == "ann"
    assert Membership(id=1).username is None


def test_one_odd_object_does_not_take_its_page_along() -> None:
    page = Page[Job].model_validate_json(
        b'{"count": 2, "next": null, "results": [{"id": 1, "type": "hologram", "stage": null}, {"id": 2}]}'
    )
    assert [job.type for job in page.results] == ["hologram", None]


def test_what_was_read_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Task(id=1).name = "other"  # type: ignore[misc]
