"""Issues with their comments, made again: by whoever restores, for CVAT lets nobody write in another's name."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from reconciler.cvat.details import Issue
from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.snapshots.model import IssueRecord, TaskRecord

_DIGITS = 3  # of a position, in pixels: what a person drew
_NO_COMMENT = "(no comment)"

_Key = tuple[int, int, tuple[float, ...], str]


def restore_issues(
    session: Session, record: TaskRecord, task_id: int, replaced: Mapping[int, int], people: Mapping[str, int]
) -> list[str]:
    """Make the issues and comments that are not there; gives warnings. `replaced`: old job → new job. Safe to repeat.

    Raises:
        ServerError: the server refuses or fails.
    """
    if not record.issues:
        return []
    there: dict[_Key, list[Issue]] = {}
    for found in Reader(session).issues_of_task(task_id):
        first = found.comments[0].message if found.comments else ""
        there.setdefault(_key(found.job or 0, found.frame or 0, found.position, first), []).append(found)
    objects, warnings = Objects(session), []
    for issue in record.issues:
        job = replaced.get(issue.job)
        if job is None:
            warnings.append(f"an issue on frame {issue.frame} was not made again: its job is not there any more")
            continue
        if not issue.comments:
            warnings.append(f"an issue on frame {issue.frame} had no comment; CVAT makes none without: it has one now")
        if issue.assignee is not None and issue.assignee not in people:
            warnings.append(f"an issue on frame {issue.frame} was {issue.assignee}'s, who cannot be seen any more")
        same = there.get(_key(job, issue.frame, issue.position, _first(issue)), [])
        _restore(objects, issue, job, same.pop(0) if same else None, people)
    return warnings


def _restore(objects: Objects, issue: IssueRecord, job: int, there: Issue | None, people: Mapping[str, int]) -> None:
    assignee = people.get(issue.assignee) if issue.assignee is not None else None
    if there is None:
        position: list[JsonValue] = list(issue.position)
        body: dict[str, JsonValue] = {
            "job": job,
            "frame": issue.frame,
            "position": position,
            "message": _first(issue),
        }
        there = objects.create_issue(body | ({"assignee": assignee} if assignee is not None else {}))
        said = [_first(issue)]
    else:
        said = [comment.message for comment in there.comments]
    for comment in issue.comments:
        if comment.message in said:
            said.remove(comment.message)
        else:
            objects.create_comment(there.id, comment.message)
    if there.resolved != issue.resolved:
        objects.patch_issue(there.id, {"resolved": issue.resolved})


def _first(issue: IssueRecord) -> str:
    return issue.comments[0].message if issue.comments else _NO_COMMENT


def _key(job: int, frame: int, position: tuple[float, ...], first: str) -> _Key:
    return job, frame, tuple(round(number, _DIGITS) for number in position), first.strip()
