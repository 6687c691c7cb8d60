"""A loaded document as its compilers see it: nodes with their places, read without surprises.

Real documents hold lists where objects belong, references to nothing, keys of the wrong case. The
readers here return what can be used and note a fault for the rest; they never raise for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from polymock.documents import Documents, Place
from polymock.errors import SpecError
from polymock_schemas.commands import Fault

Dialect = Literal["2.0", "3.0", "3.1"]
"""Which rules hold; 3.2 documents are read by those of 3.1."""

MAX_ALIASES = 16
"""References followed in a row before a node must appear."""
MAX_FAULTS = 2000
MAX_DATA_DEPTH = 64
"""Levels of an example, default or enum value."""


class Node(NamedTuple):
    """A value of a document and where it stands."""

    value: Any
    place: Place


class Source:
    """A document, the rules it is read by, and the faults found so far."""

    def __init__(self, documents: Documents, dialect: Dialect) -> None:
        self.documents = documents
        self.dialect: Dialect = dialect
        self.faults: dict[Fault, None] = {}

    def warn(self, place: Place, message: str, hint: str = "") -> None:
        """Note something that is served all the same."""
        if len(self.faults) < MAX_FAULTS:
            file = self.documents.shown(place.file)
            self.faults.setdefault(Fault("warning", file, place.pointer, message, hint))

    def follow(self, node: Node) -> Node | None:
        """The node behind a Reference Object; the node itself where it is none.

        None, with a fault, where the reference leads nowhere.
        """
        for _ in range(MAX_ALIASES):
            if not isinstance(node.value, Mapping) or "$ref" not in node.value:
                return node
            reference = node.value["$ref"]
            if not isinstance(reference, str):
                self.warn(node.place, "`$ref` must be a string")
                return None
            try:
                node = Node(*self.documents.resolve(reference, node.place))
            except SpecError as error:
                self.warn(node.place, _reason(error))
                return None
        self.warn(node.place, "references lead to one another and never to a node")
        return None

    def member(self, node: Node, key: str) -> Node | None:
        """The member of an object, references followed; None where there is none."""
        if isinstance(node.value, Mapping) and key in node.value:
            return self.follow(Node(node.value[key], node.place.child(key)))
        return None

    def members(self, node: Node, key: str) -> list[tuple[str, Node]]:
        """The named nodes of a member that is a map (`responses`, `content`, `headers`).

        Extensions (`x-…`) are left out; references are not followed. [] where there is none.
        """
        inner = self.member(node, key)
        if inner is None or inner.value is None:
            return []
        if not isinstance(inner.value, Mapping):
            self.warn(inner.place, f"`{key}` must be an object, not {kind(inner.value)}")
            return []
        return [
            (name, Node(value, inner.place.child(name)))
            for name, value in inner.value.items()
            if not name.startswith("x-")
        ]

    def items(self, node: Node, key: str) -> list[Node]:
        """The nodes of a member that is a list; [] where there is none."""
        inner = self.member(node, key)
        if inner is None or inner.value is None:
            return []
        if not isinstance(inner.value, list):
            self.warn(inner.place, f"`{key}` must be a list, not {kind(inner.value)}")
            return []
        return [Node(value, inner.place.child(i)) for i, value in enumerate(inner.value)]

    def object(self, node: Node, what: str) -> Node | None:
        """The node behind a reference, if it is an object; else None, with a fault."""
        found = self.follow(node)
        if found is None:
            return None
        if not isinstance(found.value, Mapping):
            self.warn(found.place, f"{what} must be an object, not {kind(found.value)}")
            return None
        return found

    def text(self, node: Node, key: str) -> str:
        """A member that is text; "" where there is none."""
        value = node.value.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.warn(node.place.child(key), f"`{key}` must be a string, not {kind(value)}")
        return ""

    def flag(self, node: Node, key: str, otherwise: bool = False) -> bool:
        """A member that is true or false; `otherwise` where there is none."""
        value = node.value.get(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.warn(node.place.child(key), f"`{key}` must be true or false, not {kind(value)}")
        return otherwise


def kind(value: Any) -> str:
    """A value's JSON type with its article, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"


def is_shallow(value: Any, limit: int = MAX_DATA_DEPTH) -> bool:
    """Whether a value nests at most `limit` levels deep."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return True
    return False


def _reason(error: SpecError) -> str:
    return error.faults[0].message if error.faults else error.message
