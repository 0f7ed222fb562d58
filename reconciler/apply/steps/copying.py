"""Nothing is destroyed without a copy: what a step would destroy is copied into the run's own snapshot first."""

from __future__ import annotations

from threading import Event, Lock

from reconciler.apply.steps.operation import ToCopy
from reconciler.apply.steps.site import Site
from reconciler.snapshots.taking import Taking


class Copying:
    """Takes the copies of one run, each object's once however many steps want it."""

    def __init__(self, site: Site, stop: Event) -> None:
        self._site = site
        self._stop = stop
        self._lock = Lock()
        self._taking: Taking | None = None

    def copy(self, wanted: ToCopy) -> str:
        """Copy what is asked for; gives the folder of the copy that stands for the step.

        Raises:
            CopyError, ServerError, StateError: it cannot be taken, or does not check out: nothing may be destroyed.
            Stopped: the run is stopped.
        """
        taking = self._snapshot()
        folders = [taking.task(task, backup=wanted.backup).folder for task in wanted.tasks]
        if wanted.project is not None:
            folders.append(taking.project(wanted.project).folder)
        return folders[-1]

    def _snapshot(self) -> Taking:
        with self._lock:
            if self._taking is None:
                site = self._site
                reason = f"taken by run {site.run} before it destroyed something"
                self._taking = Taking(site.session, site.store, site.run, run=site.run, reason=reason, stop=self._stop)
            return self._taking
