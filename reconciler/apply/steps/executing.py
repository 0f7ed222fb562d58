"""Carrying out steps: chains in parallel, the steps of a chain in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from reconciler.apply.outage import Outage
from reconciler.apply.steps.chains import Chain, building, deleting
from reconciler.apply.steps.copying import Copying
from reconciler.apply.steps.one_step import OneStep
from reconciler.apply.steps.registry import operation_for
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.site import Site
from reconciler.apply.telling import Telling, Unobserved
from reconciler.history.model import WriteOutcome
from reconciler.plan.steps import Step

ARRIVED = frozenset({WriteOutcome.WRITTEN, WriteOutcome.ALREADY})

Observer = Callable[[StepResult], None]


class StepExecutor:
    """Does the steps of a site's plan. One that fails does not stop the others, only those that need it.

    `observe` hears of each step before it is sent (outcome started) and after; what it raises stops the run, and is in
    `failure`. `began` hears of each step that is taken up. Nothing is raised from here.
    """

    def __init__(
        self, site: Site, observe: Observer, outage: Outage, *, parallelism: int, began: Callable[[Step], None]
    ) -> None:
        self._site = site
        self._telling = Telling(observe, site.stop)
        self._outage = outage
        self._parallelism = parallelism
        self._began = began
        self._copying = Copying(site, site.stop)
        self._ended: dict[str, list[StepResult]] = {}
        self._lock = Lock()

    @property
    def failure(self) -> Exception | None:
        """What the observer raised, or a fault of ours."""
        return self._telling.failure

    def build(self) -> list[StepResult]:
        """What makes and changes: projects, then tasks. In the plan's order."""
        return self._groups(building(self._site.plan.steps))

    def delete(self) -> list[StepResult]:
        """What deletes: tasks, labels, projects."""
        return self._groups(deleting(self._site.plan.steps))

    def _groups(self, groups: Iterable[list[Chain]]) -> list[StepResult]:
        results: list[StepResult] = []
        for chains in groups:
            if chains:
                with ThreadPoolExecutor(max_workers=self._parallelism, thread_name_prefix="steps") as pool:
                    results += [one for ended in pool.map(self._chain, chains) for one in ended]
        order = {step.key: place for place, step in enumerate(self._site.plan.steps)}
        return sorted(results, key=lambda one: order[one.step.key])

    def _chain(self, chain: Chain) -> list[StepResult]:
        return [self._step(step) for step in chain]

    def _step(self, step: Step) -> StepResult:
        skipped = StepResult(step, WriteOutcome.SKIPPED, id=step.id, of=self._site.resolved(step))
        if self._site.stop.is_set():
            return self._note(skipped)
        if lacking := self._lacking(step):
            result = StepResult(step, WriteOutcome.SKIPPED, id=step.id, of=skipped.of, message=lacking)
            self._telling.tell(result)
            return self._note(result)
        self._began(step)
        try:
            operation = operation_for(step, self._site)
            ended = OneStep(step, operation, self._site, self._copying, self._telling.announce).attempt()
        except Unobserved:
            return self._note(skipped)
        except Exception as error:  # a fault of ours must not cost the other threads' results
            self._telling.fail(error)
            message = f"unexpected {type(error).__name__}; whether it arrived is not known"
            ended = StepResult(step, WriteOutcome.UNKNOWN, id=step.id, of=skipped.of, message=message)
        self._note(ended)
        self._telling.tell(ended)
        if not self._site.stop.is_set() and self._outage.after(ended):
            self._site.stop.set()
        return ended

    def _lacking(self, step: Step) -> str | None:
        """Which of the steps it needs did not arrive, in words."""
        with self._lock:
            behind = [
                need for need in step.needs if any(one.outcome not in ARRIVED for one in self._ended.get(need, ()))
            ]
        if not behind:
            return None
        return f"needs {', '.join(behind)}, which {'was' if len(behind) == 1 else 'were'} not done"

    def _note(self, result: StepResult) -> StepResult:
        step = result.step
        with self._lock:
            self._ended.setdefault(step.address, []).append(result)
        self._site.made.follow(result.replaced)
        if result.outcome in ARRIVED and step.kind in ("project", "task") and result.id is not None:
            self._site.made.note(step.address, "project" if step.kind == "project" else "task", result.id)
        return result
