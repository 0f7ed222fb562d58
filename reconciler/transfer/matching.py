"""Which file is for which task: by what its folder's list says, else by the id in its name, or by the task's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.cvat.models import Task
from reconciler.errors import Problem
from reconciler.manifest.wording import did_you_mean, quoted
from reconciler.transfer.listing import Listing, Standing, standing
from reconciler.transfer.names import Meant, is_cut, meant_by, safe_name, without_ending
from reconciler.wording import listed

_SHOWN = 3
_ENDINGS = frozenset({".json", ".xml", ".zip"})


@dataclass(frozen=True)
class Matched:
    """What could be matched, by task, and what is wrong with the rest."""

    files: Mapping[int, Path]
    problems: Sequence[Problem]
    left_out: int = 0  # files of tasks that are not selected


def files_in(folder: Path) -> list[Path]:
    """The files of a folder that may be for tasks, by name: not its own lists, nothing hidden.

    With what is none and stands in the place of one: links that lead nowhere, folders that are called like a file.
    """
    return sorted(one for one in folder.iterdir() if not _is_ours(one.name) and (one.is_file() or _is_for_one(one)))


def _as_it_is(name: str, _: int) -> str:
    return name


def match(
    files: Sequence[Path],
    tasks: Sequence[Task],
    listing: Listing | None,
    server: str,
    bare: Callable[[str, int], str] = _as_it_is,
    others: Sequence[Task] = (),
) -> Matched:
    """Find each file's task, among those that are selected; the files of `others`, which are not, are left out.

    `listing` is what the files' folder says of them. What it says of another server's tasks is true of names only.
    `bare` takes out of a name, of a task by its id, what was put into it: names match with and without.
    """
    selected = {task.id for task in tasks}
    others = [task for task in others if task.id not in selected]
    matching = _Matching([*tasks, *others], listing, server, bare)
    left_out = 0
    found: dict[int, list[Path]] = defaultdict(list)
    problems: list[Problem] = []
    for file in files:
        candidates = list(matching.candidates(file, problems))
        if matching.are_called_alike(candidates):  # a selection may tell tasks of one name apart
            candidates = [task for task in candidates if task.id in selected] or candidates[:1]
        if len(candidates) == 1 and candidates[0].id not in selected:
            left_out += 1
        elif len(candidates) == 1:
            found[candidates[0].id].append(file)
            problems += matching.changed(file)
        elif candidates:
            named = listed((f"{task.id} ({task.name})" for task in candidates), _SHOWN)
            hint = f"put the id into the file's name: {file.stem}.task-{candidates[0].id}{file.suffix}"
            problems.append(Problem(f"{file} matches {len(candidates)} tasks: {named}", hint=hint))
    for task_id, several in found.items():
        if len(several) > 1:
            what = f"task {task_id} matches {len(several)} files: {listed(several, None)}"
            problems.append(Problem(what, hint="keep one of them"))
    return Matched({task: several[0] for task, several in found.items()}, problems, left_out)


class _Matching:
    def __init__(
        self, tasks: Sequence[Task], listing: Listing | None, server: str, bare: Callable[[str, int], str]
    ) -> None:
        self._bare = bare
        self._by_id = {task.id: task for task in tasks}
        self._by_name: dict[str, list[Task]] = defaultdict(list)
        for task in tasks:
            for name in self._names_of(task):
                self._by_name[name].append(task)
        self._listed = {one.name: one for one in listing.files} if listing is not None else {}
        self._is_here = listing is None or listing.purpose.server == server

    def candidates(self, file: Path, problems: list[Problem]) -> Iterator[Task]:
        """The tasks that a file may be for; that there is none is a problem, and said."""
        if not file.is_file():
            what = "is a folder, not a file" if file.is_dir() else "is a link that leads nowhere"
            problems.append(Problem(f"{file} {what}", hint="put the file itself there, or take it away"))
            return
        entry = self._listed.get(file.name)
        meant, whole = meant_by(file.name), without_ending(file.name)
        if entry is not None:  # that the task is called otherwise now does not matter, if it is the same task
            meant = Meant(entry.task, None) if self._is_here else Meant(None, safe_name(entry.task_name))
        found = {task.id: task for task in self._found(meant)}
        if entry is None and not is_cut(whole):  # a task may be called `batch.task-42`, whatever its id is
            found |= {task.id: task for task in self._by_name.get(safe_name(whole), ())}
        if not found:
            problems.append(self._nothing(file, meant))
        yield from found.values()

    def are_called_alike(self, tasks: Sequence[Task]) -> bool:
        """Whether one name is that of all of them."""
        return bool(tasks) and bool(set.intersection(*map(self._names_of, tasks)))

    def changed(self, file: Path) -> Iterator[Problem]:
        """Whether a file is still what the list says."""
        entry = self._listed.get(file.name)
        if entry is not None and standing(file.parent, entry) is not Standing.WHOLE:
            what = f"{file} is not what it was when it was fetched (checksums.json)"
            yield Problem(what, hint="fetch it again; or take it off the list, if it was changed on purpose")

    def _found(self, meant: Meant) -> Iterator[Task]:
        if meant.id is not None:
            task = self._by_id.get(meant.id)
            if task is not None and (meant.name is None or self._called(meant.name, task.id) & self._names_of(task)):
                yield task
            return
        name = safe_name(meant.name or "")
        found = {task.id: task for task in self._by_name.get(name, ())}
        if name.isascii() and name.isdecimal() and (by_id := self._by_id.get(int(name))) is not None:
            found[by_id.id] = by_id
        yield from found.values()

    def _names_of(self, task: Task) -> set[str]:
        return self._called(task.name, task.id)

    def _called(self, name: str, task: int) -> set[str]:
        return {safe_name(name), safe_name(self._bare(name, task))}

    def _nothing(self, file: Path, meant: Meant) -> Problem:
        task = self._by_id.get(meant.id) if meant.id is not None else None
        if task is not None:
            what = f"{file} is for task {task.id}, but that is called {quoted(task.name)}"
            return Problem(what, hint=f"if it is meant all the same, call the file task-{task.id}{file.suffix}")
        if meant.id is not None:
            what = f"{file} is for task {meant.id}, which is not there, or you cannot see it"
            return Problem(what, hint="look at the organization")
        hint = did_you_mean(meant.name or "", self._names()) or "name it after its task, or after the task's id: 42.zip"
        return Problem(f"{file} matches no task", hint=hint)

    def _names(self) -> Iterable[str]:
        return (name for name in self._by_name if name)


def _is_for_one(path: Path) -> bool:
    return not path.exists() or path.suffix.lower() in _ENDINGS


def _is_ours(name: str) -> bool:
    return name.startswith(".") or name in ("checksums.json", "SHA256SUMS")
