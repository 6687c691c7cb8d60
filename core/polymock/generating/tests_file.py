"""tests/test_mock.py of a project: calls as literals of Python, and what is asked of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.generating.facts import Facts
from polymock.generating.texts import text

FILE = "tests/test_mock.py"

_PLAIN = re.compile(r'[^"\'\\\x00-\x1f\x7f-\U0010ffff]*')


def tests_text(facts: Facts) -> str:
    """The tests, which pass as they are."""
    parts = [text("test_mock_head.py", IMPORTS="import grpc\n" if facts.rpc_calls else "")]
    if facts.http_calls:
        parts += [_table("HTTP_CALLS", facts.http_calls), text("test_mock_http.py")]
    if facts.rpc_calls:
        parts += [_table("RPC_CALLS", facts.rpc_calls), text("test_mock_rpc.py")]
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)


def _table(name: str, calls: Sequence[msgspec.Struct]) -> str:
    rows = [f"    {literal(row)},\n" for row in map(msgspec.structs.asdict, calls)]
    return f"{name}: list[dict[str, Any]] = [\n{''.join(rows)}]\n"


def literal(value: Any, depth: int = 1) -> str:
    """A value of JSON as Python writes it, in ASCII: whatever a text holds, it stays a text."""
    inside = "    " * (depth + 1)
    outside = "    " * depth
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        items = [
            f"{inside}{literal(key)}: {literal(inner, depth + 1)},\n"
            for key, inner in value.items()
        ]
        return f"{{\n{''.join(items)}{outside}}}"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return f'"{value}"'
    return ascii(value)
