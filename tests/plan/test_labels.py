"""States of labels; and the proof that counts: the bodies, sent to a server, leave labels as they promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.models import Label
from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.manifest.labels import LabelBlock
from reconciler.plan.label_bodies import create_body, deletion, patch_body, with_ids
from reconciler.plan.labels import differences_of, label_state, wanted_label
from reconciler.plan.steps import Image
from reconciler.sandbox import Sandbox

DRAWING = (
    '<line x1="10" y1="10" x2="40" y2="40" data-type="edge" data-node-from="1" data-node-to="2"></line>'
    '<circle r="0.75" cx="10" cy="10" data-type="element node" data-node-id="1" data-label-name="a"></circle>'
    '<circle r="0.75" cx="40" cy="40" data-type="element node" data-node-id="2" data-label-name="b"></circle>'
)
CAR = {
    "type": "rectangle",
    "color": "#FF0000",
    "attributes": {
        "parked": {"input_type": "checkbox", "mutable": True},
        "make": {"input_type": "select", "values": ["other", "acme"]},
        "age": {"input_type": "number", "values": [0, 120, 1]},
        "note": {"input_type": "text"},
    },
}
POSE = {"type": "skeleton", "sublabels": {"a": {"color": "#00ff00"}, "b": None}, "svg": f"\n{DRAWING}\n"}


class Owner:
    """A project on the server, and its labels."""

    def __init__(self, session: Session) -> None:
        self._objects, self._reader = Objects(session), Reader(session)
        self._id = self._objects.create_project({"name": "labels"}).id

    def labels(self) -> dict[str, Label]:
        return {label.name: label for label in self._reader.labels_of("project", self._id)}

    def state(self, name: str) -> Image:
        return label_state(self.labels()[name])

    def make(self, name: str, block: dict[str, Any]) -> Image:
        """Make a label, as a step does; give what the step promises."""
        wanted = wanted_label(name, LabelBlock.model_validate(block), None)
        self.send(create_body(wanted))
        return wanted

    def change(self, old: str, name: str, block: dict[str, Any], *, prune: bool = False) -> tuple[Image, Image, Image]:
        """Change a label, as a step does; give the body, `expect` and `gives`."""
        observed = self.state(old)
        before, after = differences_of(
            observed, wanted_label(name, LabelBlock.model_validate(block), observed, prune=prune)
        )
        body = with_ids(patch_body(before, after), self.labels()[old])
        self.send(body)
        return body, before, after

    def remove(self, name: str) -> None:
        self.send(deletion(self.labels()[name]))

    def send(self, body: Image) -> None:
        self._objects.patch_labels("project", self._id, [body])


def attribute(state: Image, name: str) -> Any:
    attributes = state["attributes"]
    return attributes.get(name) if isinstance(attributes, dict) else None


def part(state: Any, said: Any) -> Any:
    """What a state says of what an image says something about."""
    if isinstance(state, dict) and isinstance(said, dict):
        return {key: part(state.get(key), value) for key, value in said.items()}
    return state


@pytest.fixture
def owner(sandbox: Sandbox) -> Iterator[Owner]:
    with connect(credentials=Credentials(sandbox.url, token=sandbox.token), environ={}) as session:
        yield Owner(session)


def test_a_new_label_is_as_promised(owner: Owner) -> None:
    promised = owner.make("car", CAR)
    assert owner.state("car") == promised
    assert promised == {
        "name": "car",
        "type": "rectangle",
        "color": "#ff0000",
        "attributes": {
            "parked": {"input_type": "checkbox", "values": ["false"], "default_value": "false", "mutable": True},
            "make": {"input_type": "select", "values": ["other", "acme"], "default_value": "other", "mutable": False},
            "age": {"input_type": "number", "values": ["0", "120", "1"], "default_value": "0", "mutable": False},
            "note": {"input_type": "text", "values": [], "default_value": "", "mutable": False},
        },
    }


def test_a_colour_that_is_not_written_is_in_no_promise(owner: Owner) -> None:
    promised = owner.make("tree", {})
    assert promised == {"name": "tree", "type": "any", "attributes": {}}
    there = owner.state("tree")
    assert part(there, promised) == promised
    assert there["color"]


def test_a_new_skeleton_is_as_promised(owner: Owner) -> None:
    promised = owner.make("pose", POSE)
    there = owner.state("pose")
    assert part(there, promised) == promised
    assert there["svg"] == DRAWING  # by name, though the server says it by id
    assert list(promised["sublabels"]) == ["a", "b"]  # type: ignore[arg-type]


def test_what_is_as_written_has_no_differences(owner: Owner) -> None:
    for name, block in (("car", CAR), ("pose", POSE), ("tree", {})):
        owner.make(name, block)
        observed = owner.state(name)
        again = wanted_label(name, LabelBlock.model_validate(block), observed, prune=True)
        assert differences_of(observed, again) == ({"name": name}, {"name": name})


def test_a_change_sends_only_what_differs_and_always_the_colour(owner: Owner) -> None:
    owner.make("car", CAR)
    ids = {one.name: one.id for one in owner.labels()["car"].attributes or ()}
    body, before, after = owner.change(
        "car", "car", {"type": "any", "attributes": {"parked": {"mutable": False}, "seats": {"input_type": "text"}}}
    )
    assert body == {
        "id": owner.labels()["car"].id,
        "name": "car",
        "color": "#ff0000",
        "type": "any",
        "attributes": [
            {
                "id": ids["parked"],
                "name": "parked",
                "input_type": "checkbox",
                "values": ["false"],
                "default_value": "false",
                "mutable": False,
            },
            {"name": "seats", "input_type": "text", "values": [], "default_value": "", "mutable": False},
        ],
    }
    assert before["attributes"] == {
        "parked": {"input_type": "checkbox", "values": ["false"], "default_value": "false", "mutable": True},
        "seats": None,
    }
    there = owner.state("car")
    assert part(there, after) == after
    assert attribute(there, "make")["values"] == ["other", "acme"]


def test_a_new_name_keeps_the_colour_and_the_attributes(owner: Owner) -> None:
    owner.make("car", CAR)
    was = owner.state("car")
    body, before, after = owner.change("car", "vehicle", {})
    assert (before, after) == ({"name": "car"}, {"name": "vehicle"})
    assert body["color"] == "#ff0000"
    assert owner.state("vehicle") == {**was, "name": "vehicle"}


def test_a_new_colour_and_the_order_of_values(owner: Owner) -> None:
    owner.make("car", CAR)
    _, before, after = owner.change(
        "car", "car", {"color": "#0000FF", "attributes": {"make": {"values": ["acme", "other"]}}}
    )
    assert (before["color"], after["color"]) == ("#ff0000", "#0000ff")
    there = owner.state("car")
    assert part(there, after) == after
    # The default stays as it is when it is not written.
    assert attribute(there, "make") == {
        "input_type": "select",
        "values": ["acme", "other"],
        "default_value": "other",
        "mutable": False,
    }


def test_an_undone_change_is_the_change_turned_round(owner: Owner) -> None:
    owner.make("car", CAR)
    was = owner.state("car")
    _, before, after = owner.change("car", "auto", {"color": "#00ff00", "attributes": {"age": {"values": [1, 99, 1]}}})
    owner.send(with_ids(patch_body(after, before), owner.labels()["auto"]))
    assert owner.state("car") == was


def test_a_removed_label_is_gone(owner: Owner) -> None:
    owner.make("car", CAR)
    owner.remove("car")
    assert owner.labels() == {}


# Without a server


def observed(**fields: Any) -> Label:
    return Label.model_validate({"id": 7, "name": "car", **fields})


def test_a_state_of_a_label_that_says_little() -> None:
    assert label_state(observed()) == {"name": "car", "color": "", "type": "any", "attributes": {}}
    assert label_state(observed(type="skeleton", color="#ABCDEF")) == {
        "name": "car",
        "color": "#abcdef",
        "type": "skeleton",
        "attributes": {},
        "sublabels": {},
        "svg": "",
    }


@pytest.mark.parametrize(
    ("answered", "meant"), [([""], []), ([], []), (None, []), ([" a ", "b"], ["a", "b"]), (["", ""], ["", ""])]
)
def test_values_as_servers_answer_them(answered: list[str] | None, meant: list[str]) -> None:
    note = {"id": 1, "name": "note", "values": answered, "input_type": "text"}
    state = label_state(observed(attributes=[note]))
    assert attribute(state, "note") == {"input_type": "text", "values": meant, "default_value": "", "mutable": False}


def test_attributes_are_pruned_only_where_some_are_described() -> None:
    attributes = [{"id": 1, "name": "note", "input_type": "text"}, {"id": 2, "name": "age", "input_type": "text"}]
    state = label_state(observed(attributes=attributes))
    described = LabelBlock.model_validate({"attributes": {"note": {}}})
    assert list(wanted_label("car", described, state, prune=True)["attributes"]) == ["note"]  # type: ignore[arg-type]
    assert wanted_label("car", described, state)["attributes"] == state["attributes"]
    assert wanted_label("car", LabelBlock(), state, prune=True)["attributes"] == state["attributes"]
    assert wanted_label("car", LabelBlock.model_validate({"attributes": {}}), state, prune=True)["attributes"] == {}


def test_a_removed_attribute_is_sent_in_full_and_marked() -> None:
    label = observed(color="#ff0000", attributes=[{"id": 3, "name": "note", "input_type": "text", "mutable": True}])
    state = label_state(label)
    before, after = differences_of(state, {**state, "attributes": {}})
    assert after == {"name": "car", "attributes": {"note": None}}
    assert with_ids(patch_body(before, after), label) == {
        "id": 7,
        "color": "#ff0000",
        "name": "car",
        "attributes": [
            {
                "id": 3,
                "name": "note",
                "input_type": "text",
                "values": [],
                "default_value": "",
                "mutable": True,
                "deleted": True,
            }
        ],
    }


def test_the_parts_of_a_skeleton_go_by_name_and_keep_their_colours() -> None:
    parts = [
        {"id": 97, "name": "a", "type": "points", "color": "#111111", "attributes": []},
        {"id": 98, "name": "b", "type": "points", "color": "#222222"},
    ]
    svg = '<circle data-label-id="98"></circle><circle data-label-id="97"></circle>'
    label = observed(type="skeleton", color="#ff0000", sublabels=parts, svg=svg)
    state = label_state(label)
    assert state["svg"] == '<circle data-label-name="b"></circle><circle data-label-name="a"></circle>'
    block = LabelBlock.model_validate(
        {"sublabels": {"b": {"color": "#333333"}, "a": {"attributes": {"seen": {"input_type": "checkbox"}}}}}
    )
    before, after = differences_of(state, wanted_label("car", block, state))
    seen = {"input_type": "checkbox", "values": ["false"], "default_value": "false", "mutable": False}
    assert before == {"name": "car", "sublabels": {"a": {"attributes": {"seen": None}}, "b": {"color": "#222222"}}}
    assert after == {"name": "car", "sublabels": {"a": {"attributes": {"seen": seen}}, "b": {"color": "#333333"}}}
    assert with_ids(patch_body(before, after), label)["sublabels"] == [
        {"id": 97, "color": "#111111", "name": "a", "attributes": [{"name": "seen", **seen}]},
        {"id": 98, "color": "#333333", "name": "b"},
    ]


def test_a_part_that_is_not_there_is_told_from_one_that_is_otherwise() -> None:
    state = label_state(observed(type="skeleton", sublabels=[{"id": 1, "name": "a", "type": "points"}]))
    block = LabelBlock.model_validate({"sublabels": {"a": {"type": "points"}, "c": {}}})
    before, after = differences_of(state, wanted_label("car", block, state))
    assert before == {"name": "car", "sublabels": {"c": None}}
    assert after == {"name": "car", "sublabels": {"c": {"type": "points", "attributes": {}}}}
    body = with_ids(patch_body(before, after), observed(sublabels=[]))
    assert body["sublabels"] == [{"name": "c", "type": "points"}]


# What real servers answered

SHARED = Path(__file__).parents[3] / "shared" / "cvat"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the recordings (../shared) are not here")


def as_block(state: Image) -> LabelBlock:
    """The block that describes a label as it is, all of it."""
    return LabelBlock.model_validate({key: value for key, value in state.items() if key != "name"})


@needs_shared
def test_every_label_of_the_fixture_is_as_its_own_block_says() -> None:
    answered = json.loads((SHARED / "fixture" / "labels.json").read_text())
    labels = [Label.model_validate(one) for one in (answered if isinstance(answered, list) else answered["results"])]
    assert labels
    for label in labels:
        state = label_state(label)
        again = wanted_label(label.name, as_block(state), state, prune=True)
        assert differences_of(state, again) == ({"name": label.name}, {"name": label.name})


@needs_shared
def test_a_recorded_skeleton_is_as_it_was_sent() -> None:
    steps = json.loads((SHARED / "recordings" / "labels.json").read_text())["steps"]
    by_title = {step["title"]: step for step in steps}
    sent = by_title["a skeleton"]["request"]["json"]["labels"][0]
    answered = by_title["labels with a skeleton"]["response"]["json"]["results"]
    state = label_state(Label.model_validate(next(one for one in answered if one["name"] == "pose")))
    block = {
        "type": sent["type"],
        "color": sent["color"],
        "svg": sent["svg"],
        "sublabels": {part["name"]: {"type": part["type"]} for part in sent["sublabels"]},
    }
    wanted = wanted_label("pose", LabelBlock.model_validate(block), state, prune=True)
    assert differences_of(state, wanted) == ({"name": "pose"}, {"name": "pose"})
    assert create_body(wanted_label("pose", LabelBlock.model_validate(block), None)) == sent
