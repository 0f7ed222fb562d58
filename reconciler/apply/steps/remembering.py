"""What a run binds its addresses to: at once when something is made, so that a crash loses nothing, and at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from reconciler.apply.steps.contents import read_contents
from reconciler.apply.steps.executing import ARRIVED
from reconciler.apply.steps.result import StepResult
from reconciler.cvat.models import Project, Task
from reconciler.cvat.reading import Reader
from reconciler.history.bindings import (
    AppliedAnnotations,
    Binding,
    Bindings,
    Successor,
    load_bindings,
    save_bindings,
)
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan
from reconciler.plan.steps import ANNOTATING, MAKING, AnnotationsWish, BindingWish, Do, Step

_REPLACED = ".replaced["


@dataclass
class Remembering:
    """Keeps the bindings of a run. Threads take turns; the store's lock is held by the run."""

    store: StateStore
    plan: Plan
    reader: Reader
    run: str | None
    _lock: Lock = field(default_factory=Lock)
    _loaded: Bindings | None = None

    def take(self, result: StepResult) -> None:
        """Remember what a step has made, restored, or deleted for good.

        Raises:
            StateError: it cannot be saved.
        """
        step = result.step
        if result.id is None and not result.replaced:
            return
        with self._lock:
            known = before = self._known()
            if result.replaced and self.run is not None:
                server, run = self.plan.server.url, self.run
                known = known.with_successors(
                    Successor(server=server, kind=one.kind, old=one.old, new=one.new, run=run)
                    for one in result.replaced
                )
            if step.do in MAKING and result.outcome in ARRIVED and result.id is not None:
                known = self._with_made(known, result, result.id)
            if _REPLACED in step.address and result.outcome in ARRIVED and self._is_over(known, step):
                known = known.without(*self._key, step.address)
            if known != before:
                self._save(known)

    def has_news(self) -> bool:
        """Whether the plan wishes something that is not remembered. Reads only the store."""
        known = load_bindings(self.store)
        return any(_is_news(wish, known.find(*self._key, wish.address)) for wish in self.plan.bindings)

    def finish(self, results: Iterable[StepResult] = ()) -> bool:
        """Remember what the plan wishes, as far as it came. Tells whether anything was new.

        Raises:
            StateError: it cannot be saved. ServerError: the objects cannot be read.
        """
        results = list(results)
        with self._lock:
            before = self._known()
            known = before
            objects = self._objects(results, before)
            gone = [one.step for one in results if one.step.do is Do.DELETE_TASK and one.outcome in ARRIVED]
            deleted = {(step.address, step.id) for step in gone}
            for wish in self.plan.bindings:
                found = objects.get(wish.address)
                if found is not None and (wish.address, found.id) not in deleted:
                    old = known.find(*self._key, wish.address)
                    binding = self._binding(wish, found, old, results)
                    if old is None or binding.model_copy(update={"run": old.run}) != old:
                        known = known.with_binding(binding)
            if known != before:
                self._save(known)
        return known != before

    def _known(self) -> Bindings:
        """Read once: nobody else writes while the lock is held."""
        if self._loaded is None:
            self._loaded = load_bindings(self.store)
        return self._loaded

    def _save(self, known: Bindings) -> None:
        save_bindings(self.store, known)
        self._loaded = known

    @property
    def _key(self) -> tuple[str, str | None]:
        return self.plan.server.url, self.plan.server.organization

    def _with_made(self, known: Bindings, result: StepResult, number: int) -> Bindings:
        """Bound at once, without its data and annotations: they are not there yet."""
        step = result.step
        wishes = {wish.address: wish for wish in self.plan.bindings}
        for address, wish in wishes.items():  # the old one, which is deleted last: it is not to be lost meanwhile
            if address.startswith(f"{step.address}{_REPLACED}") and wish.id is not None:
                old = known.find(*self._key, step.address)
                known = known.with_binding(
                    # What is remembered of it is wanted again if it comes back.
                    old.model_copy(update={"address": address, "prevent_delete": False})
                    if old is not None and old.id == wish.id
                    else self._bound(wish, wish.id, wish.name)
                )
        if (own := wishes.get(step.address)) is not None:
            known = known.with_binding(self._bound(own, number, own.name))
        return known

    def _bound(self, wish: BindingWish, number: int, name: str) -> Binding:
        server, organization = self._key
        return Binding(
            server=server,
            organization=organization,
            address=wish.address,
            kind=wish.kind,
            id=number,
            created=None,
            name=name,
            run=self.run,
            prevent_delete=wish.prevent_delete,
        )

    def _is_over(self, known: Bindings, step: Step) -> bool:
        """Whether nothing is to be remembered any more of a task in whose place another one was made.

        Once it is back, its own address stands for it. While it is gone only a binding that knows when the task was
        created is kept: another server's task may get its id.
        """
        if step.do is not Do.DELETE_TASK:
            return step.do is Do.RESTORE_TASK
        known_as = known.find(*self._key, step.address)
        return self.plan.kind == "rollback" or known_as is None or known_as.created is None

    def _objects(self, results: Iterable[StepResult], known: Bindings) -> dict[str, Project | Task]:
        """By address, the objects that the wishes are about, as they are now."""
        made = {
            one.step.address: one.id for one in results if one.step.do in MAKING and one.outcome in ARRIVED and one.id
        }
        ids = {
            wish.address: made.get(wish.address)
            or (None if wish.id is None else known.current(self._key[0], wish.kind, wish.id))
            for wish in self.plan.bindings
        }
        projects = {one.id: one for one in self.reader.projects_by_id(_of_kind(self.plan, ids, "project"))}
        tasks = {one.id: one for one in self.reader.tasks_by_id(_of_kind(self.plan, ids, "task"))}
        found: dict[str, Project | Task] = {}
        for wish in self.plan.bindings:
            number = ids[wish.address]
            one: Project | Task | None = None
            if number is not None:
                one = projects.get(number) if wish.kind == "project" else tasks.get(number)
            if one is not None:
                found[wish.address] = one
        return found

    def _binding(
        self, wish: BindingWish, found: Project | Task, old: Binding | None, results: Iterable[StepResult]
    ) -> Binding:
        same = old if old is not None and old.id == found.id else None
        if same is not None and _REPLACED in wish.address:
            return same.model_copy(update={"name": found.name, "created": found.created_date})
        ended = {one.step.do: one for one in results if _about(one) == wish.address}
        upload = ended.get(Do.UPLOAD_DATA)
        data = wish.data
        if upload is not None and upload.outcome not in ARRIVED:
            data = same.data if same is not None else None
        return self._bound(wish, found.id, found.name).model_copy(
            update={
                "created": found.created_date,
                "data": data,
                "annotations": self._annotations(wish.annotations, found, same, ended.values()),
            }
        )

    def _annotations(
        self,
        wish: AnnotationsWish | None,
        found: Project | Task,
        old: Binding | None,
        ended: Iterable[StepResult],
    ) -> AppliedAnnotations | None:
        """Which file has been applied, and what the server has made of it."""
        applied = old.annotations if old is not None else None
        step = next((one for one in ended if one.step.do in ANNOTATING), None)
        if wish is None and step is not None and self.plan.kind == "rollback":
            return None  # what went back may be wanted of the same file once more
        if wish is None or not isinstance(found, Task):
            return applied if wish is None else None
        if step is None:
            if applied is not None and applied.wish == wish:
                return applied
            planned = any(
                one.do in ANNOTATING and one.of is not None and one.of.address == _address(self.plan, wish)
                for one in self.plan.steps
            )
            return applied if planned else AppliedAnnotations(wish=wish, result=self._digest(found))
        if step.outcome not in ARRIVED:
            return applied
        digest = (step.gave or {}).get("digest")
        return AppliedAnnotations(wish=wish, result=digest if isinstance(digest, str) else self._digest(found))

    def _digest(self, task: Task) -> str:
        return read_contents(self.reader, task).whole.digest


def _is_news(wish: BindingWish, known: Binding | None) -> bool:
    if known is None or known.created is None:
        return True
    applied = known.annotations.wish if known.annotations is not None else None
    return (known.id, known.name, known.prevent_delete, known.data, applied) != (
        wish.id,
        wish.name,
        wish.prevent_delete,
        wish.data,
        wish.annotations,
    )


def _address(plan: Plan, wish: AnnotationsWish) -> str | None:
    return next((one.address for one in plan.bindings if one.annotations is wish), None)


def _about(result: StepResult) -> str:
    """The address of the project or task that a step is about."""
    step = result.step
    return step.address if step.kind in ("project", "task") or step.of is None else step.of.address


def _of_kind(plan: Plan, ids: dict[str, int | None], kind: str) -> list[int]:
    return [number for wish in plan.bindings if wish.kind == kind and (number := ids[wish.address]) is not None]
