"""Who the manifest means: users to be assigned must be visible; a user to select by whom nobody knows is a doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.errors import Location, Problem
from reconciler.manifest.models import Selector, TaskFields
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.model import ServerRef, Warning_
from reconciler.plan.observing import People
from reconciler.plan.wishes import Place


@dataclass
class NamedPeople:
    """Gathers the usernames of a manifest, to be looked up all at once."""

    _wanted: dict[str, list[Location | None]] = field(default_factory=dict)
    _selected: dict[tuple[str, str], None] = field(default_factory=dict)

    def want(self, username: str | None, where: Location | None) -> None:
        """Somebody is to be assigned."""
        if username is not None:
            places = self._wanted.setdefault(username, [])
            if where not in places:
                places.append(where)

    def want_all_in(self, fields: TaskFields, at: Place) -> None:
        """Everybody whom a rule assigns, whether it selects anything now or not."""
        self.want(fields.assignee, at("assignee"))
        self.want(fields.owner, at("owner"))
        if fields.jobs is not None:
            self.want(fields.jobs.username, at("jobs", "assignee"))

    def select(self, selector: Selector, address: str, seen: Collection[str], at: Place, *, once: bool = False) -> None:
        """Somebody is selected by; `seen` are users that the selected objects show, so they exist."""
        for path, name in _placed_names(selector):
            if name not in seen and is_mistyped(path, once=once):
                self.want(name, at(*path))
            elif name not in seen:
                self._selected[address, name] = None

    def resolve(
        self, people: People, *, organization: bool, problems: list[Problem], warnings: list[Warning_]
    ) -> dict[str, int]:
        """Ids by username of everybody who can be seen. The others are noted, with whom may have been meant."""
        names = dict.fromkeys([*self._wanted, *(name for _, name in self._selected)])
        known: Mapping[str, int] = people.resolve(names) if names else {}
        unknown = [name for name in names if name not in known]
        if unknown:
            visible = people.visible()
            hints = {name: did_you_mean(name, visible) for name in unknown}
            here = "in this organization" if organization else "on this server"
            problems += self._nobody(hints, here)
            warnings += self._selected_by_nobody(hints, here)
        return dict(known)

    def _nobody(self, hints: Mapping[str, str | None], here: str) -> Iterator[Problem]:
        for name, places in self._wanted.items():
            if name in hints:
                for where in places:
                    what = f"there is no user {name!r} {here}, or you cannot see them"
                    yield Problem(what, where, hints[name])

    def _selected_by_nobody(self, hints: Mapping[str, str | None], here: str) -> Iterator[Warning_]:
        for address, name in self._selected:
            if name in hints:
                meant = f"; {hints[name]}" if hints[name] else ""
                text = f"selects by user {name!r}, but there is none {here}, or you cannot see them{meant}"
                yield Warning_(text=text, address=address)


def with_role(
    roles: Sequence[str], people: People, ref: ServerRef, where: Location | None
) -> tuple[tuple[str, ...], Problem | None]:
    """The members of the organization who have one of these roles; that there are none is a problem."""
    named = " or ".join(roles)
    if not ref.organization:
        what = f"only an organization has members with the role {named}, and none is given"
        return (), Problem(what, where, "write `organization:`, or usernames")
    found = tuple(people.with_role(roles))
    what = f"nobody in organization {ref.organization} has the role {named}"
    return found, None if found else Problem(what, where)


def unknown_users(selector: Selector, seen: Collection[str], people: People, at: Place) -> Iterator[Problem]:
    """Who selects by somebody whom nobody knows has mistyped the name. `seen` as for `NamedPeople.select`."""
    asked = [(path, name) for path, name in _placed_names(selector) if name not in seen]
    known = people.resolve(dict.fromkeys(name for _, name in asked)) if asked else {}
    visible = people.visible() if any(name not in known for _, name in asked) else []
    for path, name in asked:
        if name not in known:
            yield Problem(f"there is no user {name!r}, or you cannot see them", at(*path), did_you_mean(name, visible))


def is_mistyped(path: Sequence[str], *, once: bool) -> bool:
    """Whether what a selection names there, and nobody knows, has to be put right.

    A rule that always holds may have outlived it: who was selected by left, the work with them. What is applied once
    was written just now. And a `not` of what nobody knows leaves nothing out.
    """
    return once or "not" in path


def _placed_names(selector: Selector) -> Iterator[tuple[tuple[str, ...], str]]:
    job = selector.job.assignee if selector.job else None
    by_path = {("owner",): selector.owner, ("assignee",): selector.assignee, ("job", "assignee"): job}
    for path, names in by_path.items():
        yield from (((*path, str(index)), name) for index, name in enumerate(names or ()) if name is not None)
    if selector.not_ is not None:
        yield from ((("not", *path), name) for path, name in _placed_names(selector.not_))
