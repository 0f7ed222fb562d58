from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat import Credentials
from reconciler.errors import SessionError

SECRET = "s3cret"
HOST = {"CVAT_HOST": "https://cvat.example"}
TOKEN = {"CVAT_ACCESS_TOKEN": SECRET}
PASSWORD = {"CVAT_USERNAME": "ann", "CVAT_PASSWORD": SECRET}


def find(environ: dict[str, str], profile: str | None = None) -> Credentials:
    return Credentials.from_environment(environ, profile=profile)


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Save profiles as `cvat-cli profile` does: `save(name=(server, token), …, default=name, default_server=url)`."""
    from cvat_sdk.core.auth import AuthStore, ProfileEntry, get_auth_store_path

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert get_auth_store_path().is_relative_to(tmp_path)

    def save(default: str | None = None, default_server: str | None = None, **entries: tuple[str, str]) -> Path:
        store = AuthStore()
        for name, (server, token) in entries.items():
            store.put_profile(name, ProfileEntry(server, token, "2026-01-01T00:00:00Z"), set_default=name == default)
        if default is None and entries:
            store.clear_default_profile()
        if default_server:
            store.set_default_server(default_server)
        return Path(store.path)

    return save


def test_a_host_and_a_token() -> None:
    found = find({**HOST, **TOKEN})
    assert (found.host, found.token, found.username, found.organization) == ("https://cvat.example", SECRET, None, None)


def test_a_host_and_a_password() -> None:
    found = find({**HOST, **PASSWORD})
    assert (found.token, found.username, found.password) == (None, "ann", SECRET)


def test_a_token_wins_over_a_password() -> None:
    found = find({**HOST, **TOKEN, **PASSWORD})
    assert (found.token, found.username) == (SECRET, None)


def test_a_token_with_the_line_break_of_the_file_it_came_from() -> None:
    assert find({**HOST, "CVAT_ACCESS_TOKEN": f"{SECRET}\n"}).token == SECRET


@pytest.mark.parametrize(
    ("variable", "organization"), [({}, None), ({"CVAT_ORG": ""}, ""), ({"CVAT_ORG": "acme"}, "acme")]
)
def test_the_organization(variable: dict[str, str], organization: str | None) -> None:
    assert find({**HOST, **TOKEN, **variable}).organization == organization


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ["CVAT_HOST", "CVAT_ACCESS_TOKEN", "CVAT_USERNAME", "CVAT_PASSWORD", "cvat-cli profile"]),
        (HOST, ["CVAT_HOST is set, but no credentials"]),
        ({**HOST, "CVAT_ACCESS_TOKEN": ""}, ["CVAT_ACCESS_TOKEN: set, but empty"]),
        ({**HOST, "CVAT_USERNAME": "ann"}, ["CVAT_USERNAME is set, but CVAT_PASSWORD is not"]),
        ({**HOST, "CVAT_PASSWORD": SECRET}, ["CVAT_PASSWORD is set, but CVAT_USERNAME is not"]),
        (TOKEN, ["credentials are set, but CVAT_HOST is not"]),
        (PASSWORD, ["credentials are set, but CVAT_HOST is not"]),
        ({"CVAT_USERNAME": "ann"}, ["CVAT_USERNAME is set, but CVAT_PASSWORD is not"]),
        ({**HOST, **TOKEN, "CVAT_PROFILE": "work"}, ["CVAT_PROFILE", "unset either"]),
        ({"CVAT_PROFILE": "work"}, ["no profile 'work'", "none"]),
    ],
)
def test_what_is_missing_is_named(environ: dict[str, str], names: list[str]) -> None:
    with pytest.raises(SessionError) as caught:
        find(environ)
    for name in names:
        assert name in str(caught.value)
    assert SECRET not in str(caught.value)


def test_the_default_profile(profiles: Any) -> None:
    profiles(default="work", work=("https://cvat.example", SECRET), home=("https://home.example", "other"))
    found = find({"CVAT_ORG": "acme"})
    assert (found.host, found.token, found.organization) == ("https://cvat.example", SECRET, "acme")


def test_a_named_profile(profiles: Any) -> None:
    profiles(default="work", work=("https://cvat.example", SECRET), home=("https://home.example", "other"))
    assert find({"CVAT_PROFILE": "home"}).host == "https://home.example"
    assert find({}, "home").host == "https://home.example"
    # What is asked for by name wins over everything in the environment.
    assert find({**HOST, **TOKEN, "CVAT_PROFILE": "work"}, "home").host == "https://home.example"


def test_the_environment_wins_over_the_default_profile(profiles: Any) -> None:
    profiles(default="work", work=("https://work.example", "other"))
    assert find({**HOST, **TOKEN}).host == "https://cvat.example"


def test_a_host_never_gets_the_token_of_a_profile(profiles: Any) -> None:
    profiles(default="work", work=("https://work.example", "other"))
    with pytest.raises(SessionError, match="no credentials for it"):
        find(HOST)


def test_the_default_server(profiles: Any) -> None:
    profiles(default_server="https://default.example")
    assert find(TOKEN).host == "https://default.example"


def test_an_unknown_profile_lists_the_others(profiles: Any) -> None:
    profiles(work=("https://work.example", SECRET), home=("https://home.example", SECRET))
    with pytest.raises(SessionError) as caught:
        find({}, "wrok")
    assert str(caught.value) == "there is no profile 'wrok'\n    profiles saved: home, work"


def test_profiles_that_others_can_read_are_refused(profiles: Any) -> None:
    profiles(default="work", work=("https://work.example", SECRET)).chmod(0o644)
    with pytest.raises(SessionError, match="permissions"):
        find({})


@pytest.mark.parametrize(
    "content", ["not json", "[]", "{}", json.dumps({"version": 1, "default_profile": "a", "profiles": {"a": {}}})]
)
def test_damaged_profiles(profiles: Any, content: str) -> None:
    path = profiles(default="work", work=("https://work.example", SECRET))
    path.write_text(content)
    with pytest.raises(SessionError, match="cannot be read"):
        find({})


def test_no_secret_is_shown() -> None:
    for credentials in (find({**HOST, **TOKEN}), find({**HOST, **PASSWORD})):
        assert SECRET not in f"{credentials!r} {credentials} {[credentials]}"


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tökén", "", "nul\0"])
def test_a_token_that_could_not_be_sent(token: str) -> None:
    with pytest.raises(SessionError) as caught:
        Credentials("https://cvat.example", token=token)
    assert not token or token not in str(caught.value)


def test_half_a_pair_given_directly() -> None:
    with pytest.raises(SessionError, match="no access token"):
        Credentials("https://cvat.example", username="ann")
