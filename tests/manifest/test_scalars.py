from __future__ import annotations

import pytest

from reconciler.manifest.scalars import UnclearScalar, scalar_value

YAML = "tag:yaml.org,2002:"


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("int", "42", 42),
        ("int", "-1", -1),
        ("float", "1.5", 1.5),
        ("bool", "True", True),
        ("null", "~", None),
        ("str", "x", "x"),
        ("timestamp", "2026-01-01", "2026-01-01"),
        ("value", "=", "="),
    ],
)
def test_clear_words(kind: str, written: str, value: object) -> None:
    assert scalar_value(YAML + kind, written, is_tagged=False) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("int", "0123"),
        ("int", "0x1F"),
        ("int", "0b1"),
        ("int", "1_000"),
        ("int", "12:30"),
        ("int", "9" * 5000),
        ("float", ".inf"),
        ("float", ".nan"),
        ("float", "1_0.5"),
        ("float", "1:30.5"),
        ("bool", "yes"),
        ("bool", "off"),
    ],
)
def test_words_that_readers_disagree_about(kind: str, written: str) -> None:
    with pytest.raises(UnclearScalar) as caught:
        scalar_value(YAML + kind, written, is_tagged=False)
    assert "quote it" in caught.value.hint


@pytest.mark.parametrize("tag", ["!secret", f"{YAML}binary", f"{YAML}python/object:os.system"])
def test_other_tags(tag: str) -> None:
    with pytest.raises(UnclearScalar, match="means nothing here"):
        scalar_value(tag, "x", is_tagged=True)


def test_a_tag_that_says_text() -> None:
    assert scalar_value(f"{YAML}str", "2024", is_tagged=True) == "2024"
