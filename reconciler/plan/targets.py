"""`--target ADDRESS`: planning only some of the manifest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reconciler.errors import PlanError, Problem
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.model import Change, Warning_
from reconciler.plan.steps import Do, Step

_IN_BLOCK = re.compile(r"(?:\[(?P<task>[0-9]{1,10})\])?(?:\.job\[(?P<job>[0-9]{1,10})\])?")
_PARTS = {
    "project": re.compile(r"\.guide|\.label\[.+\]|\.task\[[0-9]{1,10}\]"),
    "task": re.compile(r"\.(?:guide|data|annotations|jobs)|\.label\[.+\]|\.replaced\[[0-9]{1,10}\]"),
}
_HEAD = re.compile(r"(?:project|task|rule)\.[^\[]+")


@dataclass(frozen=True)
class Target:
    """A block of the manifest, one task that a rule selects, one job, or a part of a block: `project.x.label[car]`."""

    address: str
    block: str
    task: int | None = None
    job: int | None = None
    part: bool = False  # the address is that of a step

    def covers(self, change: Change, sources: Collection[str]) -> bool:
        """Whether a change that these blocks want is (part of) what this target names."""
        return (
            not self.part
            and self.block in sources
            and self.task in (None, change.task)
            and (self.job is None or (change.kind == "job" and change.id == self.job))
        )

    def covers_step(self, step: Step, block: str) -> bool:
        """Whether a step of this block is (part of) what this target names."""
        if self.part:
            return step.address == self.address
        return self.block == block and self.task is None and self.job is None


class Targets:
    """What was asked for with `--target`; without any, everything."""

    def __init__(self, addresses: Iterable[str] = (), blocks: Iterable[str] = ()) -> None:
        known = tuple(blocks)
        self._targets: list[Target] = []
        self._met: set[Target] = set()
        problems = []
        for address in addresses:
            target = _target(address, known)
            if target is None:
                head = _HEAD.match(address)
                hint = did_you_mean(head[0] if head else address, known)
                problems.append(Problem(f"no {address!r} in the manifest to target", hint=hint))
            else:
                self._targets.append(target)
        if problems:
            raise PlanError(problems)

    def wants_block(self, address: str) -> bool:
        """Whether a block of the manifest is (partly) targeted."""
        return not self._targets or any(target.block == address for target in self._targets)

    def wants_task(self, address: str, task: int) -> bool:
        """Whether what a block wants of a task is (partly) targeted."""
        return not self._targets or any(
            target.block == address and not target.part and target.task in (None, task) for target in self._targets
        )

    def wants_all_of(self, address: str, task: int) -> bool:
        """Whether all that a block wants of a task is targeted, and not just some of its jobs."""
        return not self._targets or any(
            target.block == address and not target.part and target.task in (None, task) and target.job is None
            for target in self._targets
        )

    def wants(self, change: Change, sources: Collection[str]) -> bool:
        """Whether a change that these blocks want belongs to the plan."""
        covering = [target for target in self._targets if target.covers(change, sources)]
        self._met.update(covering)
        return bool(covering) or not self._targets

    def of_steps(self, steps: Sequence[tuple[str, Step]]) -> list[Step]:
        """Those of the steps (each with the address of its block) that are targeted, and all that these need.

        What a step needs comes along, as with Terraform: a task in a project that is made brings the project.
        """
        if not self._targets:
            return [step for _, step in steps]
        kept = set()
        for block, step in steps:
            covering = [target for target in self._targets if target.covers_step(step, block)]
            self._met.update(covering)
            if covering:
                kept.add(step.key)
        _complete(kept, [step for _, step in steps])
        return [step for _, step in steps if step.key in kept]

    def unmet(self) -> list[Warning_]:
        """A warning for each target within a block that nothing that was asked about belongs to."""
        return [
            nothing_for(target.address)
            for target in dict.fromkeys(self._targets)
            if target not in self._met and (target.part or target.task is not None or target.job is not None)
        ]


def nothing_for(address: str) -> Warning_:
    """That nothing that was asked about belongs to a target."""
    return Warning_(text=f"nothing to do for --target {address}: not selected, or as wanted already")


def _target(address: str, known: Iterable[str]) -> Target | None:
    """What an address means. A key may contain dots: the longest block that fits is meant."""
    for block in sorted((one for one in known if address.startswith(one)), key=len, reverse=True):
        rest = address[len(block) :]
        kind = block.partition(".")[0]
        if kind != "project" and (match := _IN_BLOCK.fullmatch(rest)):
            task, job = (int(match[part]) if match[part] else None for part in ("task", "job"))
            return Target(address, block, task, job)
        if not rest:
            return Target(address, block)
        if kind in _PARTS and _PARTS[kind].fullmatch(rest):
            return Target(address, block, part=True)
    return None


def _complete(kept: set[tuple[str, Do]], steps: Sequence[Step]) -> None:
    """Add to `kept` what its steps need, and what these need in turn."""
    by_address: dict[str, list[Step]] = {}
    for step in steps:
        by_address.setdefault(step.address, []).append(step)
    waiting = [step for step in steps if step.key in kept]
    while waiting:
        step = waiting.pop()
        needed = [one for address in step.needs for one in by_address.get(address, ())]
        if step.of is not None and step.of.id is None:
            needed += by_address.get(step.of.address, ())
        if step.do is Do.CREATE_PROJECT:  # a project comes with its labels: its tasks' annotations are made with them
            needed += [one for one in steps if one.do is Do.CREATE_LABEL and one.of and one.of.address == step.address]
        for one in needed:
            if one.key not in kept:
                kept.add(one.key)
                waiting.append(one)
