"""Guides: the text that was there comes back, where nobody has written another since."""

from __future__ import annotations

from reconciler.cvat.models import Project, Task
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.guides import in_short, pictures_in, same_guide
from reconciler.plan.steps import Do, ObjectRef, Step
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.way import GONE, Way


def come_back(way: Way) -> None:
    """Every guide that the run wrote, changed or deleted."""
    for done in way.of_kind(Do.PUT_GUIDE, Do.DELETE_GUIDE):
        owner = done.owner
        if owner is None or owner.id is None or way.goes_along(owner):
            continue
        found = way.find(owner.kind, owner.id)
        if found is None:
            way.conflict(done, "", impossible=GONE)
        else:
            _reverse(way, done, found)


def recreated_guide(way: Way, owner: ObjectRef, markdown: str, folder: str) -> Step:
    """The guide of something that this plan makes anew; its pictures are in the copy."""
    step = _step(way, f"{owner.address}.guide", owner, None, markdown, f"{way.because} deleted it")
    return step.model_copy(update={"copy_of": folder})


def _reverse(way: Way, done: DoneStep, found: Project | Task) -> None:
    guide = way.now.guide(found)
    now = guide.markdown if guide is not None else None
    before, wrote = _text(done.before.get("markdown")), _text(done.left.get("markdown"))
    if same_guide(now, before):
        return
    told = {"wrote": in_short(wrote), "found": in_short(now), "before": in_short(before)}
    if not same_guide(now, wrote) and not way.conflict(done, "markdown", **told):
        return
    owner = way.ref(done.owner)
    assert owner is not None
    reason = f"{way.because} {'deleted' if done.do is Do.DELETE_GUIDE else 'wrote'} it"
    step = _step(way, done.address, owner, now, before, reason)
    way.steps.append(
        step.model_copy(update={"id": guide.id if guide is not None else None, "copy_of": done.record.copied})
    )
    lost = set(pictures_in(before or "")) - set(pictures_in(now or ""))
    if lost and done.record.copied is None:
        way.warn(f"{len(lost)} pictures of the guide are gone: no copy of them was taken", done.address)


def _step(way: Way, address: str, owner: ObjectRef, now: str | None, text: str | None, reason: str) -> Step:
    action = Action.CREATE if now is None else Action.UPDATE
    return Step(
        address=address,
        kind="guide",
        do=Do.PUT_GUIDE if text is not None else Do.DELETE_GUIDE,
        action=action if text is not None else Action.DELETE,
        name=owner.name,
        of=owner,
        reason=reason,
        fields=(FieldChange(path=("markdown",), before=in_short(now), after=in_short(text), source=way.because),),
        body={"markdown": text} if text is not None else {},
        expect={"markdown": now},
        gives={"markdown": text},
        needs=(owner.address,) if owner.id is None else (),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
