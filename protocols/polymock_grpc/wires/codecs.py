"""Messages to bytes and back: binary protobuf and ProtoJSON."""

from __future__ import annotations

import json
import re
from typing import Protocol

import msgspec
from protobuf import Message, Registry

from polymock.errors import Invalid, NoAnswer, Unreadable
from polymock_grpc.wires.places import find_place
from polymock_schemas.calls import Violation

MAX_MESSAGE = 16 * 1024 * 1024
"""Bytes of the messages of one call, decompressed, where nobody says otherwise."""

MANY_BRACKETS = 500
"""Text with more of them is looked at for its nesting before the protobuf library sees it, whose
parser has no limit of its own where a value is not of its field's type, and ends the process."""

WRONG = (ValueError, TypeError, OverflowError, RecursionError)
"""What the protobuf library raises on values that are not of a message's type."""

_PYTHON_TYPE = re.compile(r"<class '(\w+)'>")
_JSON_TYPES = {
    "bool": "a boolean",
    "dict": "an object",
    "float": "a number",
    "int": "a number",
    "list": "an array",
    "str": "a string",
    "NoneType": "null",
}


class Codec(Protocol):
    """One way to write a message."""

    @property
    def name(self) -> str:
        """As content types have it: `proto`, `json`."""
        ...

    def decode(self, kind: type[Message], data: bytes) -> Message:
        """The message. Raises Unreadable, or Invalid where what was read is not of its type."""
        ...

    def encode(self, message: Message) -> bytes:
        """The message's bytes. Raises NoAnswer where it cannot be written."""
        ...


class BinaryCodec:
    """The binary form of protobuf."""

    name = "proto"

    def decode(self, kind: type[Message], data: bytes) -> Message:
        """The message. Raises Unreadable."""
        try:
            return kind.from_binary(data)
        except WRONG as error:
            raise Unreadable(f"The body is no {kind.desc().type_name}: {error}.") from error

    def encode(self, message: Message) -> bytes:
        """The message's bytes. Raises NoAnswer."""
        try:
            return message.to_binary()
        except WRONG as error:
            raise unwritable(message, error) from error


class JsonCodec:
    """ProtoJSON; unknown fields are refused, as its specification asks for.

    `registry` resolves Any and extensions. With `defaults` a field that has no presence (a plain
    scalar, a list, a map) is written at its default value too; else it is left out.
    """

    name = "json"

    def __init__(self, registry: Registry | None = None, *, defaults: bool = False) -> None:
        self.registry = registry
        self._defaults = defaults

    def decode(self, kind: type[Message], data: bytes) -> Message:
        """The message. Raises Unreadable, or Invalid with the place in the JSON text."""
        _check_nesting(data)
        try:
            return kind.from_json(data, registry=self.registry)
        except json.JSONDecodeError as error:
            raise Unreadable(f"The body is no JSON: {error}.") from error
        except RecursionError as error:
            raise Unreadable(f"The body is nested too deep: {error}.") from error
        except WRONG as error:
            message = explain(error)
            place = find_place(kind, data, self.registry)
            raise Invalid(
                f"The body is no {kind.desc().type_name}: {message}.",
                (Violation(location=f"body{place}", message=message),),
            ) from error

    def encode(self, message: Message) -> bytes:
        """The message as UTF-8 JSON text. Raises NoAnswer."""
        try:
            return message.to_json(
                registry=self.registry, always_emit_implicit=self._defaults
            ).encode()
        except WRONG as error:
            raise unwritable(message, error) from error


def _check_nesting(data: bytes) -> None:
    """Raises Unreadable where JSON text is nested too deep, or is none."""
    if data.count(b"[") + data.count(b"{") <= MANY_BRACKETS:
        return
    try:
        msgspec.json.decode(data)
    except RecursionError as error:
        raise Unreadable("The body is nested too deep.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"The body is no JSON: {error}.") from error


def explain(error: Exception) -> str:
    """What the protobuf library says of a JSON value, in the words of JSON."""
    return _PYTHON_TYPE.sub(lambda found: _JSON_TYPES.get(found[1], found[1]), str(error))


def unwritable(message: Message, error: Exception) -> NoAnswer:
    """The refusal for an answer that the codec does not take."""
    return NoAnswer(
        f"The answer cannot be written as {message.desc().type_name}: {error}.", asked=False
    )
