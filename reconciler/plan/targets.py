"""`--target ADDRESS`: planning only some of the manifest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reconciler.errors import PlanError, Problem
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.model import Change, Warning_

_ADDRESS = re.compile(r"(?P<block>(?:task|rule)\..+?)(?:\[(?P<task>[0-9]{1,10})\])?(?:\.job\[(?P<job>[0-9]{1,10})\])?")


@dataclass(frozen=True)
class Target:
    """A block of the manifest, or one task that a rule selects, or one job: `rule.reopen`, `rule.reopen[42].job[7]`."""

    address: str
    block: str
    task: int | None
    job: int | None

    def covers(self, change: Change, sources: Collection[str]) -> bool:
        """Whether a change that these blocks want is (part of) what this target names."""
        return (
            self.block in sources
            and self.task in (None, change.task)
            and (self.job is None or (change.kind == "job" and change.id == self.job))
        )


class Targets:
    """What was asked for with `--target`; without any, everything."""

    def __init__(self, addresses: Iterable[str] = (), blocks: Iterable[str] = ()) -> None:
        known = tuple(blocks)
        self._targets: list[Target] = []
        self._met: set[Target] = set()
        problems = []
        for address in addresses:
            match = _ADDRESS.fullmatch(address)
            if match is None or match["block"] not in known:
                hint = did_you_mean(match["block"] if match else address, known)
                problems.append(Problem(f"no {address!r} in the manifest to target", hint=hint))
            else:
                task, job = (int(match[part]) if match[part] else None for part in ("task", "job"))
                self._targets.append(Target(address, match["block"], task, job))
        if problems:
            raise PlanError(problems)

    def wants_block(self, address: str) -> bool:
        """Whether a block of the manifest is (partly) targeted."""
        return not self._targets or any(target.block == address for target in self._targets)

    def wants_task(self, address: str, task: int) -> bool:
        """Whether what a block wants of a task is (partly) targeted."""
        return not self._targets or any(
            target.block == address and target.task in (None, task) for target in self._targets
        )

    def wants_all_of(self, address: str, task: int) -> bool:
        """Whether all that a block wants of a task is targeted, and not just some of its jobs."""
        return not self._targets or any(
            target.block == address and target.task in (None, task) and target.job is None for target in self._targets
        )

    def wants(self, change: Change, sources: Collection[str]) -> bool:
        """Whether a change that these blocks want belongs to the plan."""
        covering = [target for target in self._targets if target.covers(change, sources)]
        self._met.update(covering)
        return bool(covering) or not self._targets

    def unmet(self) -> list[Warning_]:
        """A warning for each target within a block that none of the changes asked about belongs to."""
        return [
            Warning_(text=f"nothing to do for --target {target.address}: not selected, or as wanted already")
            for target in dict.fromkeys(self._targets)
            if target not in self._met and (target.task is not None or target.job is not None)
        ]
