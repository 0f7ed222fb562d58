"""Labels, and annotations of all sorts that use them: made up, in the form that a person's file has."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.annotations.content import Annotations
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.reading import read_data
from reconciler.cvat.models import Label

LABELS: list[dict[str, Any]] = [
    {
        "id": 1,
        "name": "car",
        "type": "any",
        "color": "#ff0000",
        "attributes": [
            {"id": 11, "name": "parked", "mutable": True, "input_type": "checkbox", "default_value": "false"},
            {"id": 12, "name": "make", "mutable": False, "input_type": "text", "default_value": "other"},
        ],
    },
    {"id": 2, "name": "person", "type": "any", "color": "#00ff00", "attributes": []},
    {
        "id": 3,
        "name": "body",
        "type": "skeleton",
        "svg": "",
        "color": "#0000ff",
        "attributes": [],
        "sublabels": [
            {
                "id": 31,
                "name": "head",
                "type": "points",
                "attributes": [
                    {"id": 32, "name": "seen", "mutable": True, "input_type": "text", "default_value": "yes"}
                ],
            },
            {"id": 33, "name": "foot", "type": "points", "attributes": []},
        ],
    },
]
IDS = LabelIds.of([Label.model_validate(label) for label in LABELS])
LAST = 5  # frames 0 to 5

Drawn = dict[str, Any]

numbers = st.one_of(st.integers(-50, 2000), st.floats(-50, 2000).map(lambda number: round(number, 3)))
frames = st.integers(0, LAST)
groups = st.sampled_from([0, 0, 0, 1, 2, 7])
sources = st.sampled_from(["manual", "auto", "file"])
parked = st.sampled_from([{}, {"parked": "true"}, {"parked": "false"}])
makes = st.sampled_from([{}, {"make": "acme"}, {"make": "other"}])


@st.composite
def places(draw: st.DrawFn, kind: str | None = None) -> Drawn:
    """Where something is on a frame."""
    kind = kind or draw(st.sampled_from(["rectangle", "polygon", "points"]))
    count = {"rectangle": 4, "polygon": 6, "points": 2, "skeleton": 0}[kind]
    return {
        "type": kind,
        "points": draw(st.lists(numbers, min_size=count, max_size=count)),
        "occluded": draw(st.booleans()),
        "z_order": draw(st.integers(-1, 2)),
        "rotation": draw(st.sampled_from([0, 0.0, 45, 90.5])),
    }


@st.composite
def tags(draw: st.DrawFn) -> Drawn:
    """A tag."""
    values = {**draw(parked), **draw(makes)}
    return {"frame": draw(frames), "label": "car", "group": draw(groups), "attributes": values}


@st.composite
def shapes(draw: st.DrawFn) -> Drawn:
    """A shape or a skeleton."""
    common = {"frame": draw(frames), "group": draw(groups), "source": draw(sources)}
    label = draw(st.sampled_from(["car", "person", "body"]))
    if label == "body":
        elements = [
            {"frame": common["frame"], "label": part, "outside": draw(st.booleans()), **draw(places("points"))}
            for part in draw(st.permutations(["head", "foot"]))
        ]
        return {**common, "label": label, **draw(places("skeleton")), "elements": elements}
    values = {**draw(parked), **draw(makes)} if label == "car" else {}
    return {**common, "label": label, **draw(places()), "attributes": values}


@st.composite
def tracks(draw: st.DrawFn) -> Drawn:
    """A track that begins visible."""
    on = draw(st.lists(frames, min_size=1, max_size=3, unique=True))
    kind = draw(st.sampled_from(["rectangle", "points"]))
    keyframes = [
        {"frame": frame, "outside": frame != min(on) and draw(st.booleans()), "attributes": draw(parked)}
        | draw(places(kind))
        for frame in on
    ]
    return {
        "frame": min(on),
        "label": "car",
        "group": draw(groups),
        "source": draw(sources),
        "attributes": draw(makes),
        "shapes": keyframes,
    }


@st.composite
def documents(draw: st.DrawFn, most: int = 5) -> Drawn:
    """A person's file. Equal items are likely enough."""
    few = st.integers(0, most)
    held: Drawn = {}
    for kind, strategy in (("tags", tags()), ("shapes", shapes()), ("tracks", tracks())):
        different = [draw(strategy) for _ in range(draw(st.integers(0, 2)))]
        items = [draw(st.sampled_from(different)) for _ in range(draw(few))] if different else []
        held[kind] = [{**item, "group": draw(groups)} for item in items]
    return held


contents = documents().map(lambda held: read_data(held, "drawn", IDS))


def reordered(draw: st.DrawFn, content: Annotations) -> Annotations:
    """The same in another order."""
    return Annotations(*(tuple(draw(st.permutations(items))) for _, items in content.of_kinds()))


def box(frame: int = 0, label: str = "car", **more: Any) -> Drawn:
    """A rectangle."""
    return {"type": "rectangle", "points": [1, 2, 30, 40], "frame": frame, "label": label, **more}


def held(ids: LabelIds = IDS, **kinds: list[Drawn]) -> Annotations:
    """The content of a file with these tags, shapes and tracks."""
    return read_data(kinds, "test.json", ids) if kinds else Annotations()
