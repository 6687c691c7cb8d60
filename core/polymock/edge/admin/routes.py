"""Addresses of commands on what is served: what a request says are a command's parameters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal
from urllib.parse import unquote

import msgspec
from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler

from polymock.server.asking import CommandRefused
from polymock.world.seed_files import MAX_DEPTH, is_deeper
from polymock_schemas.commands import Refusal

Ask = Callable[[str, Mapping[str, Any]], Awaitable[bytes]]
"""Has a command carried out with these parameters; its result as JSON. Raises CommandRefused."""


class Route(msgspec.Struct, frozen=True):
    """An address of a command.

    Its parameters are those of the path, of the query (each once, but for `lists`) and the members
    of the body; `body` names the one that the whole body is. `{key:path}` at the end is a key as
    it is, slashes and all.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    command: str
    status: int = 200
    lists: tuple[str, ...] = ()
    body: str = ""


async def nobody(_command: str, _params: Mapping[str, Any]) -> bytes:
    """Nothing is served. Raises CommandRefused."""
    raise CommandRefused(Refusal("unavailable", "Nothing is served here."))


def handler(route_: Route, ask: Ask) -> HTTPRouteHandler:
    """Litestar's handler of a route."""

    async def carry_out(request: Request[Any, Any, Any]) -> Response[bytes]:
        params = await _params(route_, request)
        told = await ask(route_.command, params)
        return Response(told, status_code=route_.status, media_type="application/json")

    made = route(
        route_.path,
        http_method=HttpMethod(route_.method),
        status_code=route_.status,
        name=route_.command,
    )
    return made(carry_out)


async def _params(route_: Route, request: Request[Any, Any, Any]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in route_.lists:
            params.setdefault(name, []).append(value)
        else:
            params[name] = value
    if route_.method in ("POST", "PUT"):
        told = _decoded(await request.body())
        params.update({route_.body: told} if route_.body else told)
    params.update(request.path_params)
    if "key" in params and route_.path.endswith("{key:path}"):
        params["key"] = _key(request)
    return params


def _decoded(body: bytes) -> dict[str, Any]:
    """The object that a body is; an empty one says nothing. Raises ClientException."""
    if not body.strip():
        return {}
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise ClientException(f"The body is no JSON that can be read: {error}.") from error
    if not isinstance(told, dict):
        raise ClientException("The body must be a JSON object.")
    if is_deeper(told, MAX_DEPTH):
        raise ClientException(f"The body is nested more than {MAX_DEPTH} deep.")
    return told


def _key(request: Request[Any, Any, Any]) -> str:
    """The key at the end of a path as it was sent: an encoded slash and a plain one are the same,
    and nothing is made of two of them. Raises ClientException."""
    raw = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    try:
        return unquote(raw.partition("/entities/")[2], errors="strict")
    except UnicodeDecodeError as error:
        raise ClientException("The key in the path is no UTF-8.") from error
