"""To the server and back: the content is the same; the real exchanges that were recorded say so, too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.server import from_server, to_server
from reconciler.cvat.models import Label

from ..sandbox.replay import RECORDINGS
from .drawn import IDS, LABELS, box, contents, held

needs_recordings = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings (../shared) are not here")


@given(contents, st.integers(1, 1000))
def test_there_and_back_is_the_same(content: Annotations, first_id: int) -> None:
    body = json.loads(json.dumps(to_server(content, IDS)))
    for number, item in enumerate([*body["tags"], *body["shapes"], *body["tracks"]]):
        item["id"] = first_id + number
    assert from_server(body, IDS) == content


def test_the_server_may_have_other_ids() -> None:
    def moved(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return json.loads(json.dumps(labels), object_hook=lambda one: {**one, "id": one["id"] + 500})  # type: ignore[no-any-return]

    content = held(shapes=[box(attributes={"parked": "true"})])
    others = LabelIds.of([Label.model_validate(label) for label in moved(LABELS)])
    assert to_server(content, others)["shapes"][0]["label_id"] == 501
    assert from_server(to_server(content, others), others) == content


def test_what_the_task_does_not_have_is_named_with_its_place() -> None:
    content = held(shapes=[box(3, attributes={"make": "acme"})])
    without_make = [{**LABELS[0], "attributes": LABELS[0]["attributes"][:1]}]
    with pytest.raises(AnnotationsError, match="shape on frame 3: label `car` has no attribute `make`"):
        to_server(content, LabelIds.of([Label.model_validate(label) for label in without_make]))
    with pytest.raises(AnnotationsError, match="shape on frame 3: there is no label `car`") as raised:
        to_server(content, LabelIds.of([Label.model_validate(LABELS[1])]))
    assert raised.value.hint == "The task's labels: `person`."
    with pytest.raises(AnnotationsError, match="label `car` is not on the server yet"):
        to_server(content, LabelIds.of_states({"car": {"attributes": {"make": {"default_value": "other"}}}}))


def test_a_label_that_is_not_known_is_told() -> None:
    with pytest.raises(AnnotationsError, match="frame 0 has the label with the id 99"):
        from_server({"tags": [{"frame": 0, "label_id": 99}]}, IDS)


def test_what_is_heard_is_not_left_out() -> None:
    """Intervals of audio, on newer servers: a copy without them would lose them."""
    with pytest.raises(AnnotationsError, match="annotated with 1 intervals of audio"):
        from_server({"tags": [], "intervals": [{"label_id": 1, "start": 0, "stop": 10}]}, IDS)
    assert not from_server({"tags": [], "intervals": []}, IDS)


def test_a_value_that_the_server_would_not_take_back_is_no_content() -> None:
    """An attribute that was made mutable leaves its values on tracks; one that no longer is, on keyframes."""
    track = {"frame": 0, "label_id": 1, "attributes": [{"spec_id": 11, "value": "true"}]}
    shapes = [{**box(), "attributes": [{"spec_id": 12, "value": "acme"}]}]
    read = from_server({"tracks": [{**track, "shapes": shapes}]}, IDS)
    assert read.tracks[0]["attributes"] == {"make": "other"}
    assert read.tracks[0]["shapes"][0]["attributes"] == {"parked": "false"}


@needs_recordings
def test_what_a_real_server_was_given_and_gives() -> None:
    """backup.json: what was sent lacks attributes, what came back has them; after the restore it is the same."""
    steps = json.loads((RECORDINGS / "backup.json").read_text())["steps"]
    by_title = {step["title"]: step for step in steps}
    before_ids, after_ids = _ids(by_title["the labels"]), _ids(by_title["its labels are its own now"])
    sent = by_title["annotate"]["request"]["json"]
    names = {"{car}": 101, "{parked}": 40, "{make}": 41}
    filled = json.loads(json.dumps(sent), object_hook=lambda one: {k: _id(v, names) for k, v in one.items()})
    given = from_server(filled, before_ids)
    read = from_server(_answer(by_title["read them"]), before_ids)
    assert given.tags == read.tags
    assert given.shapes == read.shapes
    assert not given.minus(read), "the track is there in parts: the server cut it between two jobs"
    assert read.numbers.tracks == 2
    restored = from_server(_answer(by_title["its annotations"]), after_ids)
    added = restored.minus(read)
    assert (added.numbers.shapes, read.minus(restored)) == (1, Annotations()), "one shape was drawn in between"
    again = from_server(to_server(restored, before_ids), before_ids)
    assert again == restored


def _id(value: Any, names: dict[str, int]) -> Any:
    return names.get(value, value) if isinstance(value, str) else value


def _ids(step: dict[str, Any]) -> LabelIds:
    return LabelIds.of([Label.model_validate(label) for label in _answer(step)["results"]])


def _answer(step: dict[str, Any]) -> dict[str, Any]:
    return dict(step["response"]["json"])
