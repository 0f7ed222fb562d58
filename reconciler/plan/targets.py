"""`--target ADDRESS`: planning only some of the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.errors import PlanError, Problem
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.model import Change

_ADDRESS = re.compile(r"(?P<block>(?:task|rule)\..+?)(?:\[(?P<task>\d+)\])?(?:\.job\[(?P<job>\d+)\])?")


@dataclass(frozen=True)
class Target:
    """A block of the manifest, or one task that a rule selects, or one job: `rule.reopen`, `rule.reopen[42].job[7]`."""

    block: str
    task: int | None
    job: int | None

    def covers(self, change: Change) -> bool:
        """Whether the change is (part of) what this target names."""
        own = _parse(change.address)
        return (
            own.block == self.block
            and self.task in (None, change.task)
            and (self.job is None or (change.kind == "job" and change.id == self.job))
        )


class Targets:
    """What was asked for with `--target`; without any, everything."""

    def __init__(self, addresses: Iterable[str], blocks: Iterable[str]) -> None:
        known = tuple(blocks)
        parsed = [(address, _ADDRESS.fullmatch(address)) for address in addresses]
        problems = [
            Problem(f"no {address!r} in the manifest to target", hint=did_you_mean(address, known))
            for address, match in parsed
            if match is None or match["block"] not in known
        ]
        if problems:
            raise PlanError(problems)
        self._targets = tuple(_parse(address) for address, _ in parsed)

    def wants_block(self, address: str) -> bool:
        """Whether a block of the manifest is (partly) targeted."""
        return not self._targets or any(target.block == address for target in self._targets)

    def wants(self, change: Change) -> bool:
        """Whether a change belongs to the plan."""
        return not self._targets or any(target.covers(change) for target in self._targets)


def _parse(address: str) -> Target:
    match = _ADDRESS.fullmatch(address)
    assert match is not None
    return Target(
        block=match["block"],
        task=int(match["task"]) if match["task"] else None,
        job=int(match["job"]) if match["job"] else None,
    )
