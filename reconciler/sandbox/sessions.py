"""Who is asking: sessions, tokens, passwords, personal access tokens."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from reconciler.sandbox.answers import Answer, Refusal, as_json, denied, refuse
from reconciler.sandbox.call import Call, Caller, caller_of
from reconciler.sandbox.fields import Text, checked
from reconciler.sandbox.json_logic import comparable

PASSWORD = "sandbox"  # noqa: S105 - everybody's, and it is printed at the start
_SAFE = ("GET", "HEAD", "OPTIONS")
_EXPORT = re.compile(r"/api/(projects|tasks|jobs)/\d+/(dataset|backup)/export/?")
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


def unauthorized(message: str = "Authentication credentials were not provided.") -> Refusal:
    """Refuse a call without credentials, or with wrong ones."""
    return refuse(401, {"detail": message}, _CHALLENGE)


def caller(call: Call) -> Caller | None:
    """Tell who is asking, or None for nobody."""
    scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "token":
            return _by_token(call, credentials.strip())
        case "bearer":
            return _by_access_token(call, credentials.strip())
        case "basic":
            return _by_password(call, credentials.strip())
    return _by_session(call)


def _by_token(call: Call, key: str) -> Caller:
    user_id = call.store.value("SELECT user_id FROM logins WHERE key = ? AND kind = 'token'", (key,))
    if user_id is None:
        raise unauthorized("Invalid token.")
    return _active(call, user_id)


def _by_access_token(call: Call, value: str) -> Caller:
    token = call.store.find("access_tokens", value, "value")
    if token is None:
        raise unauthorized("Invalid token.")
    moment = call.store.clock.now()
    if token["expiry_date"] and comparable(token["expiry_date"]) <= comparable(moment):
        raise unauthorized("Invalid token.")
    with call.store.transaction():
        call.store.save("access_tokens", {**token, "last_used_date": moment})
    user = _active(call, token["owner"]["id"])
    if token["read_only"] and call.method not in _SAFE and not _EXPORT.fullmatch(call.path):
        raise denied()  # what it may have exported, and to where, the export says
    return caller_of(call.store.get("users", user.id), access_token=token["id"], read_only=token["read_only"])


def _by_password(call: Call, credentials: str) -> Caller:
    try:
        username, _, password = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise unauthorized("Invalid basic header. Credentials not correctly base64 encoded.") from None
    user_id = _who(call, username, password)
    if user_id is None:
        raise unauthorized("Invalid username/password.")
    return _active(call, user_id)


def _by_session(call: Call) -> Caller | None:
    key = call.cookies.get("sessionid", "")
    rows = call.store.rows("SELECT user_id, csrf FROM logins WHERE key = ? AND kind = 'session'", (key,))
    if not rows:
        return None
    [(user_id, csrf)] = rows
    if call.method not in _SAFE:
        sent = call.headers.get("x-csrftoken", "")
        if not sent:
            raise denied("CSRF Failed: CSRF token missing.")
        if sent != csrf or call.cookies.get("csrftoken") != csrf:
            raise denied("CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.")
    return _active(call, user_id)


def _active(call: Call, user_id: int) -> Caller:
    user = call.store.find("users", user_id)
    if user is None or not user.get("is_active", True):
        raise unauthorized("User inactive or deleted.")
    return caller_of(user)


def _who(call: Call, username: str, password: str) -> int | None:
    found = call.store.value(
        "SELECT id FROM users WHERE username = ? AND password = ? AND is_active", (username, password)
    )
    return None if found is None else int(found)


def log_in(call: Call) -> Answer:
    """Answer POST /api/auth/login: a session, and the user's one API token."""
    data = checked(
        call.data(),
        {"username": Text(150, blank=True), "email": Text(254, blank=True), "password": Text(128)},
        required=("password",),
    )
    store = call.store
    username = data.get("username") or ""
    if not username and data.get("email"):
        sql = "SELECT username FROM users WHERE json_extract(doc, '$.email') = ?"
        username = store.value(sql, (data["email"],)) or ""
    user_id = _who(call, username, data["password"])
    if user_id is None:
        raise refuse(400, {"non_field_errors": ["Unable to log in with provided credentials."]})
    key = store.value("SELECT key FROM logins WHERE kind = 'token' AND user_id = ?", (user_id,))
    if key is None:
        key = secrets.token_hex(20)
        store.execute("INSERT INTO logins VALUES (?, 'token', ?, NULL)", (key, user_id))
    session, csrf = secrets.token_hex(16), secrets.token_hex(16)
    store.execute("INSERT INTO logins VALUES (?, 'session', ?, ?)", (session, user_id, csrf))
    store.save("users", {**store.get("users", user_id), "last_login": store.clock.now()})
    answer = as_json({"key": key})
    answer.cookies = {"sessionid": session, "csrftoken": csrf}
    return answer


def log_out(call: Call) -> Answer:
    """Answer POST /api/auth/logout: the user's API token goes, whatever the call came with.

    Recorded from CVAT 2.54.1: everybody who uses that token is thrown out too.
    """
    if call.caller is not None:
        call.store.execute("DELETE FROM logins WHERE kind = 'token' AND user_id = ?", (call.user.id,))
    call.store.execute("DELETE FROM logins WHERE key = ?", (call.cookies.get("sessionid", ""),))
    return as_json({"detail": "Successfully logged out."})
