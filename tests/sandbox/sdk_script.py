"""What users of the SDK do, for the SDK that is on the path: run by itself, with the server's address."""

from __future__ import annotations

import sys
from importlib.metadata import version

from cvat_sdk import make_client, models
from cvat_sdk.core.client import AccessTokenCredentials, Client


def work_with(client: Client) -> None:
    """Log in, list, retrieve and update tasks and jobs, as its users do."""
    assert client.users.retrieve_current_user().username == "admin"
    client.organization_slug = "acme"
    assert len(client.organizations.list()) == 1
    projects = {project.name: project for project in client.projects.list()}
    tasks = projects["Street scenes"].get_tasks()
    assert len(tasks) == 12
    task = client.tasks.retrieve(tasks[0].id)
    assert task.status == "completed"
    jobs = task.get_jobs()
    assert [job.stage for job in jobs] == ["acceptance"] * 3
    for job in jobs:
        job.update(models.PatchedJobWriteRequest(stage="annotation", state="new"))
    task.fetch()
    assert task.status == "annotation"
    task.update(models.PatchedTaskWriteRequest(name="renamed", subset="Test"))
    assert client.tasks.retrieve(task.id).name == "renamed"
    assert {label.name for label in task.get_labels()} == {"car", "van", "pedestrian"}
    replicas = [job for job in client.jobs.list() if "replica" in str(job.type)]
    assert len(replicas) == 2


def main(url: str, way: str, token: str) -> None:
    """Work with a sandbox, logged in by password or by token."""
    if way == "password":
        with make_client(url, credentials=("admin", "sandbox")) as client:
            work_with(client)
    else:
        with Client(url) as client:
            client.login(AccessTokenCredentials(token))
            work_with(client)
    sys.stdout.write(f"{version('cvat-sdk')} done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
