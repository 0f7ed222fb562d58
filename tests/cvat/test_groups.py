from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cvat.groups import Sent, grouped
from reconciler.errors import ReconcilerError

MEGA = 2**20


def sizes(*files: tuple[str, int]) -> tuple[list[list[str]], list[str]]:
    groups, single = grouped([Sent(Path(name), name, size) for name, size in files])
    return [[file.name for file in group.files] for group in groups], [file.name for file in single]


def test_small_ones_together_large_ones_alone() -> None:
    files = [("a", MEGA), ("b", 10 * MEGA), ("c", 6 * MEGA), ("film", 17 * MEGA), ("d", 1)]
    assert sizes(*files) == ([["a", "b"], ["c", "d"]], ["film"])


def test_not_too_many_at_once() -> None:
    groups, single = sizes(*((str(number), 1) for number in range(401)))
    assert ([len(group) for group in groups], single) == ([200, 200, 1], [])


@pytest.mark.parametrize("name", ['a"b.png', "100%.png", "a&amp;b.png", "a\\b.png", "a\nb.png"])
def test_names_that_a_form_would_change(name: str) -> None:
    assert sizes((name, 1), ("ä b.png", 1)) == ([["ä b.png"]], [name])


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"abc")
    (group,), _ = grouped([Sent(path, "a.png", 3)])
    assert group.fields() == {"client_files[0]": ("a.png", b"abc")}
    path.write_bytes(b"abcd")
    with pytest.raises(ReconcilerError, match=r"a\.png has changed while it was being sent"):
        group.fields()
    path.unlink()
    with pytest.raises(ReconcilerError, match=r"a\.png cannot be read"):
        group.fields()
