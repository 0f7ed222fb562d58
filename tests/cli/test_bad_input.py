"""Whatever is wrong: one clear message on standard error, nothing on standard output, a non-zero exit code."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .conftest import REOPEN, Command, writes

PAGE = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
SECRET = "correct-horse-battery"
WAYS = "set CVAT_HOST and CVAT_ACCESS_TOKEN, or CVAT_HOST, CVAT_USERNAME and CVAT_PASSWORD, or save a profile with"


def progress_aside(err: str) -> str:
    """Standard error without its lines of progress."""
    return "".join(line for line in err.splitlines(keepends=True) if not line.startswith("Reading "))


@dataclass(frozen=True)
class Wrong:
    """A connection that does not work: its variables (`{url}` is the sandbox's), what is said, and what to do."""

    says: str
    environ: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    manifest: str = REOPEN


def _token(sandbox: Sandbox, **more: object) -> tuple[int, str]:
    status, made = sandbox.api("POST", "/api/auth/access_tokens", json={"name": "t", **more})
    assert status == 201
    return int(made["id"]), str(made["value"])


CONNECTIONS = {
    "no credentials": Wrong("no credentials for a CVAT server", {}, WAYS),
    "host only": Wrong("CVAT_HOST is set, but no credentials for it are", {"CVAT_HOST": "{url}"}, WAYS),
    "empty token": Wrong(
        "CVAT_HOST is set, but no credentials for it are (CVAT_ACCESS_TOKEN: set, but empty)",
        {"CVAT_HOST": "{url}", "CVAT_ACCESS_TOKEN": ""},
        WAYS,
    ),
    "no host": Wrong("credentials are set, but CVAT_HOST is not", {"CVAT_ACCESS_TOKEN": SECRET}, WAYS),
    "no password": Wrong(
        "CVAT_USERNAME is set, but CVAT_PASSWORD is not", {"CVAT_HOST": "{url}", "CVAT_USERNAME": "admin"}, WAYS
    ),
    "wrong password": Wrong(
        "{url} does not accept the password of 'admin': Unable to log in with provided credentials.",
        {"CVAT_HOST": "{url}", "CVAT_USERNAME": "admin", "CVAT_PASSWORD": SECRET},
        "check CVAT_USERNAME and CVAT_PASSWORD",
    ),
    "wrong token": Wrong(
        "{url} does not accept the access token",
        {"CVAT_HOST": "{url}", "CVAT_ACCESS_TOKEN": SECRET},
        "it came from CVAT_ACCESS_TOKEN; it may be mistyped, revoked or expired, or for another server",
    ),
    "token with a line break": Wrong(
        "the access token has characters that no token has",
        {"CVAT_HOST": "{url}", "CVAT_ACCESS_TOKEN": f"{SECRET}\nx"},
        "copy it again",
    ),
    "nothing listens": Wrong(
        "cannot reach http://127.0.0.1:{free}: nothing accepts connections there",
        {"CVAT_HOST": "http://127.0.0.1:{free}", "CVAT_ACCESS_TOKEN": SECRET},
        "check the port in CVAT_HOST, and whether the server is running",
    ),
    "unknown host name": Wrong(
        "cannot reach http://cvat.invalid: the host name is not known",
        {"CVAT_HOST": "http://cvat.invalid", "CVAT_ACCESS_TOKEN": SECRET},
        "check the spelling of CVAT_HOST",
    ),
    "https to plain http": Wrong(
        "cannot reach https://{netloc}: the connection cannot be trusted",
        {"CVAT_HOST": "https://{netloc}", "CVAT_ACCESS_TOKEN": SECRET},
        "the server does not speak https there: try {url}",
    ),
    "no address": Wrong(
        "CVAT_HOST begins with ftp://, which is not a web address",
        {"CVAT_HOST": "ftp://x", "CVAT_ACCESS_TOKEN": SECRET},
    ),
    "password in the address": Wrong(
        "CVAT_HOST", {"CVAT_HOST": f"http://admin:{SECRET}@127.0.0.1", "CVAT_ACCESS_TOKEN": SECRET}
    ),
    "unknown organization": Wrong(
        "there is no organization 'nowhere' on {url}",
        {"CVAT_HOST": "{url}", "CVAT_ACCESS_TOKEN": "{token}"},
        "this account can work in: acme",
        REOPEN.replace("acme", "nowhere"),
    ),
    "unknown organization of the connection": Wrong(
        "there is no organization 'nowhere' on {url}",
        {"CVAT_HOST": "{url}", "CVAT_ACCESS_TOKEN": "{token}", "CVAT_ORG": "nowhere"},
        "CVAT_ORG= is the personal workspace",
        REOPEN.replace("organization: acme\n", ""),
    ),
    "a profile and a host": Wrong(
        "CVAT_PROFILE names a profile, but the environment also gives a server or credentials",
        {"CVAT_HOST": "{url}", "CVAT_ACCESS_TOKEN": SECRET, "CVAT_PROFILE": "work"},
        "unset either",
    ),
    "unknown profile": Wrong("there is no profile 'work'", {"CVAT_PROFILE": "work"}, "profiles saved: none"),
}


@pytest.fixture(scope="module")
def bystander() -> Iterator[Sandbox]:
    """A server that nobody gets to write to."""
    with Sandbox.start(seed="street", tasks=1) as running:
        yield running


@pytest.fixture
def somewhere(bystander: Sandbox, secrets: set[str]) -> Callable[[str], str]:
    """Fills in the addresses of this test."""
    secrets |= {SECRET, bystander.token}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    known = {
        "url": bystander.url,
        "netloc": bystander.url.partition("://")[2],
        "free": str(free),
        "token": bystander.token,
    }

    def fill(text: str) -> str:
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    return fill


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize("case", CONNECTIONS.values(), ids=CONNECTIONS.keys())
def test_connection(
    case: Wrong,
    command: str,
    somewhere: Callable[[str], str],
    bystander: Sandbox,
    reconciler: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _no_name_server(monkeypatch)
    for name, value in case.environ.items():
        monkeypatch.setenv(name, somewhere(value))
    Path("m.yaml").write_text(case.manifest)
    said = reconciler(command, "m.yaml", *(["--yes"] if command == "apply" else []))
    assert (said.code, said.out) == (1, "")
    unwrapped = " ".join(said.err.split())
    assert unwrapped.startswith(f"error: {somewhere(case.says)}")
    assert somewhere(case.hint) in unwrapped
    assert not Path(".reconciler").exists()
    assert writes(bystander) == []


def _no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are looked up nowhere but here."""
    real = socket.getaddrinfo

    def look_up(host: str | None, *arguments: object, **options: object) -> object:
        if host is not None and host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_a_revoked_token(
    sandbox: Sandbox, reconciler: Command, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, token = _token(sandbox, read_only=False)
    secrets.add(token)
    monkeypatch.setenv("CVAT_HOST", sandbox.url)
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", token)
    assert reconciler("plan", "reopen.yaml").code == 0
    assert sandbox.api("DELETE", f"/api/auth/access_tokens/{number}")[0] == 204
    said = reconciler("plan", "reopen.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: {sandbox.url} does not accept the access token")


def test_a_read_only_token_plans_but_does_not_apply(
    sandbox: Sandbox, reconciler: Command, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = _token(sandbox, read_only=True)
    secrets.add(token)
    monkeypatch.setenv("CVAT_HOST", sandbox.url)
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", token)
    assert reconciler("plan", "reopen.yaml").code == 0
    said = reconciler("apply", "reopen.yaml", "--yes")
    assert said.code == 1
    assert "error: this access token is read-only" in said.err
    assert sandbox.api("GET", "/api/tasks/1")[1]["status"] == "completed"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PAGE, "text/html"),
        ('{"status": "ok"}', "application/json"),
        ("[]", "application/json"),
        ("", "application/json"),
        ("plain words", "text/plain"),
    ],
    ids=["a login page", "another program's JSON", "a list", "nothing", "words"],
)
@pytest.mark.parametrize("path", ["/api/users/self", "/api/server/about"])
def test_not_cvat(connected: Sandbox, reconciler: Command, body: str, kind: str, path: str) -> None:
    connected.fail("GET", path, status=200, body=body, content_type=kind, times=None)
    said = reconciler("plan", "reopen.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: {connected.url} does not answer like a CVAT server when asked for ")
    assert "check CVAT_HOST" in said.err


def test_a_redirect_to_a_login_page(connected: Sandbox, reconciler: Command) -> None:
    connected.fail("GET", "/api/users/self", status=302, headers={"Location": "https://sso.invalid/login?next=x"})
    said = reconciler("plan", "reopen.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: {connected.url} redirects to https://sso.invalid/login instead of answering")


@pytest.mark.parametrize("path", ["/api/users/self", "/api/projects", "/api/tasks", "/api/jobs"])
def test_the_server_fails_while_planning(connected: Sandbox, reconciler: Command, path: str) -> None:
    connected.fail("GET", path, status=500, body=PAGE, times=None)
    said = reconciler("plan", "reopen.yaml")
    assert (said.code, said.out) == (1, "")
    shown = progress_aside(said.err)
    assert shown.startswith("error: ")
    assert "500" in shown.splitlines()[0]


def test_the_server_fails_while_applying(connected: Sandbox, reconciler: Command) -> None:
    connected.fail("PATCH", "/api/jobs/", status=500, body=PAGE, times=None)
    said = reconciler("apply", "reopen.yaml", "--yes")
    assert said.code == 3
    assert "(500)" in said.out


MANIFESTS: dict[str, tuple[str, str]] = {
    "a typo": (
        "version: 1\nrulez: {}\n",
        "m.yaml:2:1: error: unknown key `rulez` in a manifest\n    did you mean `rules`?\n",
    ),
    "an unknown user": (
        "version: 1\norganization: acme\ntasks:\n  a: {id: 1, assignee: alicce}\n",
        "m.yaml:4:24: error: there is no user 'alicce' in this organization, or you cannot see them\n"
        "    did you mean `alice`?\n",
    ),
    "a missing task": (
        "version: 1\norganization: acme\ntasks:\n  batch-99: {project: {name: Street scenes}, subset: x}\n",
        "m.yaml:4:3: error: there is no task called 'batch-99' in project 'Street scenes'\n",
    ),
    "a missing task by id": (
        "version: 1\norganization: acme\ntasks:\n  a: {id: 4711, subset: x}\n",
        "m.yaml:4:11: error: there is no task 4711, or you cannot see it in this organization\n",
    ),
    "an unknown project": (
        "version: 1\norganization: acme\nrules:\n  r: {select: {project: Street scene}, set: {subset: x}}\n",
        "m.yaml:4:25: error: there is no project called 'Street scene', or you cannot see it\n"
        "    did you mean `Street scenes`?\n",
    ),
    "empty": ("", "m.yaml:1:1: error: this file is empty\n    begin with `version: 1`\n"),
}


@pytest.mark.parametrize(("text", "says"), MANIFESTS.values(), ids=MANIFESTS.keys())
def test_manifest(connected: Sandbox, reconciler: Command, text: str, says: str) -> None:
    Path("m.yaml").write_text(text)
    for command in (("plan",), ("apply", "--yes")):
        said = reconciler(*command, "m.yaml")
        assert (said.code, said.out) == (1, "")
        assert progress_aside(said.err).startswith(says)


def test_several_problems_at_once(connected: Sandbox, reconciler: Command) -> None:
    Path("m.yaml").write_text(
        "version: 1\norganization: acme\ntasks:\n"
        "  a: {id: 1, assignee: alicce}\n"
        "  b: {id: 4711, subset: x}\n"
        "rules:\n  r: {select: {project: Street}, set: {subset: x}}\n"
    )
    lines = progress_aside(reconciler("plan", "m.yaml").err).splitlines()
    places = [line.partition(": error:")[0] for line in lines if ": error:" in line]
    assert places == ["m.yaml:4:24", "m.yaml:5:11", "m.yaml:7:25"]
    assert lines[-1] == "3 errors"


def test_an_ambiguous_name(connected: Sandbox, reconciler: Command) -> None:
    connected.api("PATCH", "/api/tasks/2", json={"name": "batch-001"})
    said = reconciler("plan", "rename.yaml")
    assert (said.code, said.out) == (1, "")
    shown = progress_aside(said.err)
    assert shown.startswith(
        "rename.yaml:5:3: error: 2 tasks are called 'batch-001' in project 'Street scenes': 1 and 2\n"
    )


@pytest.mark.parametrize(
    ("target", "hint"), [("rule.reopn", "did you mean `rule.reopen`?"), ("nonsense", ""), ("", ""), ("task.x", "")]
)
def test_an_unknown_target(connected: Sandbox, reconciler: Command, target: str, hint: str) -> None:
    said = reconciler("plan", "reopen.yaml", "--target", target)
    assert (said.code, said.out) == (1, "")
    assert progress_aside(said.err).startswith(f"error: no {target!r} in the manifest to target\n")
    assert hint in said.err


@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
class TestFiles:
    def test_missing(self, reconciler: Command, command: str) -> None:
        said = reconciler(command, "reopn.yaml")
        assert (said.code, said.out) == (1, "")
        assert said.err == "error: there is no file `reopn.yaml`\n    did you mean `reopen.yaml`?\n"

    def test_an_empty_folder(self, reconciler: Command, command: str) -> None:
        Path("empty").mkdir()
        said = reconciler(command, "empty")
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("error: no *.yaml or *.yml file in the folder `empty`\n")

    def test_empty_standard_input(self, reconciler: Command, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        said = reconciler(command, "-")
        assert (said.code, said.out) == (1, "")
        assert said.err == "-:1:1: error: this file is empty\n    begin with `version: 1`\n"

    def test_not_utf8(self, reconciler: Command, command: str) -> None:
        Path("m.yaml").write_bytes(b'version: 1\nvars: {a: "\xff"}\n')
        said = reconciler(command, "m.yaml")
        assert (said.code, said.out) == (1, "")
        assert said.err == "m.yaml:2:12: error: this is not UTF-8 text\n    save the file as UTF-8\n"

    def test_not_yaml(self, reconciler: Command, command: str) -> None:
        Path("m.yaml").write_text("version: 1\nrules: {a: [}\n")
        said = reconciler(command, "m.yaml")
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("m.yaml:2:")


class TestState:
    def test_a_file_in_its_place(self, connected: Sandbox, reconciler: Command) -> None:
        Path("state").write_text("not a folder")
        for command in (("plan", "reopen.yaml"), ("apply", "reopen.yaml", "--yes"), ("history",), ("rollback",)):
            said = reconciler(*command, "--state", "state")
            assert (said.code, said.out) == (1, "")
            assert "Not a directory\n    state has to be a folder of its own" in said.err
        assert writes(connected) == []
        assert Path("state").read_text() == "not a folder"

    def test_not_writable(self, connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(folder: Path) -> None:
            raise PermissionError(13, "Permission denied", str(folder))

        monkeypatch.setattr("reconciler.history.store.make_folder", refuse)
        said = reconciler("apply", "reopen.yaml", "--yes")
        assert said.code == 1
        assert "error: Cannot write .reconciler: Permission denied\n" in said.err
        assert "name another folder with --state DIR" in said.err
        assert writes(connected) == []

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "reconciler.ledger/99"}'])
    def test_a_corrupt_ledger(self, connected: Sandbox, reconciler: Command, content: str) -> None:
        Path(".reconciler").mkdir()
        Path(".reconciler/ledger.json").write_text(content)
        for command in ("plan", "apply"):
            said = reconciler(command, "reopen.yaml", *(["--yes"] if command == "apply" else []))
            assert (said.code, said.out) == (1, "")
            assert ".reconciler/ledger.json" in said.err
        assert writes(connected) == []


USAGE: dict[str, tuple[list[str], str]] = {
    "an unknown command": (["pln"], "error: No such command 'pln'. Did you mean 'plan'?\n    see: reconciler --help\n"),
    "an unknown option": (["plan", "--out-file", "x", "m"], "error: No such option: --out-file"),
    "no manifest": (["plan"], "error: Missing argument 'MANIFEST'.\n    see: reconciler plan --help\n"),
    "a format": (
        ["plan", "m", "--format", "yaml"],
        "error: Invalid value for '--format': 'yaml' is not one of 'text', 'json'.\n",
    ),
    "a rate": (["plan", "m", "--rate", "0"], "error: Invalid value for '--rate': "),
    "a parallelism": (["apply", "m", "--parallelism", "many"], "error: Invalid value for '--parallelism': "),
    "out is a folder": (["plan", "m", "--out", "."], "error: Invalid value for '--out': "),
    "an option without its value": (["plan", "m", "--target"], "error: Option '--target' requires an argument.\n"),
    "too many arguments": (["history", "a", "b"], "error: Got unexpected extra argument(s) (b)\n"),
    "nothing to apply": (["apply"], "error: nothing to apply\n    name a manifest, or a saved plan with --plan\n"),
    "a plan and targets": (
        ["apply", "--plan", "p", "--target", "t"],
        "error: --target and --plan do not go together\n",
    ),
}


@pytest.mark.parametrize(("arguments", "says"), USAGE.values(), ids=USAGE.keys())
def test_usage(reconciler: Command, arguments: list[str], says: str) -> None:
    """Exit code 1, not the 2 that such tools use: here that means that changes are pending."""
    said = reconciler(*arguments)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(says)


EVERYTHING_WRONG = """\
version: 1
organization: acme
projects: {street: {name: Street scenes}}
tasks:
  batch-001: {project: street, assignee: alicia, status: done, annotations: {file: m.yaml, format: COCO}}
  batch-002: {project: Stret scenes, jobs: {assignee: [nobodyy]}, job_overrides: [{frames: 9-1, assignee: zoe}]}
rules:
  a: {select: {project: street}, assign: {to: [], by: task}}
  b: {select: {project: Warehouze}, assign: {to: [bob, carrol], weights: {bob: 0}}}
  c: {select: {project: {id: 999}}, set: {owner: me, jobs: {assignee: {previous: annotator}}}}
  d: {select: {project: street, status: completed}, assign: {to: {role: owner}}, revision: x}
"""


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("status",)])
def test_what_is_wrong_here_and_what_is_wrong_there_is_told_together(
    connected: Sandbox, reconciler: Command, command: tuple[str, ...]
) -> None:
    """Typed wrong or not on the server: whoever wrote it has to mend it all the same."""
    Path("m.yaml").write_text(EVERYTHING_WRONG)
    said = reconciler(*command, "m.yaml")
    assert said.code == 1
    for start in (
        "m.yaml:5:42: error: there is no user 'alicia' in this organization,",
        "m.yaml:5:58: error: `status` is `done`",
        "m.yaml:5:100: error: the server imports no format `COCO`\n    did you mean `COCO 1.0`?",
        "m.yaml:6:24: error: there is no project called 'Stret scenes', or you cannot see it",
        "m.yaml:6:56: error: there is no user 'nobodyy'",
        "m.yaml:6:92: error: these frames run backwards",
        "m.yaml:6:107: error: there is no user 'zoe'",
        "m.yaml:8:43: error: an empty list: there is nobody to assign to",
        "m.yaml:9:25: error: there is no project called 'Warehouze'",
        "m.yaml:9:56: error: there is no user 'carrol'",
        "m.yaml:9:80: error: the weight of `bob` is more than 0, not `0`",
        "m.yaml:10:16: error: there is no project 999",
        "m.yaml:10:50: error: there is no user 'me'",
        "m.yaml:11:92: error: `revision` is a whole number, not `x`",
    ):
        assert start in said.err, start
    assert writes(connected) == []
    assert not Path(".reconciler").exists()


def test_a_server_that_cannot_be_asked_is_no_second_error(
    connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("m.yaml").write_text(EVERYTHING_WRONG)
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", "wrong")
    said = reconciler("plan", "m.yaml")
    offline = reconciler("validate", "m.yaml")
    assert (said.code, said.err) == (1, offline.err)
    assert "alicia" not in said.err


def test_options_as_well(connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")
    said = reconciler("set", "--project", "Strt", "--status", "done", "--set", "jobs.assignee=bobb", "--yes")
    assert said.code == 1
    for start in (
        "--project: error: there is no project called 'Strt'",
        "--status: error: `status` is `done`",
        "--set jobs.assignee: error: there is no user 'bobb' in this organization",
        "3 errors",
    ):
        assert start in said.err
    assert writes(connected) == []


def test_whom_options_select_by(connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")
    chosen = ("--assignee", "zed", "--label", "carr", "--id", "4711", "--select", "not: {owner: zoe}")
    said = reconciler("set", *chosen, "--status", "don", "--set", "subset=x", "--yes")
    assert (said.code, said.out) == (1, "")
    for start in (
        "--assignee: error: there is no user 'zed' in this organization",
        "--label: error: no label is called 'carr'\n    did you mean `car`?",
        "--id: error: there is no task 4711",
        "error: there is no user 'zoe' in this organization",
        "--status: error: `status` is `don`",
        "5 errors",
    ):
        assert start in said.err, start
    assert writes(connected) == []


def test_an_unknown_label_is_told_of_the_option_alone(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("set", "--label", "carr", "--set", "subset=x", "--yes")
    assert (said.code, said.out) == (1, "")
    assert progress_aside(said.err) == "--label: error: no label is called 'carr'\n    did you mean `car`?\n"


def test_an_unknown_organization_as_well(connected: Sandbox, reconciler: Command) -> None:
    Path("m.yaml").write_text(EVERYTHING_WRONG.replace("acme", "nowhere"))
    said = reconciler("plan", "m.yaml")
    assert (said.code, said.out) == (1, "")
    assert f"m.yaml:2:15: error: there is no organization 'nowhere' on {connected.url}\n" in said.err
    assert "    this account can work in: acme" in said.err
    assert "m.yaml:5:58: error: `status` is `done`" in said.err
    assert "alicia" not in said.err


def test_an_unknown_organization_of_the_connection_as_well(
    connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVAT_ORG", "nowhere")
    said = reconciler("set", "--name", "x", "--status", "don", "--set", "subset=x", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "\nerror: there is no organization 'nowhere' on " in said.err
    assert "--status: error: `status` is `don`" in said.err


@pytest.mark.parametrize("organization", ["5", "[acme]", "null", '"${vars.nope}"'])
def test_in_no_other_organization_is_anything_looked_up(
    connected: Sandbox, reconciler: Command, organization: str
) -> None:
    Path("m.yaml").write_text(EVERYTHING_WRONG.replace("acme", organization))
    connected.requests.clear()
    said = reconciler("plan", "m.yaml")
    assert (said.code, said.out) == (1, "")
    assert "m.yaml:2:15: error:" in said.err or "m.yaml:2:1: error:" in said.err
    assert "m.yaml:5:58: error: `status` is `done`" in said.err
    assert connected.requests == []


@pytest.mark.parametrize("is_in_one_file", [True, False], ids=["in a file", "in two"])
def test_of_two_organizations_none_is_asked(connected: Sandbox, reconciler: Command, is_in_one_file: bool) -> None:
    Path("m.yaml").write_text(EVERYTHING_WRONG + ("organization: beta\n" if is_in_one_file else ""))
    Path("n.yaml").write_text("version: 1\n" + ("" if is_in_one_file else "organization: beta\n"))
    connected.requests.clear()
    said = reconciler("plan", "m.yaml", "n.yaml")
    assert (said.code, said.out) == (1, "")
    assert "m.yaml:5:58: error: `status` is `done`" in said.err
    assert ("m.yaml:12:1: error: " if is_in_one_file else "n.yaml:2:1: error: ") + "`organization`" in said.err
    assert connected.requests == []


def test_what_stands_twice_is_checked_twice(connected: Sandbox, reconciler: Command) -> None:
    Path("m.yaml").write_text(
        "version: 1\norganization: acme\nvars: {who: nix}\n"
        "rules:\n"
        "  r: {select: {name: x, status: don}, set: {owner: nox}}\n"
        '  r: {select: {project: Strt}, set: {owner: "${vars.who}", status: finishd}}\n'
        "tasks:\n"
        "  a: {id: 1, subset: x, guide: {file: gone.md}}\n"
        "tasks:\n"
        "  b: {id: 4711, subset: x, guide: {file: gone-too.md}}\n"
    )
    Path("n.yaml").write_text("version: 1\ntasks:\n  a: {id: 4712, assignee: nux, status: dun}\n")
    said = reconciler("plan", "m.yaml", "n.yaml")
    assert (said.code, said.out) == (1, "")
    for start in (
        "m.yaml:5:33: error: `status` is `don`",
        "m.yaml:5:52: error: there is no user 'nox'",
        "m.yaml:6:3: error: `r` stands here twice\n    the first one is at m.yaml:5:3",
        "m.yaml:6:25: error: there is no project called 'Strt'",
        "m.yaml:6:45: error: there is no user 'nix'",
        "m.yaml:6:68: error: `status` is `finishd`",
        "m.yaml:8:39: error: there is no file `gone.md`",
        "m.yaml:9:1: error: `tasks` stands here twice",
        "m.yaml:10:11: error: there is no task 4711",
        "m.yaml:10:42: error: there is no file `gone-too.md`",
        "n.yaml:3:3: error: the task `a` is defined twice",
        "n.yaml:3:11: error: there is no task 4712",
        "n.yaml:3:27: error: there is no user 'nux'",
        "n.yaml:3:40: error: `status` is `dun`",
    ):
        assert start in said.err, start
    assert said.err.rstrip().endswith("14 errors")


INCLUDING = """version: 1
organization: acme
include: [shared.yaml]
vars: {size: 5}
tasks:
  a: {id: 1, project: team, status: don, subset: "${vars.subset}", assignee: nix}
rules:
  r: {select: {project: {name: Strt}, size: "${vars.size}"}, assign: {to: "${vars.people}"}}
  s: {select: {project: team, not: {assignee: nox}}, set: {owner: nux, subset: "a-${vars.subset}"}}
"""


@pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "no YAML"])
def test_what_can_be_read_is_checked_although_a_file_cannot(
    connected: Sandbox, reconciler: Command, is_missing: bool
) -> None:
    """What the missing file may define, projects and variables, is not called unknown."""
    Path("m.yaml").write_text(INCLUDING)
    if not is_missing:
        Path("shared.yaml").write_text("projects: {team: [}")
    said = reconciler("plan", "m.yaml")
    assert (said.code, said.out) == (1, "")
    told = [line for line in said.err.splitlines() if ": error: " in line]
    expected = [
        "m.yaml:3:11: error: there is no file `shared.yaml`" if is_missing else "shared.yaml:1:19: error: ",
        "m.yaml:6:37: error: `status` is `don`",
        "m.yaml:6:78: error: there is no user 'nix'",
        "m.yaml:8:16: error: there is no project called 'Strt'",
        "m.yaml:9:47: error: there is no user 'nox'",
        "m.yaml:9:67: error: there is no user 'nux'",
    ]
    assert len(told) == len(expected)
    for start in expected:
        assert any(line.startswith(start) for line in told), start


def test_the_missing_file_may_say_the_organization(connected: Sandbox, reconciler: Command) -> None:
    Path("m.yaml").write_text(INCLUDING.replace("organization: acme\n", ""))
    connected.requests.clear()
    said = reconciler("plan", "m.yaml")
    assert "m.yaml:5:37: error: `status` is `don`" in said.err
    assert connected.requests == []


STATUS = ("--project", "Nix", "--project", "4711", "--every", "never")
UNSOUND = "version: 1\norganization: acme\ntasks:\n  a: {id: 1, status: don, assignee: nox}\n"


@pytest.mark.parametrize(
    ("manifest", "options", "expected"),
    [
        (UNSOUND, STATUS, ["--every", "--project", "--project", "m.yaml:4:22", "m.yaml:4:37"]),
        (UNSOUND, ("--project", ""), ["--project", "m.yaml:4:22", "m.yaml:4:37"]),
        (UNSOUND, STATUS[:2], ["--project", "m.yaml:4:22", "m.yaml:4:37"]),
        (UNSOUND.replace("don,", "completed,"), STATUS, ["--every", "--project", "--project", "m.yaml:4:43"]),
        (UNSOUND.replace("don,", "completed,"), STATUS[:2], ["--project", "m.yaml:4:43"]),
        (None, STATUS, ["--every", "--project", "--project"]),
        ("rules: [\n", STATUS, ["--every", "m.yaml:2:1"]),
    ],
    ids=[
        "a manifest that does not hold together",
        "an empty name",
        "only names",
        "a user",
        "both on the server",
        "no manifest",
        "no YAML",
    ],
)
def test_status_tells_what_is_wrong_with_its_options_and_the_manifest(
    connected: Sandbox, reconciler: Command, manifest: str | None, options: tuple[str, ...], expected: list[str]
) -> None:
    if manifest is not None:
        Path("m.yaml").write_text(manifest)
    said = reconciler("status", *([] if manifest is None else ["m.yaml"]), *options)
    assert (said.code, said.out) == (1, "")
    told = [line.partition(": error: ")[0] for line in said.err.splitlines() if ": error: " in line]
    assert sorted(told) == expected
