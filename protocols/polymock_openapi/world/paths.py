"""The paths of a document by their shape: collections, and the items below them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from polymock.world.names import collection_name, words
from polymock_openapi.spec.routes import Route

_EXPRESSION = re.compile(r"\{[^{}]*\}")
PARAMETER = re.compile(r"\{([^{}]+)\}")
ANY = "{}"


class Address:
    """One path, with the operations there. `shape` has no names of parameters in it."""

    def __init__(self, shape: str) -> None:
        self.shape = shape
        self.routes: dict[str, Route] = {}

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path; `{}` is a parameter."""
        return tuple(self.shape.split("/")[1:])

    @property
    def is_item(self) -> bool:
        """Whether the last part is a parameter, and the one before is not."""
        own = self.segments
        return len(own) > 1 and own[-1] == ANY and ANY not in own[-2]

    @property
    def above(self) -> str:
        """The shape without the last part."""
        return self.shape.rpartition("/")[0]

    @property
    def literal(self) -> str:
        """The last part that is no parameter."""
        own = self.segments[:-1] if self.segments[-1] == ANY else self.segments
        return own[-1] if own and ANY not in own[-1] else ""

    @property
    def path(self) -> str:
        """The path as the first operation has it."""
        return next(iter(self.routes.values())).path


def shape_of(path: str) -> str:
    """A path without the names of its parameters, and without a slash at its end."""
    return _EXPRESSION.sub(ANY, path.rstrip("/") or "/")


def addresses(routes: Iterable[Route]) -> dict[str, Address]:
    """All paths by their shape, in the document's order."""
    found: dict[str, Address] = {}
    for route in routes:
        shape = shape_of(route.path)
        found.setdefault(shape, Address(shape)).routes.setdefault(route.method, route)
    return found


def parameters_of(path: str) -> list[tuple[str, str]]:
    """The parameters that are whole parts of a path, each with the shape that ends in it."""
    found: list[tuple[str, str]] = []
    parts = path.rstrip("/").split("/")
    for number, part in enumerate(parts):
        name = PARAMETER.fullmatch(part)
        if name is not None:
            found.append((name[1], shape_of("/".join(parts[: number + 1]))))
    return found


def is_called(literal: str, collection: str) -> bool:
    """Whether a part of a path is another word for a collection: `pet` and `pets`, `lines` and
    `order_lines`."""
    name = collection_name(literal)
    if not name:
        return False
    return name == collection or collection.endswith("_" + name) or name.endswith("_" + collection)


def is_plural(literal: str) -> bool:
    """Whether a part of a path names many: `pets`, `special-events`."""
    return collection_name(literal) == "_".join(words(literal))


def last_parameter(path: str) -> str:
    """The name of the parameter that a path ends in; "" where it ends in none."""
    found = PARAMETER.fullmatch(path.rstrip("/").rpartition("/")[2])
    return found[1] if found else ""
