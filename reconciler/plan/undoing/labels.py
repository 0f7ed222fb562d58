"""Labels: what the run made is removed, what it removed is made anew, what it changed goes back part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from reconciler.cvat.models import Label
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.label_bodies import create_body, patch_body
from reconciler.plan.labels import differences_of, label_state, table
from reconciler.plan.steps import Do, Image, ObjectRef, Step
from reconciler.plan.undoing import attribute_values
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.label_limits import refused
from reconciler.plan.undoing.label_use import use_of
from reconciler.plan.undoing.relabelling import note_change
from reconciler.plan.undoing.way import GONE, Way

_Path = tuple[str, ...]


def come_back(way: Way) -> None:
    """The labels that the run removed are made anew. What used them is for `annotations.of_removed_labels`."""
    for done in way.of_kind(Do.DELETE_LABEL):
        owner = way.ref(done.owner)
        if way.goes_along(done.owner):
            continue
        if owner is None:
            way.conflict(done, "", before=_name(done), impossible=GONE)
            continue
        assert done.owner is not None
        there = label_called(way, done.owner, _name(done))
        if there is None:
            way.steps.append(_creation(way, done.address, owner, done.before))
        elif (now := label_state(there)) != done.before:
            before, differing = differences_of(dict(done.before), now)
            way.conflict(done, "", wrote=None, found=dict(differing), before=dict(before))


def go_away(way: Way) -> None:
    """The labels that the run made are removed, unless somebody else has annotated with them since."""
    for done in way.of_kind(Do.CREATE_LABEL):
        owner = way.ref(done.owner)
        if owner is None or done.owner is None or way.goes_along(done.owner):
            continue
        label = label_called(way, done.owner, str(done.left["name"]))
        if label is None:
            continue
        use = use_of(way, done.owner, label.name)
        if use.others is not None and not way.conflict(done, "annotations", wrote="nothing", found=use.others):
            continue
        way.steps.append(
            Step(
                address=done.address,
                kind="label",
                do=Do.DELETE_LABEL,
                action=Action.DELETE,
                name=label.name,
                of=owner,
                reason=f"{way.because} made it",
                expect=label_state(label),
                gives=None,
                destroys=use.impact,
                needs=use.after,
            )
        )


def note_left(way: Way) -> None:
    """What the run left of the labels that it made: later ones may have got more attributes."""
    for done in way.done:
        if done.do is Do.CREATE_LABEL and done.owner is not None and done.left:
            way.states_left[done.owner.kind, str(done.left["name"])] = done.left


def recreated_labels(way: Way, owner: ObjectRef, states: Mapping[str, JsonValue]) -> Iterator[Step]:
    """The labels of a project that this plan makes anew."""
    for name, state in states.items():
        yield _creation(way, f"{owner.address}.label[{name}]", owner, table(state))


def changed_back(way: Way) -> None:
    """The parts that the run changed go back, where they are still as it left them. An old name is given back, too."""
    for done in way.of_kind(Do.PATCH_LABEL):
        if way.goes_along(done.owner):
            continue
        owner = way.ref(done.owner)
        if owner is None or done.owner is None:
            way.conflict(done, "", impossible=GONE)
            continue
        label = label_called(way, done.owner, str(done.left["name"])) or label_called(way, done.owner, _name(done))
        if label is None:
            way.conflict(done, "", before=_name(done), impossible=GONE)
        else:
            _change_back(way, done, owner, label)
            attribute_values.put_back(way, done)


def label_called(way: Way, owner: ObjectRef, name: str) -> Label | None:
    """A label of this name, as the server has it now."""
    labels = way.now.labels(owner.kind, owner.id) if owner.id is not None else []
    return next((label for label in labels if label.name == name), None)


def _change_back(way: Way, done: DoneStep, owner: ObjectRef, label: Label) -> None:
    now = label_state(label)
    wanted = _copied(now)
    for path, before in _leaves(done.before):
        wrote, found = _at(done.left, path), _at(now, path)
        if before in (found, wrote):
            continue
        field = ".".join(path)
        impossible = refused(path, before, found, way.now.capabilities)
        if impossible is not None or found != wrote:
            told = {"wrote": wrote, "found": found, "before": before}
            if not way.conflict(done, field, **told, impossible=impossible):
                continue
        _set(wanted, path, before)
    if wanted == now:
        return
    assert owner.id is not None
    note_change(way, (owner.kind, owner.id), now, wanted)
    before, after = differences_of(now, wanted)
    way.steps.append(
        Step(
            address=done.address,
            kind="label",
            do=Do.PATCH_LABEL,
            action=Action.UPDATE,
            name=label.name,
            of=owner,
            reason=f"{way.because} changed it",
            fields=tuple(
                FieldChange(path=path, before=_at(before, path), after=value, source=way.because)
                for path, value in _leaves(after)
                if _at(before, path) != value
            ),
            body=patch_body(before, after),
            expect=before,
            gives=after,
            destroys=use_of(way, owner, label.name).impact if _removes_attributes(after) else None,
        )
    )


def _removes_attributes(after: Image) -> bool:
    return any(value is None and "attributes" in path for path, value in _leaves(after))


def _creation(way: Way, address: str, owner: ObjectRef, state: Image) -> Step:
    return Step(
        address=address,
        kind="label",
        do=Do.CREATE_LABEL,
        action=Action.CREATE,
        name=str(state["name"]),
        of=owner,
        reason=f"{way.because} removed it",
        fields=way.shown({}, {name: state[name] for name in ("type", "color") if name in state}),
        body=create_body(state),
        expect=None,
        gives=state,
        needs=(owner.address,) if owner.id is None else (),
    )


def _name(done: DoneStep) -> str:
    return str(done.before.get("name") or done.step.name)


def _leaves(image: Mapping[str, JsonValue], above: _Path = ()) -> Iterator[tuple[_Path, JsonValue]]:
    """What goes back or stays by itself: a field, an attribute by its name, and so in each part of a skeleton."""
    for name, value in image.items():
        path = (*above, name)
        if isinstance(value, dict) and path[-2:-1] != ("attributes",):
            yield from _leaves(value, path)
        else:
            yield path, value


def _at(image: Mapping[str, JsonValue], path: _Path) -> JsonValue:
    value: JsonValue = dict(image)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _set(image: Image, path: _Path, value: JsonValue) -> None:
    for name in path[:-1]:
        inner = image.setdefault(name, {})
        assert isinstance(inner, dict)
        image = inner
    if value is None:
        image.pop(path[-1], None)
    else:
        image[path[-1]] = value


def _copied(image: Image) -> Image:
    return {name: _copied(value) if isinstance(value, dict) else value for name, value in image.items()}
