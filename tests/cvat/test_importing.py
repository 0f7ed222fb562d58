"""Files imported: what fails, what is lost on the way, and who else imports at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from reconciler.cvat import Credentials, Session, connect, tus
from reconciler.cvat.annotations import put_annotations
from reconciler.cvat.importing import import_annotations
from reconciler.cvat.requests import Stopped, WorkFailed
from reconciler.cvat.sending import order_with_file
from reconciler.errors import ConflictError, ServerError
from reconciler.sandbox import Sandbox

from . import made
from .test_annotations import held, label_of, tag


def nobody(rq_id: str) -> None:
    raise AssertionError(f"somebody else's: {rq_id}")


def held_frames(session: Session, task: int) -> list[int]:
    """The frames of a task's shapes."""
    return held(session, task)["shapes"]


XML = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
<image id="1" name="f1.png" width="64" height="48">
<box label="{label}" occluded="0" source="manual" xtl="1" ytl="2" xbr="3" ybr="4" z_order="0"></box>
</image></annotations>"""


def xml(folder: Path, label: str = "car") -> Path:
    path = folder / "made.xml"
    path.write_text(XML.format(label=label))
    return path


def test_an_import(sandbox: Sandbox, anyone: Session, tmp_path: Path) -> None:
    seen: list[float | None] = []
    task = made.task(anyone, tmp_path).id
    import_annotations(
        anyone, task, xml(tmp_path), "CVAT 1.1", after_another=nobody, stop=Event(), on_progress=seen.append
    )
    assert held(anyone, task) == {"tags": [], "shapes": [1], "tracks": []}
    assert seen[0] == 1.0
    finish = next(asked for asked in sandbox.requests if "upload-finish" in asked.headers and asked.query)
    assert (finish.query["conv_mask_to_poly"], finish.query["format"]) == ("false", "CVAT 1.1")
    assert finish.query["filename"] != "made.xml"


def test_an_import_that_fails_leaves_what_was_there(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    put_annotations(anyone, task, {"tags": [tag(0, label_of(anyone, task))]})
    with pytest.raises(WorkFailed) as caught:
        import_annotations(anyone, task, xml(tmp_path, "truck"), "CVAT 1.1", after_another=nobody, stop=Event())
    assert str(caught.value).startswith(f"made.xml cannot be imported into task {task}: ValueError: Label 'truck'")
    assert held(anyone, task)["tags"] == [0]


def test_an_unknown_format(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    with pytest.raises(ServerError, match=r"\(400\): Unknown input format 'Odd 1\.0'"):
        import_annotations(anyone, task, xml(tmp_path), "Odd 1.0", after_another=nobody, stop=Event())


@pytest.mark.parametrize("after_write", [False, True])
@pytest.mark.parametrize(("method", "path"), [("PATCH", "/annotations/"), ("POST", "/annotations/$")])
def test_a_connection_that_breaks(
    sandbox: Sandbox,
    admin: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    after_write: bool,
) -> None:
    monkeypatch.setattr(tus, "CHUNK", 100)
    monkeypatch.setattr(tus, "_PAUSE", 0.0)
    task = made.task(admin, tmp_path).id
    sandbox.drop(method, path, after_write=after_write)
    import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=nobody, stop=Event())
    assert held(admin, task)["shapes"] == [1]


@contextmanager
def theirs_under_way(sandbox: Sandbox, task: int, folder: Path) -> Iterator[ExitStack]:
    """The administrator, in another program, has begun to import a file without annotations.

    Closing what is given lets it end; whoever waits for it as if it were their own is not kept for ever.
    """
    file = folder / "theirs.xml"
    file.write_text("<annotations><version>1.1</version></annotations>")
    credentials = Credentials(sandbox.url, token=sandbox.token)
    with connect(credentials=credentials, environ={}) as theirs, ExitStack() as holding:
        holding.enter_context(sandbox.held())
        where = f"/api/tasks/{task}/annotations/"
        order_with_file(theirs, where, file, "theirs", query={"format": "CVAT 1.1"}, stop=Event())
        sandbox.before("GET", "^/api/requests/action", holding.close)
        yield holding


def finish_cut(sandbox: Sandbox, *, after_write: bool) -> None:
    """The third message, with which the work is ordered, gets no answer."""
    post = "POST", "/annotations/$"
    cut = partial(sandbox.drop, *post, after_write=after_write)
    sandbox.before(*post, lambda: sandbox.before(*post, cut))


def sent(sandbox: Sandbox) -> list[int]:
    """The answers to all orders of imports."""
    return [
        one.status for one in sandbox.requests if "upload-finish" in one.headers and one.path.endswith("/annotations/")
    ]


def test_an_import_of_somebody_else_is_no_import_of_ours(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    """The server's refusal names one request for all who import into a task, whatever they import."""
    task = made.task(admin, tmp_path).id
    waited: list[str] = []
    with theirs_under_way(sandbox, task, tmp_path) as holding:

        def after_another(rq_id: str) -> None:
            holding.close()
            waited.append(rq_id)

        import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=after_another, stop=Event())
    assert waited == [f"action=import&target=task&target_id={task}&subresource=annotations"]
    assert sent(sandbox) == [202, 409, 202]
    assert held_frames(admin, task) == [1]


