"""Addresses of commands: what a request says are a command's parameters."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import unquote

import msgspec
from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from msgspec import inspect

from polymock.commands.command import Command
from polymock.commands.dispatching import Caller, Dispatcher
from polymock.world.seed_files import MAX_DEPTH, is_deeper

PREFIX = "/api/v1"
LOCAL = Caller("local", "admin")
"""Who asks where nobody has to say."""


def handler(command: Command, dispatcher: Dispatcher) -> HTTPRouteHandler:
    """Litestar's handler of a command's address.

    Its parameters are those of the path, of the query and the members of the body; which of the
    query's may come several times goes by their types.
    """
    address = command.address

    async def carry_out(request: Request[Any, Any, Any]) -> Response[bytes]:
        params = await _params(command, request)
        told = await dispatcher.carry_out(command.name, params, caller_of(request))
        return Response(told, status_code=address.status, media_type="application/json")

    path = address.path.replace("}", ":str}").replace(":path:str}", ":path}")
    made = route(
        PREFIX + path,
        http_method=HttpMethod(address.method),
        status_code=address.status,
        name=command.name,
    )
    return made(carry_out)


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """Who asks, as the guard has found out."""
    found = request.scope.get("state", {}).get("caller", LOCAL)
    assert isinstance(found, Caller)
    return found


async def _params(command: Command, request: Request[Any, Any, Any]) -> dict[str, Any]:
    address, lists = command.address, _lists(command.params)
    params: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in lists:
            params.setdefault(name, []).append(value)
        else:
            params[name] = value
    if address.method in ("POST", "PUT"):
        told = _decoded(await request.body())
        params.update({address.body: told} if address.body else told)
    params.update(request.path_params)
    if address.path.endswith("{key:path}"):
        params["key"] = _rest(request, address.path)
    return params


@functools.cache
def _lists(params: type[msgspec.Struct]) -> frozenset[str]:
    """The parameters that are lists. Found out when they are first asked for, as that takes as long
    as all else of the address."""
    told = inspect.type_info(params)
    assert isinstance(told, inspect.StructType)
    return frozenset(field.encode_name for field in told.fields if _is_list(field.type))


def _is_list(type_: inspect.Type) -> bool:
    if isinstance(type_, inspect.Metadata):
        return _is_list(type_.type)
    if isinstance(type_, inspect.UnionType):
        return any(_is_list(each) for each in type_.types)
    return isinstance(type_, (inspect.VarTupleType, inspect.ListType, inspect.SetType))


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


def _rest(request: Request[Any, Any, Any], path: str) -> str:
    """The key at the end of a path as it was sent: an encoded slash and a plain one are the same,
    and nothing is made of two of them. Raises ClientException."""
    raw = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    slashes = (PREFIX + path).partition("{key:path}")[0].count("/")
    try:
        return unquote(raw.split("/", slashes)[-1], errors="strict")
    except UnicodeDecodeError as error:
        raise ClientException("The key in the path is no UTF-8.") from error
