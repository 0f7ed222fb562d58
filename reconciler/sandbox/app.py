"""The ASGI application: from an HTTP request to the resource that answers it, and back."""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.sandbox import sessions
from reconciler.sandbox.answers import Answer, Refusal, crash, no_route, refuse
from reconciler.sandbox.background import Background
from reconciler.sandbox.call import Call, SentFile, query_of
from reconciler.sandbox.links import with_origin
from reconciler.sandbox.routes import PLACES, Place
from reconciler.sandbox.store import Store
from reconciler.sandbox.throttle import Throttle
from reconciler.sandbox.versions import ServerVersion

_log = logging.getLogger(__name__)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_WORTH_ZIPPING = 200  # as Django's own middleware has it
_LARGEST_BODY = 256 * 2**20
_ACCEPTED = ("*/*", "application/*", "application/vnd.cvat+json")


@dataclass(frozen=True)
class Server:
    """What every request is handled with."""

    store: Store
    version: ServerVersion
    throttle: Throttle
    background: Background
    share: Path | None = None
    clouds: tuple[Path, ...] = ()


def application(server: Server) -> Starlette:
    """Build the application that serves a store as a version of CVAT does."""

    def endpoint(place: Place) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            if refused := _too_large(request):
                return refused
            call = await _call(request, server)
            # Answered right here, in the event loop: the database is in memory and takes one writer.
            with server.store.lock:
                return _response(call, _answer(call, place, server.throttle))

        return respond

    async def unknown(request: Request) -> Response:
        return _response(await _call(request, server), no_route())

    routes = [Route(place.path, endpoint(place), methods=_METHODS) for place in PLACES]
    app = Starlette(routes=[*routes, Route("/{path:path}", unknown, methods=_METHODS)])
    app.router.redirect_slashes = False
    return app


def _too_large(request: Request) -> Response | None:
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not length.isdigit():
        return Response(status_code=411)
    return Response(status_code=413) if int(length) > _LARGEST_BODY else None


async def _call(request: Request, server: Server) -> Call:
    call = Call(
        store=server.store,
        version=server.version,
        background=server.background,
        share=server.share,
        clouds=server.clouds,
        method=request.method,
        path=request.url.path,
        query=query_of(request.url.query),
        headers=request.headers,
        cookies=request.cookies,
        origin=f"{request.url.scheme}://{request.headers.get('host', 'localhost')}",
        address=request.client.host if request.client else "",
        arguments=dict(request.path_params),
    )
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=100_000, max_fields=100_000) as form:
            call.form = {}
            for name, value in form.multi_items():
                if isinstance(value, str):
                    call.form[name] = value
                else:
                    # Only the last part of a name counts, as in Django: so that none leads out of a folder.
                    bare = re.split(r"[/\\]", value.filename or "")[-1]
                    call.files.append(SentFile(name, bare, await value.read()))
    else:
        call.body = await request.body()
    return call


def _answer(call: Call, place: Place, throttle: Throttle) -> Answer:
    try:
        _negotiate(call)
        call.caller = sessions.caller(call)
        if call.caller is None:
            if not place.anonymous:
                raise sessions.unauthorized()
            throttle.count(call.address)
        _find_organization(call)
        if call.method == "HEAD" and place.head_breaks:
            raise crash()
        handler = place.handlers.get("GET" if call.method == "HEAD" else call.method)
        if handler is None:
            raise refuse(405, {"detail": f'Method "{call.method}" not allowed.'})
        with call.store.transaction():
            return handler(call)
    except Refusal as refusal:
        return refusal.answer
    except Exception:
        # What nothing checked breaks a real server too, and it shows the same page.
        _log.exception("%s %s broke the sandbox", call.method, call.path)
        return crash().answer


def _negotiate(call: Call) -> None:
    # `Accept: application/json` alone is a 406 (recorded from CVAT 2.54.1): the server has its own type.
    accepted = [part.split(";")[0].strip() for part in call.headers.get("accept", "*/*").split(",")]
    if not set(accepted) & set(_ACCEPTED):
        raise refuse(406, {"detail": "Could not satisfy the request Accept header."})


def _find_organization(call: Call) -> None:
    slug = call.headers.get("x-organization", call.query.get("org"))
    key = call.query.get("org_id")
    if slug is not None and key is not None:
        message = 'You cannot specify "org_id" query parameter with "org" query parameter or "X-Organization"'
        raise refuse(400, [f"{message} HTTP header"])
    call.organization_given = slug is not None or key is not None
    if slug:
        call.organization = call.store.find("organizations", slug, "slug")
    elif key:
        call.organization = call.store.find("organizations", key)
    if (slug or key) and call.organization is None:
        raise refuse(404, {"detail": f"{slug or key} organization does not exist."})


def _response(call: Call, answer: Answer) -> Response:
    if answer.content is not None:
        return Response(answer.content, answer.status, {**answer.headers, "Content-Type": str(answer.content_type)})
    content = with_origin(answer.text, call.origin).encode()
    headers = dict(answer.headers)
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    if "gzip" in call.headers.get("accept-encoding", "") and len(content) >= _WORTH_ZIPPING:
        content = gzip.compress(content, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    headers["Vary"] = "Accept, origin, Cookie, Accept-Encoding"
    response = Response(content, answer.status, headers)
    for name, value in answer.cookies.items():
        response.set_cookie(name, value, path="/", httponly=name == "sessionid", samesite="lax")
    return response
