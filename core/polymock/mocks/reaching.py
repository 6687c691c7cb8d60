"""The definitions that an operation's description refers to, as many as can be read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import msgspec

from polymock.jsonschema import Definitions, references
from polymock_schemas.mocks import OperationForm

MAX_BYTES = 64 * 1024
"""Bytes of all definitions together, as JSON."""
MAX_NAMES = 200
"""How many names of those that were left out are told."""


def reach(form: OperationForm, definitions: Definitions) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The definitions by name, those that are nearest first, and the names of those left out."""
    found: dict[str, Any] = {}
    left_out: dict[str, None] = {}
    waiting = deque(name for schema in schemas_of(form) for name in references(schema))
    size = 0
    while waiting:
        name = waiting.popleft()
        if name in found or name in left_out or name not in definitions:
            continue
        schema = definitions[name]
        size += len(msgspec.json.encode(schema, enc_hook=str))
        if size > MAX_BYTES:
            left_out[name] = None
            continue
        found[name] = schema
        waiting.extend(references(schema))
    return found, tuple(left_out)[:MAX_NAMES]


def schemas_of(form: OperationForm) -> Iterator[Any]:
    """All schemas in a description: what is sent before what comes back."""
    yield from (parameter.schema for parameter in form.parameters)
    yield from (body.schema for body in form.bodies)
    yield from (reply.schema for reply in form.replies)