def test_what_is_not_to_be_done_after_another_is_not_done(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    put_annotations(admin, task, {"tags": [tag(0, label_of(admin, task))]})
    with theirs_under_way(sandbox, task, tmp_path):

        def after_another(_: str) -> None:
            raise ConflictError("changed")

        with pytest.raises(ConflictError, match="changed"):
            import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=after_another, stop=Event())
    assert sent(sandbox) == [202, 409]
    assert held(admin, task) == {"tags": [], "shapes": [], "tracks": []}


def test_others_without_end(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    with (
        theirs_under_way(sandbox, task, tmp_path),
        pytest.raises(ConflictError, match="another import into it is always under way"),
    ):
        import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=lambda _: None, stop=Event())


@pytest.mark.parametrize("under_way", [False, True])
def test_an_order_whose_answer_was_lost_is_waited_for(
    sandbox: Sandbox, admin: Session, tmp_path: Path, under_way: bool
) -> None:
    """The account has one import of the task that it had not before: it is not sent again."""
    task = made.task(admin, tmp_path).id
    import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=nobody, stop=Event())
    put_annotations(admin, task, {})
    sandbox.requests.clear()
    finish_cut(sandbox, after_write=True)
    with ExitStack() as holding:
        if under_way:
            holding.enter_context(sandbox.held())
            sandbox.before("GET", "^/api/requests/action", holding.close)
        import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=nobody, stop=Event())
    assert sent(sandbox) == [0]
    assert held_frames(admin, task) == [1]


def test_a_lost_order_is_not_taken_for_one_that_was_there_before(
    sandbox: Sandbox, admin: Session, tmp_path: Path
) -> None:
    """The same account, by a process that was killed or in a browser: its answer was lost, and was a refusal."""
    task = made.task(admin, tmp_path).id
    with theirs_under_way(sandbox, task, tmp_path) as holding:
        sandbox.requests.clear()
        finish_cut(sandbox, after_write=True)
        waited: list[str] = []

        def after_another(rq_id: str) -> None:
            holding.close()
            waited.append(rq_id)

        import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=after_another, stop=Event())
    assert len(waited) == 1
    assert sent(sandbox) == [0, 409, 202]
    assert held_frames(admin, task) == [1]


def test_an_order_that_never_arrived_is_sent_again(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    finish_cut(sandbox, after_write=False)
    import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=nobody, stop=Event())
    assert sent(sandbox) == [0, 202]
    assert held_frames(admin, task) == [1]


def test_stop(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", after_another=nobody, stop=stop)
    assert held(admin, task)["shapes"] == []
