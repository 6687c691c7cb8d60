"""Runtime expressions: parts of a call and its reply by name (OAS 3.1, section 4.8.20).

$url   $method   $statusCode
$request.path.NAME   $request.query.NAME   $request.header.NAME   $request.body#/JSON/POINTER
$response.header.NAME   $response.body#/JSON/POINTER
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from polymock_openapi.answering.encode import scalar_text
from polymock_openapi.model import Reading

MAX_TEMPLATE = 4096
"""Characters of a template; a longer one has no value."""
MAX_TEXT = 8192
"""Characters that an expanded template may have."""
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class Scene(msgspec.Struct, frozen=True):
    """A call and its reply, as expressions see them. `headers` are the reply's, lower-case."""

    reading: Reading
    status: int
    headers: Mapping[str, str]
    body: Any


def evaluate(expression: str, scene: Scene) -> Any:
    """The value of one expression (without braces); UNSET where there is none."""
    reading = scene.reading
    head, _, rest = expression.partition(".")
    if head == "$request":
        return _of_request(rest, reading)
    if head == "$response":
        source, _, name = rest.partition(".")
        if source == "header":
            return scene.headers.get(name.lower(), msgspec.UNSET)
        return _of_body(rest, scene.body)
    if expression == "$url":
        return reading.url
    if expression == "$method":
        return reading.method
    if expression == "$statusCode":
        return scene.status
    return msgspec.UNSET


def expand(template: str, scene: Scene) -> str | None:
    """A template with the values of its expressions; None where one has none, or it gets too long.

    Expressions stand in braces, or one is the whole of the template. Only text, numbers and
    booleans are values here.
    """
    if len(template) > MAX_TEMPLATE:
        return None
    if template.startswith("$"):
        return _text(evaluate(template, scene))
    parts = _EMBEDDED.split(template)
    for index in range(1, len(parts), 2):
        text = _text(evaluate(parts[index], scene))
        if text is None:
            return None
        parts[index] = text
    expanded = "".join(parts)
    return expanded if len(expanded) <= MAX_TEXT else None


def point(value: Any, pointer: str) -> Any:
    """What an RFC 6901 JSON Pointer points at; UNSET where that is nothing."""
    if not pointer:
        return value
    if not pointer.startswith("/"):
        return msgspec.UNSET
    for part in pointer[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and _INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return msgspec.UNSET
    return value


def _of_request(rest: str, reading: Reading) -> Any:
    source, _, name = rest.partition(".")
    if source == "header":
        return reading.sent.get(name.lower(), msgspec.UNSET)
    if source == "query":
        return reading.query.get(name, msgspec.UNSET)
    if source == "path":
        return reading.path.get(name, msgspec.UNSET)
    return _of_body(rest, reading.body)


def _of_body(source: str, body: Any) -> Any:
    name, _, pointer = source.partition("#")
    return point(body, pointer) if name == "body" else msgspec.UNSET


def _text(value: Any) -> str | None:
    if not isinstance(value, (str, int, float)):
        return None
    text = scalar_text(value)
    return text if len(text) <= MAX_TEXT else None
