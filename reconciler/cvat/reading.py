"""What the server holds, read in bulk and in few requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeVar

from pydantic import JsonValue, TypeAdapter

from reconciler.cvat import looking
from reconciler.cvat.calls import as_model, call
from reconciler.cvat.capabilities import PAGE_SIZE
from reconciler.cvat.chunks import split_into_filters
from reconciler.cvat.details import Asset, Comment, DataMeta, Formats, Guide, Issue
from reconciler.cvat.filters import MAX_ID, Filter, all_of, equals, is_in
from reconciler.cvat.models import Job, Label, Membership, Observed, ObservedT, Page, Project, Task, User
from reconciler.cvat.paging import Listing, OnPage
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Query

_TASKS_A_QUERY: Final = 700  # tasks asked for in one query of their jobs: about what a request line holds

_PROJECTS = TypeAdapter(Page[Project])
_TASKS = TypeAdapter(Page[Task])
_JOBS = TypeAdapter(Page[Job])
_USERS = TypeAdapter(Page[User])
_MEMBERS = TypeAdapter(Page[Membership])
_LABELS = TypeAdapter(Page[Label])
_ISSUES = TypeAdapter(Page[Issue])
_COMMENTS = TypeAdapter(Page[Comment])

_ValueT = TypeVar("_ValueT", int, str)
_OneT = TypeVar("_OneT", bound=Observed)


class Reader:
    """Reads lists and single objects of one session. Lists come sorted by id, each object once.

    Lists are those of the session's organization; without one, all that the account can see. Single objects (`task`,
    `job`) are found wherever they are. `on_page` is told of progress: (what, how many so far, how many in all).
    Every method raises ServerError when the server refuses, fails or cannot be reached.
    """

    def __init__(self, session: Session, on_page: OnPage | None = None) -> None:
        self.session = session
        self._on_page = on_page

    def projects(self, condition: Filter | None = None) -> list[Project]:
        """The projects that match."""
        return self._listing("/api/projects", _PROJECTS).read([condition])

    def tasks(self, condition: Filter | None = None) -> list[Task]:
        """The tasks that match."""
        return self._listing("/api/tasks", _TASKS).read([condition])

    def jobs(self, condition: Filter | None = None) -> list[Job]:
        """The jobs that match, of all types."""
        return self._listing("/api/jobs", _JOBS).read([condition])

    def users(self, condition: Filter | None = None, *, organization: int | None = None) -> list[User]:
        """The users that match, of those the account can see.

        With the id of an `organization`, its members: only in a session without a context, any other would be refused.
        """
        return self._listing("/api/users", _USERS, organization).read([condition])

    def members(self) -> list[Membership]:
        """The members of the session's organization; without one, of every organization the account can see."""
        return self._listing("/api/memberships", _MEMBERS).read([None])

    def labels(self, condition: Filter | None = None) -> list[Label]:
        """The root labels that match, of all visible projects and tasks: one sweep instead of a call each (FACTS §3).

        Each has the id of its project, or of its task if that has no project. Sublabels are in their parents.
        """
        return self._listing("/api/labels", _LABELS).read([condition])

    def projects_by_id(self, ids: Iterable[int]) -> list[Project]:
        """The projects with these ids; those that are not there (any more) are missing from the result."""
        return self._by_value(self._listing("/api/projects", _PROJECTS), "id", _possible(ids))

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        """The tasks with these ids; those that are not there (any more) are missing from the result."""
        return self._by_value(self._listing("/api/tasks", _TASKS), "id", _possible(ids))

    def jobs_by_id(self, ids: Iterable[int]) -> list[Job]:
        """The jobs with these ids; those that are not there (any more) are missing from the result."""
        return self._by_value(self._listing("/api/jobs", _JOBS), "id", _possible(ids))

    def users_by_name(self, usernames: Iterable[str], *, organization: int | None = None) -> list[User]:
        """The users with these names (exactly); unknown ones are missing from the result. See `users`."""
        return self._by_value(self._listing("/api/users", _USERS, organization), "username", sorted(set(usernames)))

    def jobs_of_tasks(self, task_ids: Iterable[int], *, where: Filter | None = None) -> list[Job]:
        """The jobs of these tasks, of all types, that match `where` (None: all of them).

        Put what is desired into `where`, negated, and jobs that are as desired never travel: fifty thousand of them
        take 25 seconds to read, and none to be left out (FACTS §3).
        """
        listing = self._listing("/api/jobs", _JOBS)
        return self._by_value(listing, "task_id", _possible(task_ids), where=where, most=_TASKS_A_QUERY)

    def count_tasks(self, condition: Filter | None = None) -> int:
        """How many tasks match, in one small request."""
        return self._listing("/api/tasks", _TASKS).count(condition)

    def count_jobs(self, condition: Filter | None = None) -> int:
        """How many jobs match, in one small request."""
        return self._listing("/api/jobs", _JOBS).count(condition)

    def task(self, task_id: int) -> Task | None:
        """One task; None when it does not exist."""
        return self._one(f"/api/tasks/{task_id}", f"task {task_id}", Task)

    def job(self, job_id: int) -> Job | None:
        """One job; None when it does not exist."""
        return self._one(f"/api/jobs/{job_id}", f"job {job_id}", Job)

    def project(self, project_id: int) -> Project | None:
        """One project; None when it does not exist."""
        return self._one(f"/api/projects/{project_id}", f"project {project_id}", Project)

    def guide(self, guide_id: int) -> Guide | None:
        """One guide, by the `guide_id` of its project or task; None when it does not exist."""
        return self._one(f"/api/guides/{guide_id}", f"guide {guide_id}", Guide)

    def labels_of(self, kind: Literal["project", "task"], number: int) -> list[Label]:
        """The root labels of a project or task, by id; a task in a project has the project's."""
        return self._listing("/api/labels", _LABELS, within={f"{kind}_id": number}).read([None])

    def issues_of_task(self, task_id: int) -> list[Issue]:
        """The issues in a task's jobs, with their comments."""
        issues = self._listing("/api/issues", _ISSUES).read([equals("task_id", task_id)])
        said: dict[int | None, list[Comment]] = {}
        for comment in self._by_value(
            self._listing("/api/comments", _COMMENTS), "issue_id", [issue.id for issue in issues]
        ):
            said.setdefault(comment.issue, []).append(comment)
        return [issue.model_copy(update={"comments": tuple(said.get(issue.id, ()))}) for issue in issues]

    def data_meta(self, task_id: int) -> DataMeta | None:
        """What a task's data is like; None when it has none, or does not exist."""
        return looking.data_meta(self.session, task_id)

    def job_data_meta(self, job_id: int) -> DataMeta | None:
        """What a job's data is like: `included_frames` of a ground-truth job."""
        return looking.job_data_meta(self.session, job_id)

    def quality_settings(self, task_id: int) -> dict[str, JsonValue] | None:
        """A task's quality settings as the server gives them; None when there are none."""
        return looking.quality_settings(self.session, task_id)

    def left_out(self, task_id: int) -> tuple[int, ...]:
        """The frames of a task's ground truth that are not counted ("disabled")."""
        return looking.left_out(self.session, task_id)

    def formats(self) -> Formats:
        """The formats that the server can import and export."""
        return looking.formats(self.session)

    def annotations(self, task_id: int) -> dict[str, JsonValue]:
        """A task's tags, shapes and tracks as the server gives them; a task without data is refused (400)."""
        return looking.labeled_data(self.session, "task", task_id)

    def job_annotations(self, job_id: int) -> dict[str, JsonValue]:
        """A job's tags, shapes and tracks as the server gives them."""
        return looking.labeled_data(self.session, "job", job_id)

    def asset(self, uuid: str) -> Asset:
        """A picture of a guide."""
        return looking.asset(self.session, uuid)

    def _listing(
        self,
        path: str,
        shape: TypeAdapter[Page[ObservedT]],
        organization: int | None = None,
        *,
        within: Query | None = None,
    ) -> Listing[ObservedT]:
        context: Query = within or {}
        if organization is not None:
            context = {"org_id": organization}
        elif within is not None:
            pass  # an object is found in any context (FACTS §3)
        elif self.session.organization == "":
            # Said twice: a proxy that drops empty headers would turn the personal workspace into everything there is.
            context = {"org": ""}
        return Listing(
            self.session.transport,
            path,
            shape,
            connections=self.session.connections,
            on_page=self._on_page,
            context=context,
        )

    def _by_value(
        self,
        listing: Listing[ObservedT],
        term: str,
        values: Sequence[_ValueT],
        *,
        where: Filter | None = None,
        most: int = PAGE_SIZE,
    ) -> list[ObservedT]:
        def make(part: Sequence[_ValueT]) -> Filter:
            return all_of(is_in(term, part), where)

        return listing.read(split_into_filters(values, make, listing.fits, most=most))

    def _one(self, path: str, what: str, model: type[_OneT]) -> _OneT | None:
        doing = f"{what} cannot be read"
        answer = call(self.session, "GET", path, doing, accept=(404,))
        return None if answer.status == 404 else as_model(model, answer, doing)


def _possible(ids: Iterable[int]) -> list[int]:
    """Sorted and without those that cannot exist; asking the database for them would be an error, not "not found"."""
    return sorted({number for number in ids if 0 < number <= MAX_ID})
