"""The parameters of a request, checked (GraphQL over HTTP, section "Request Parameters")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from polymock.errors import Unreadable
from polymock_graphql.reading.errors import Malformed

MAX_PAIRS = 100
"""Parameters of one URL."""


class Parameters(msgspec.Struct, frozen=True, rename="camel"):
    """What a request says; `query` is None where a persisted one is meant."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(Parameters)


def decode_object(body: bytes) -> Parameters:
    """One request as a JSON object. Raises Malformed, Unreadable."""
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return check_parameters(decode_json(body))


def decode_json(body: bytes | str, location: str = "body") -> Any:
    """Any JSON. Raises Malformed."""
    try:
        return msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise Malformed(f"This is no JSON: {error}.", location) from error
    except UnicodeDecodeError as error:
        raise Malformed("This is no JSON in UTF-8.", location) from error
    except RecursionError as error:
        raise Malformed("The JSON is nested too deeply to be read.", location) from error


def check_parameters(value: Any, location: str = "body") -> Parameters:
    """The parameters in a JSON value; null ones count as absent, unknown ones are ignored.

    Raises Malformed that names the parameter.
    """
    if not isinstance(value, dict):
        raise Malformed(
            "A request is a JSON object with the keys `query`, `variables`, `operationName` "
            f"and `extensions`, not {_kind(value)}.",
            location,
        )
    return Parameters(
        query=_text(value, "query", location),
        operation_name=_text(value, "operationName", location),
        variables=_map(value, "variables", location),
        extensions=_map(value, "extensions", location),
    )


def parse_url(query: bytes) -> Mapping[str, str]:
    """The parameters of a URL (WHATWG URL, `application/x-www-form-urlencoded`), the first of
    repeated ones. Raises Unreadable."""
    found: dict[str, str] = {}
    for pair in query.split(b"&", MAX_PAIRS)[:MAX_PAIRS]:
        name, _, value = pair.partition(b"=")
        try:
            found.setdefault(_decode(name), _decode(value))
        except UnicodeDecodeError as error:
            raise Unreadable("The URL's query is not UTF-8.") from error
    return found


def read_url(pairs: Mapping[str, str]) -> Parameters:
    """The parameters of a GET. `variables` and `extensions` are JSON. Raises Malformed."""
    value: dict[str, Any] = {}
    for name in ("query", "operationName"):
        if pairs.get(name):
            value[name] = pairs[name]
    for name in ("variables", "extensions"):
        if pairs.get(name):
            value[name] = decode_json(pairs[name], f"query.{name}")
    return check_parameters(value, "query")


def _decode(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode()


def _text(value: Mapping[str, Any], name: str, location: str) -> str | None:
    found = value.get(name)
    if found is None or isinstance(found, str):
        return found
    raise Malformed(f"`{name}` must be a string, not {_kind(found)}.", _place(location, name))


def _map(value: Mapping[str, Any], name: str, location: str) -> dict[str, Any] | None:
    found = value.get(name)
    if found is None or isinstance(found, dict):
        return found
    raise Malformed(f"`{name}` must be an object, not {_kind(found)}.", _place(location, name))


def _place(location: str, name: str) -> str:
    return f"{location}.{name}" if location == "query" else f"{location}/{name}"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")
