from __future__ import annotations

import pytest

from reconciler.errors import PlanError
from reconciler.plan.model import Action, Change
from reconciler.plan.steps import Do
from reconciler.plan.targets import Targets

from .steps import of_task, project, step

BLOCKS = ["task.batch-001", "task.v1.2", "rule.reopen", "rule.share"]


def change(task: int, job: int | None = None) -> Change:
    kind, number = ("task", task) if job is None else ("job", job)
    return Change(address="a", kind=kind, id=number, task=task, action=Action.UPDATE, reason="")


def test_without_targets_everything_is_wanted() -> None:
    targets = Targets([], BLOCKS)
    assert targets.wants_block("rule.x")
    assert targets.wants_task("rule.x", 1)
    assert targets.wants_all_of("rule.x", 1)
    assert targets.wants(change(1, 11), ["rule.x"])
    assert targets.unmet() == []


@pytest.mark.parametrize(
    ("target", "block", "task", "all_of"),
    [
        ("rule.reopen", True, True, True),
        ("rule.reopen[42]", True, True, True),
        ("rule.reopen[41]", True, False, False),
        ("rule.reopen[42].job[7]", True, True, False),
        ("rule.share", False, False, False),
        ("task.v1.2", False, False, False),
    ],
)
def test_what_a_rule_wants_of_task_42(target: str, block: bool, task: bool, all_of: bool) -> None:
    targets = Targets([target], BLOCKS)
    assert targets.wants_block("rule.reopen") is block
    assert targets.wants_task("rule.reopen", 42) is task
    assert targets.wants_all_of("rule.reopen", 42) is all_of


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("rule.reopen", [True, True, True]),
        ("rule.reopen[42]", [True, True, True]),
        ("rule.reopen[42].job[7]", [False, True, False]),
        ("rule.reopen.job[7]", [False, True, False]),
        ("rule.reopen[41]", [False, False, False]),
        ("task.batch-001.job[7]", [False, True, False]),
        ("rule.share", [False, False, False]),
    ],
)
def test_which_changes_of_task_42_are_wanted(target: str, wanted: list[bool]) -> None:
    """A task's changes may be wanted by several blocks, and each of them may be targeted."""
    targets = Targets([target], BLOCKS)
    sources = ["task.batch-001", "rule.reopen"]
    assert [targets.wants(one, sources) for one in (change(42), change(42, 7), change(42, 8))] == wanted


def test_a_target_that_nothing_belongs_to_is_told() -> None:
    targets = Targets(["rule.reopen[42]", "rule.reopen[43]", "rule.share", "rule.reopen[43]"], BLOCKS)
    targets.wants(change(42), ["rule.reopen"])
    (warning,) = targets.unmet()
    assert warning.text == "nothing to do for --target rule.reopen[43]: not selected, or as wanted already"


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("rule.reopn", "did you mean `rule.reopen`?"),
        ("rule.reopn[42]", "did you mean `rule.reopen`?"),
        ("reopen", "did you mean `rule.reopen`?"),
        ("nonsense", None),
        ("", None),
        ("rule.reopen[]", "did you mean `rule.reopen`?"),
        ("rule.reopen[1e3]", "did you mean `rule.reopen`?"),
        ("rule.reopen[" + "9" * 5000 + "]", "did you mean `rule.reopen`?"),
    ],
)
def test_an_address_that_is_not_in_the_manifest(address: str, hint: str | None) -> None:
    with pytest.raises(PlanError) as refused:
        Targets(["rule.share", address], BLOCKS)
    (problem,) = refused.value.problems
    assert repr(address) in problem.what
    assert problem.hint == hint


MAKING = [
    ("project.p", step(Do.CREATE_PROJECT, "project.p")),
    ("project.p", step(Do.CREATE_LABEL, "project.p.label[a]", of=project(), needs=("project.p",))),
    ("project.p", step(Do.PUT_GUIDE, "project.p.guide", of=project(), needs=("project.p",))),
    ("task.t", step(Do.CREATE_TASK, "task.t", of=project())),
    ("task.t", step(Do.UPLOAD_DATA, "task.t.data", of=of_task(), needs=("task.t",))),
    ("task.t", step(Do.PUT_ANNOTATIONS, "task.t.annotations", of=of_task(), needs=("task.t.data",))),
    ("task.t.x", step(Do.CREATE_TASK, "task.t.x", of=project())),
    ("task.t", step(Do.DELETE_TASK, "task.t.replaced[4]", 4, needs=("task.t.data",))),
]
NAMES = ["project.p", "task.t", "task.t.x"]
WITH_PROJECT = ["project.p", "project.p.label[a]"]


@pytest.mark.parametrize(
    ("targets", "kept"),
    [
        (["project.p"], [*WITH_PROJECT, "project.p.guide"]),
        (["task.t.x"], [*WITH_PROJECT, "task.t.x"]),
        (["task.t"], [*WITH_PROJECT, "task.t", "task.t.data", "task.t.annotations", "task.t.replaced[4]"]),
        (["task.t.data"], [*WITH_PROJECT, "task.t", "task.t.data"]),
        (["task.t.replaced[4]"], [*WITH_PROJECT, "task.t", "task.t.data", "task.t.replaced[4]"]),
        (["project.p.guide"], [*WITH_PROJECT, "project.p.guide"]),
        (["task.t.job[7]"], []),
    ],
)
def test_what_is_targeted_brings_what_it_needs(targets: list[str], kept: list[str]) -> None:
    assert [one.address for one in Targets(targets, NAMES).of_steps(MAKING)] == kept


def test_without_targets_all_steps_are_wanted() -> None:
    assert Targets([], NAMES).of_steps(MAKING) == [one for _, one in MAKING]


@pytest.mark.parametrize("part", ["project.p.label[no]", "task.t.guide", "project.p.task[42]"])
def test_a_part_that_nothing_is_done_to_is_told(part: str) -> None:
    targets = Targets([part], NAMES)
    assert targets.of_steps(MAKING) == []
    assert [warning.text for warning in targets.unmet()] == [
        f"nothing to do for --target {part}: not selected, or as wanted already"
    ]


@pytest.mark.parametrize(
    "address", ["project.p[4]", "project.p.data", "task.t.nothing", "task.t.label[]", "rule.r.guide"]
)
def test_a_part_that_there_cannot_be(address: str) -> None:
    with pytest.raises(PlanError, match="in the manifest to target"):
        Targets([address], [*NAMES, "rule.r"])
