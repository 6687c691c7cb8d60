"""The query of a Connect GET: a message, and how it is encoded."""

from __future__ import annotations

from base64 import b64decode
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from polymock.errors import Unreadable
from polymock_grpc.wires.metadata import padded


class ConnectQuery(NamedTuple):
    """Unary-Get-Request of the Connect protocol; "" and None for what is not there."""

    message: bytes | None = None
    codec: str = ""
    is_base64: bool = False
    compression: str = ""
    version: str = ""

    def decoded_message(self) -> bytes:
        """The message's bytes, still compressed. Raises Unreadable."""
        data = self.message or b""
        if not self.is_base64:
            return data
        try:
            return b64decode(padded(data).translate(_STANDARD), validate=True)
        except ValueError as error:
            raise Unreadable("The query's `message` is no base64.") from error


def read_query(query: bytes) -> ConnectQuery:
    """Read a raw query; of a parameter that is repeated the first counts."""
    values: dict[bytes, bytes] = {}
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name in _NAMES and name not in values:
            values[name] = unquote_to_bytes(value.replace(b"+", b" "))
    text = {name: value.decode("latin-1") for name, value in values.items() if name != b"message"}
    return ConnectQuery(
        message=values.get(b"message"),
        codec=text.get(b"encoding", ""),
        is_base64=text.get(b"base64") == "1",
        compression=text.get(b"compression", ""),
        version=text.get(b"connect", ""),
    )


_NAMES = frozenset((b"message", b"encoding", b"base64", b"compression", b"connect"))
_STANDARD = bytes.maketrans(b"-_", b"+/")
