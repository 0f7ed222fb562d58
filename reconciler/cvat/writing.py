"""Single writes: one PATCH, one object, the object as it is afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from reconciler.cvat.models import Job, Task
from reconciler.cvat.refusals import broken, not_cvat_json, refusal
from reconciler.cvat.session import Session
from reconciler.cvat.transport import NoAnswer

_ModelT = TypeVar("_ModelT", bound=BaseModel)


class Writer:
    """Writes single objects of one session. Bodies are sent as they are: nulls stay, nothing is added.

    Every method raises ServerError when the server refuses (with its own words and status) or when no answer came even
    after retries (status 0: whether it was written is not known; the values are absolute, so it can be sent again).
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def patch_task(self, task_id: int, body: Mapping[str, JsonValue]) -> Task:
        """Set fields of a task: `name`, `assignee_id`, `owner_id`, `bug_tracker`, `subset`; a move on its own.

        CVAT does one of three things a PATCH: an organization transfer, a project move, or the base fields; mixed, the
        rest is silently ignored (FACTS §4). Each field needs its permission, changed or not: send what differs.
        """
        return self._patch("task", task_id, body, Task)

    def patch_job(self, job_id: int, body: Mapping[str, JsonValue]) -> Job:
        """Set a job's `assignee` (a user's id or None), `stage` and `state`.

        A stage without a state resets the state to `new` (FACTS §2): send both.
        """
        return self._patch("job", job_id, body, Job)

    def _patch(self, kind: str, number: int, body: Mapping[str, JsonValue], model: type[_ModelT]) -> _ModelT:
        if not body:
            raise ValueError(f"nothing to write to {kind} {number}")
        doing = f"{kind} {number} cannot be changed"
        try:
            answer = self.session.transport.request("PATCH", f"/api/{kind}s/{number}", body=dict(body))
        except NoAnswer as failure:
            raise broken(doing, failure) from None
        if not answer.ok:
            raise refusal(doing, answer)
        try:
            return model.model_validate_json(answer.body)
        except ValidationError:
            raise not_cvat_json(doing, answer) from None
