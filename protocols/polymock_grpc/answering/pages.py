"""Pages of a list (AIP-158): `page_size` and `page_token` in, items and `next_page_token` out."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from protobuf import (
    DescField,
    DescFieldValueList,
    DescFieldValueScalar,
    DescMessage,
    Message,
    ScalarType,
)

from polymock.errors import Invalid
from polymock_grpc.fields import is_integer, list_element
from polymock_grpc.wires.metadata import padded
from polymock_schemas.calls import Violation

DEFAULT_SIZE = 10
MAX_SIZE = 1000
"""Items of one page, whatever the request asks for, as AIP-158 allows."""
MAX_TOKEN = 64
_TOKEN = re.compile(rb"page:([0-9]{1,9})")
_SIZES = ("page_size", "max_results")
_TOTALS = ("total_size", "total_count", "total", "total_results")


class Page(msgspec.Struct, frozen=True):
    """Which items are asked for: `count` of them, from number `start` on."""

    start: int
    count: int
    next_token: str


class Paging:
    """The fields of one List method that are about pages."""

    def __init__(self, request: DescMessage, output: DescMessage, total: int) -> None:
        asked = {field.name: field for field in request.fields}
        told = {field.name: field for field in output.fields}
        self._total = total
        self._size = next((asked[n] for n in _SIZES if n in asked and is_integer(asked[n])), None)
        self._token = _text(asked.get("page_token"))
        self._next = _text(told.get("next_page_token"))
        self._count = next((told[n] for n in _TOTALS if n in told and is_integer(told[n])), None)
        self.items = items_field(output)

    @property
    def applies(self) -> bool:
        """Whether the method has pages at all."""
        return self.items is not None and (self._token is not None or self._size is not None)

    def read(self, request: Message) -> Page:
        """The page that a request asks for. Raises Invalid."""
        start, count = self._start(request), DEFAULT_SIZE
        if self._size is not None:
            asked = request[self._size]
            if asked < 0:
                raise _invalid(self._size.name, f"{asked} is negative")
            count = min(asked or DEFAULT_SIZE, MAX_SIZE)
        end = min(start + count, self._total)
        return Page(start, max(end - start, 0), _token(end) if end < self._total else "")

    def write(self, answer: Message, page: Page) -> None:
        """Say what comes next, and how many items there are."""
        if self._next is not None:
            answer[self._next] = page.next_token
        if self._count is not None:
            answer[self._count] = self._total

    def _start(self, request: Message) -> int:
        given = "" if self._token is None else request[self._token]
        if not given:
            return 0
        start = _read_token(given)
        if start is None or start >= max(self._total, 1):
            raise _invalid("page_token", "it is no token that this method gave out")
        return start


def items_field(output: DescMessage) -> DescField | None:
    """The first list of messages in an answer, or of anything where it has none."""
    lists = [field for field in output.fields if isinstance(field.value, DescFieldValueList)]
    held = [field for field in lists if isinstance(list_element(field), DescMessage)]
    return next(iter([*held, *lists]), None)


def _token(start: int) -> str:
    return urlsafe_b64encode(b"page:%d" % start).rstrip(b"=").decode()


def _read_token(token: str) -> int | None:
    try:
        text = urlsafe_b64decode(padded(token.encode("ascii")[: MAX_TOKEN + 1]))
    except ValueError:
        return None
    found = _TOKEN.fullmatch(text)
    return None if found is None or _token(int(found[1])) != token else int(found[1])


def _invalid(name: str, message: str) -> Invalid:
    return Invalid(f"{name}: {message}.", [Violation(f"body/{name}", message)])


def _text(field: DescField | None) -> DescField | None:
    if field is None or not isinstance(field.value, DescFieldValueScalar):
        return None
    return field if field.value.scalar is ScalarType.STRING else None
