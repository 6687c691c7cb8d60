"""What a caller asks of the answer itself: `code=NOT_FOUND`, `code=5`, or HTTP's `code=404`.

It stands in metadata `prefer` (RFC 7240), or in the query as `__code`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from protobuf import DescField, DescFieldValueScalar, Message

from polymock.errors import Invalid, MockError
from polymock_grpc.answering.echo import Echo
from polymock_grpc.model import ABORTED, ALREADY_EXISTS, GrpcReading, Method
from polymock_grpc.spec.types import Types, snake_case
from polymock_grpc.wires.codes import code_of
from polymock_schemas.calls import Call, Violation

_CODE = re.compile(rb'(?:^|[,;\s])(?:x-)?code\s*=\s*"?([A-Za-z_]{2,30}|[0-9]{1,3})"?')
_QUERY = re.compile(rb"(?:^|&)__code=([A-Za-z_]{2,30}|[0-9]{1,3})(?=&|$)")
_CODES = range(1, 17)
_BY_NAME = {code_of(number).name: number for number in _CODES}
_OF_HTTP = {
    200: 0,
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    409: ABORTED,
    429: 8,
    499: 1,
    500: 13,
    501: 12,
    503: 14,
    504: 4,
}
"""The code of each HTTP status that google/rpc/code.proto maps one to."""
_CONFLICT = "409"
_MAX_NAME = 200


class Wanted(NamedTuple):
    """The resource that a request is about."""

    type: str
    """`library.example.com/Book`; a noun where nothing is declared."""
    name: str


class AskedStatus(MockError):
    """The caller asked for an error.

    `code` is the gRPC code, `wish` how the caller wrote it, `wanted` what the request is about.
    """

    def __init__(self, code: int, wish: str = "", wanted: Wanted | None = None) -> None:
        super().__init__(f"{code_of(code).name}, as `prefer` asks for.")
        self.code = code
        self.wish = wish or str(code)
        self.wanted = wanted


def asked_status(call: Call) -> AskedStatus | None:
    """The error that a call asks for; None where it asks for none, or for OK. Raises Invalid."""
    wish, place = _wish(call)
    code = _code(wish, place) if wish else 0
    return AskedStatus(code, wish) if code else None


def realistic(asked: AskedStatus, reading: GrpcReading, types: Types) -> AskedStatus:
    """The error with what the method would say: that a resource is there, or which one is not."""
    method, code = reading.method, asked.code
    if asked.wish == _CONFLICT and method.descriptor.name.startswith("Create"):
        code = ALREADY_EXISTS
    wanted = _wanted(method, reading.messages[0], types) if reading.messages else None
    return AskedStatus(code, asked.wish, wanted)


def _wish(call: Call) -> tuple[str, str]:
    """The code as the caller wrote it ("" for none), and where; the header counts before."""
    said = call.fields.get(b"prefer")
    found = None if said is None else _CODE.search(said[:1000])
    if found is not None:
        return found[1].decode(), "header.prefer"
    found = _QUERY.search(call.query) if b"__code" in call.query else None
    return ("", "") if found is None else (found[1].decode(), "query.__code")


@lru_cache(maxsize=256)
def _code(wish: str, place: str) -> int:
    text = wish.upper()
    if text in ("OK", "0"):
        return 0
    number = int(text) if text.isdecimal() else _BY_NAME.get(text, -1)
    code = _OF_HTTP.get(number, number)
    if code != 0 and code not in _CODES:
        names, statuses = ", ".join(_BY_NAME), ", ".join(map(str, _OF_HTTP))
        raise Invalid(
            f"{place.partition('.')[2]} asks for the code {text}, which gRPC has not. It has "
            f"{names}; of HTTP, {statuses} are known.",
            [Violation(place, f"{text} is no status code that gRPC has")],
        )
    return code


def _wanted(method: Method, request: Message, types: Types) -> Wanted | None:
    """What a request names: the thing that its answer would be, or else by a field of its own."""
    descriptor = method.descriptor
    key = Echo(descriptor.input, descriptor.output, types, descriptor.name).key(request)
    fields = descriptor.input.fields
    if not key:
        named = (request[field] for field in fields if _is_name(field))
        key = next((value for value in named if value), None)
    if not key:
        return None
    declared = next(filter(None, map(types.reference, fields)), "")
    noun = snake_case(descriptor.name).partition("_")[2].replace("_", " ")
    return Wanted(declared or noun or "resource", str(key)[:_MAX_NAME])


def _is_name(field: DescField) -> bool:
    if not isinstance(field.value, DescFieldValueScalar):
        return False
    return field.name in ("name", "id", "key") or field.name.endswith(("_id", "_name"))
