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
_SIZES = ("page_size", "max_results", "maximum_page_size")
_TOKENS = ("page_token", "next_page_token")
"""Of a request; some name it as the answer does that it comes from."""
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
        self._token = next((asked[n] for n in _TOKENS if n in asked and _is_token(asked[n])), None)
        self._next = next((told[n] for n in _TOKENS if n in told and _is_token(told[n])), None)
        self._count = next((told[n] for n in _TOTALS if n in told and is_integer(told[n])), None)
        self.items = items_field(output)

    @property
    def applies(self) -> bool:
        """Whether the method has pages at all."""
        return self.items is not None and (self._token is not None or self._size is not None)

    def read(self, request: Message) -> Page:
        """The page that a request asks for. Raises Invalid."""
        start, count = self._start(request), self.size(request)
        end = min(start + count, self._total)
        return Page(start, max(end - start, 0), _token(end) if end < self._total else "")

    def write(self, answer: Message, page: Page) -> None:
        """Say what comes next, and how many items there are."""
        self.tell(answer, page.next_token, self._total)

    def size(self, request: Message) -> int:
        """How many items a page shall have. Raises Invalid."""
        if self._size is None:
            return DEFAULT_SIZE
        asked: int = request[self._size]
        if asked < 0:
            raise _invalid(self._size.name, f"{asked} is negative")
        return min(asked or DEFAULT_SIZE, MAX_SIZE)

    def token(self, request: Message) -> bytes:
        """The token of the page that is asked for; empty for the first."""
        given = b"" if self._token is None else request[self._token]
        return given if isinstance(given, bytes) else given.encode()

    def wrong_token(self, message: str = "it is no token that this method gave out") -> Invalid:
        """The refusal of a token."""
        return _invalid("page_token" if self._token is None else self._token.name, message)

    def tell(self, answer: Message, token: str, total: int) -> None:
        """Say by which token the list goes on ("": not at all), and how many items there are."""
        if self._next is not None:
            answer[self._next] = token.encode() if _holds_bytes(self._next) else token
        if self._count is not None:
            answer[self._count] = total

    def _start(self, request: Message) -> int:
        given = self.token(request)
        if not given:
            return 0
        start = _read_token(given)
        if start is None or start >= max(self._total, 1):
            raise self.wrong_token()
        return start


def items_field(output: DescMessage) -> DescField | None:
    """The first list of messages in an answer, or of anything where it has none."""
    lists = [field for field in output.fields if isinstance(field.value, DescFieldValueList)]
    held = [field for field in lists if isinstance(list_element(field), DescMessage)]
    return next(iter([*held, *lists]), None)


def _token(start: int) -> str:
    return urlsafe_b64encode(b"page:%d" % start).rstrip(b"=").decode()


def _read_token(token: bytes) -> int | None:
    try:
        text = urlsafe_b64decode(padded(token[: MAX_TOKEN + 1]))
    except ValueError:
        return None
    found = _TOKEN.fullmatch(text)
    return None if found is None or _token(int(found[1])).encode() != token else int(found[1])


def _invalid(name: str, message: str) -> Invalid:
    return Invalid(f"{name}: {message}.", [Violation(f"body/{name}", message)])


def _is_token(field: DescField) -> bool:
    value = field.value
    texts = (ScalarType.STRING, ScalarType.BYTES)
    return isinstance(value, DescFieldValueScalar) and value.scalar in texts


def _holds_bytes(field: DescField) -> bool:
    value = field.value
    return isinstance(value, DescFieldValueScalar) and value.scalar is ScalarType.BYTES
