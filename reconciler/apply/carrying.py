"""Carrying out a whole plan: what makes, then the fields, then what deletes."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.apply.audit import Auditor
from reconciler.apply.executor import Executor
from reconciler.apply.one_write import Result
from reconciler.apply.outage import Outage
from reconciler.apply.progress import Progress
from reconciler.apply.steps.executing import StepExecutor
from reconciler.apply.steps.remembering import Remembering
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.site import Site
from reconciler.cvat.writing import Writer
from reconciler.history.model import WriteOutcome


class Carrying:
    """Carries out a site's plan, records each write and step before and after, and remembers what is made at once."""

    def __init__(self, site: Site, auditor: Auditor, progress: Progress, *, parallelism: int) -> None:
        self.remembering = Remembering(site.store, site.plan, site.reader, site.run)
        self._site, self._auditor, self._progress = site, auditor, progress
        self._outage = Outage()
        self._fields = Executor(
            site.reader,
            Writer(site.session),
            self._wrote,
            site.stop,
            parallelism=parallelism,
            outage=self._outage,
        )
        self._steps = StepExecutor(
            site, self._stepped, self._outage, parallelism=parallelism, began=progress.step_began
        )

    def out(self) -> tuple[list[Result], list[StepResult]]:
        """Do it all. What became of each write and of each step, in the plan's order."""
        built: Sequence[StepResult] = self._steps.build()
        results = self._fields.execute(self._site.plan.updates)
        return results, [*built, *self._steps.delete()]

    @property
    def failure(self) -> Exception | None:
        """What stopped the run from here."""
        return self._steps.failure or self._fields.failure

    @property
    def outage(self) -> str | None:
        """Why the run stopped by itself, if the server is the reason."""
        return self._outage.reason

    def _wrote(self, result: Result) -> None:
        self._auditor.record(result)
        if result.outcome is not WriteOutcome.STARTED:
            self._progress.wrote(result)

    def _stepped(self, result: StepResult) -> None:
        self._auditor.record_step(result)
        if result.outcome is not WriteOutcome.STARTED:
            self.remembering.take(result)
            self._progress.stepped(result)
