"""From what the parser and the validator say to faults with file, line and column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from graphql import GraphQLError, NameNode, Node

from polymock_schemas.commands import Fault

MAX_FAULTS = 100
"""Faults told of one document."""


def place(node: Node | None) -> tuple[str, str]:
    """The file of a node and its `line:column` in it; "" for what is not known.

    A definition with a description is where its name is.
    """
    name = getattr(node, "name", None)
    if isinstance(name, NameNode) and getattr(node, "description", None) is not None:
        node = name
    if node is None or node.loc is None:
        return "", ""
    start = node.loc.start_token
    return node.loc.source.name, f"{start.line}:{start.column}"


def fault_at(
    node: Node | None, message: str, level: Literal["error", "warning"] = "warning", hint: str = ""
) -> Fault:
    """A fault at a node."""
    file, path = place(node)
    return Fault(level, file, path, message, hint)


def fault_of(error: GraphQLError, level: Literal["error", "warning"], file: str) -> Fault:
    """The fault that an error tells of; `file` where it names none.

    Where several nodes contradict one another, the fault is at the last, and names the others.
    """
    while isinstance(error.__cause__, GraphQLError):
        error = error.__cause__
    message = error.message.replace("Syntax Error: ", "it is no SDL: ", 1)
    places = [place(node) for node in error.nodes or () if node.loc is not None]
    if places:
        own_file, path = places[-1]
        others = [f"{f}:{p}" for f, p in dict.fromkeys(places[:-1]) if (f, p) != places[-1]]
        also = f" (see also {', '.join(others)})" if others else ""
        return Fault(level, own_file, path, message + also)
    if error.source is not None and error.locations:
        first = error.locations[0]
        return Fault(level, error.source.name, f"{first.line}:{first.column}", message)
    return Fault(level, file, "", message)


def distinct(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each message once for each file, where it comes first; no more than MAX_FAULTS."""
    kept: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        kept.setdefault((fault.file, fault.message), fault)
        if len(kept) >= MAX_FAULTS:
            break
    return tuple(kept.values())
