from __future__ import annotations

import pytest
from packaging.version import Version

from reconciler.cvat.capabilities import Capabilities, is_replica, parse_version


@pytest.mark.parametrize("version", ["2.54.1", "2.31", "2.79.9", "2.80.0.dev20260101", "0"])
def test_before_2_80(version: str) -> None:
    known = Capabilities.of(Version(version))
    assert known == Capabilities(False, None, "consensus_replica", knows_intervals=known.knows_intervals)


@pytest.mark.parametrize("version", ["2.80", "2.80.0", "2.81.3", "3.0"])
def test_from_2_80(version: str) -> None:
    assert Capabilities.of(Version(version)) == Capabilities(True, 500, "replica", True, True, True, True)


def test_intervals_came_before_2_80() -> None:
    assert [Capabilities.of(Version(version)).knows_intervals for version in ("2.67.9", "2.68")] == [False, True]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.54.1", "2.54.1"),
        ("2.54.1.dev20260101", "2.54.1.dev20260101"),
        ("2.54-custom build", "2.54"),
        ("v2.80.0-acme", "2.80.0"),
        ("unknown", "0"),
        ("", "0"),
    ],
)
def test_versions_as_servers_write_them(text: str, version: str) -> None:
    assert parse_version(text) == Version(version)


def test_replicas_are_known_by_both_names() -> None:
    assert [is_replica(kind) for kind in ("replica", "consensus_replica", "annotation", None)] == [
        True,
        True,
        False,
        False,
    ]
