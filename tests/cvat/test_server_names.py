from __future__ import annotations

from pathlib import Path

from reconciler.cvat.server_names import server_name, with_server_names

from . import made


def test_folders_are_not_kept() -> None:
    assert [server_name(name) for name in ("a.jpg", "night/a.jpg", "x/y/ä b.jpg")] == ["a.jpg", "a.jpg", "ä b.jpg"]


def test_names_in_the_request_follow(tmp_path: Path) -> None:
    files = made.pictures(tmp_path, "x/a.png", "y/b.png")
    body, sent = with_server_names(
        {
            "job_file_mapping": [["y/b.png"], ["x/a.png"]],
            "validation_params": {"mode": "gt", "frames": ["x/a.png"]},
            "server_files": ["x/a.png"],
        },
        files,
    )
    assert body == {
        "job_file_mapping": [["b.png"], ["a.png"]],
        "validation_params": {"mode": "gt", "frames": ["a.png"]},
        "server_files": ["x/a.png"],  # those are on the server, in folders
    }
    assert [(file.path, file.name) for file in sent] == [(files[0][0], "a.png"), (files[1][0], "b.png")]


def test_an_order_only_where_it_is_wanted(tmp_path: Path) -> None:
    files = made.pictures(tmp_path, "b.png", "a.png")
    assert with_server_names({"sorting_method": "natural"}, files)[0] == {"sorting_method": "natural"}
    predefined = {"sorting_method": "predefined", "upload_file_order": ["b.png", "a.png"]}
    assert with_server_names({"sorting_method": "predefined"}, files)[0] == predefined
    assert with_server_names({"sorting_method": "predefined"}, [])[0] == {"sorting_method": "predefined"}
