from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cvat import Credentials, connect
from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.plan.guides import in_short, normalised, pictures_in, same_guide, with_pictures_of
from reconciler.sandbox import Sandbox

A, B, C = (f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "abc")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (None, None, True),
        (None, "", False),
        ("", None, False),
        ("", " \n", True),
        ("# Draw\n", "# Draw", True),
        ("\n# Draw\r\n\r\ntight", "# Draw\n\ntight\n", True),
        ("# Draw  tight", "# Draw tight", False),
        (f"![a](/api/assets/{A})", f"![a](/api/assets/{B})", True),
        (f"![a](/api/assets/{A})", f"![a](https://cvat.example:8080/api/assets/{B.upper()})", True),
        (f"![a](/api/assets/{A}) ![a](/api/assets/{A})", f"![a](/api/assets/{A}) ![a](/api/assets/{B})", False),
        (f"![a](/api/assets/{A})", f"![other](/api/assets/{A})", False),
    ],
)
def test_guides_that_say_the_same(one: str | None, other: str | None, alike: bool) -> None:
    assert same_guide(one, other) is alike
    assert same_guide(other, one) is alike


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert same_guide(text, f" \r\n{text}\n")


def test_pictures_are_named_once() -> None:
    assert pictures_in(f"/api/assets/{B} and /api/assets/{A.upper()} and /api/assets/{B}") == [B, A]


@pytest.mark.parametrize(
    ("wanted", "current", "ready"),
    [
        (f"new ![](/api/assets/{A})", f"![](/api/assets/{B})", f"new ![](/api/assets/{B})"),  # after a restore
        (f"new ![](/api/assets/{A})", f"![](/api/assets/{A})", f"new ![](/api/assets/{A})"),
        # One that is there keeps its place; the other one stands for what would be lost.
        (
            f"![](/api/assets/{C}) ![](/api/assets/{B})",
            f"![](/api/assets/{A}) ![](/api/assets/{B})",
            f"![](/api/assets/{A}) ![](/api/assets/{B})",
        ),
        # Which one is meant cannot be told.
        (f"![](/api/assets/{C})", f"![](/api/assets/{A}) ![](/api/assets/{B})", f"![](/api/assets/{C})"),
        ("no picture", f"![](/api/assets/{A})", "no picture"),
    ],
)
def test_pictures_stay_at_the_addresses_that_they_have(wanted: str, current: str, ready: str) -> None:
    assert with_pictures_of(wanted, current) == ready


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (None, None),
        ("", ""),
        ("Look closely.\n", "Look closely."),
        ("# Draw\n\nAlways.", "# Draw (3 lines, 15 characters)"),
        ("x" * 61, "x" * 59 + "… (61 characters)"),
    ],
)
def test_a_guide_in_short(text: str | None, short: str | None) -> None:
    assert in_short(text) == short


def test_what_a_server_makes_of_a_guide(sandbox: Sandbox) -> None:
    text = "\n# Draw tight boxes\r\n\r\nAlways.\n\n"
    with connect(credentials=Credentials(sandbox.url, token=sandbox.token), environ={}) as session:
        objects, reader = Objects(session), Reader(session)
        project = objects.create_project({"name": "guided"})
        guide = reader.guide(objects.create_guide("project", project.id, text).id)
        assert guide is not None
        assert same_guide(guide.markdown, text)
        picture = objects.create_asset(guide.id, "a.png", PIXEL)
        shown = f"{text}![a](/api/assets/{picture})\n"
        objects.patch_guide(guide.id, shown)
        changed = reader.guide(guide.id)
        assert changed is not None
        assert same_guide(changed.markdown, shown.replace(picture, A))


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)
