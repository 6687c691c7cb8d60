"""The routes of a document: which operations there are and where, found without compiling them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from polymock.documents import Place
from polymock_openapi.model import HTTP_METHODS
from polymock_openapi.spec.servers import server_paths
from polymock_openapi.spec.source import Node, Source

STATUS = re.compile(r"[1-5](?:\d\d|XX)|default", re.IGNORECASE)
ITEM_KEYS = frozenset(
    {"summary", "description", "servers", "parameters", "$ref", "additionalOperations", "query"}
)
OPERATION_KEYS = frozenset(
    {
        "tags",
        "summary",
        "description",
        "externalDocs",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
        "callbacks",
        "deprecated",
        "security",
        "servers",
        "consumes",
        "produces",
        "schemes",
    }
)


class Route(msgspec.Struct, frozen=True):
    """An operation's address and identity.

    `method` is upper-case, `path` the template as written (`/pets/{petId}`), `place` and `item`
    where the operation and its path item stand. `servers` are the base paths of the path item or
    operation that override the document's; None where it has none.
    """

    method: str
    path: str
    name: str
    place: Place
    item: Place
    operation_id: str = ""
    summary: str = ""
    statuses: tuple[str, ...] = ()
    servers: tuple[str, ...] | None = None

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the operation in its file."""
        return self.place.pointer


def find_routes(source: Source) -> tuple[Route, ...]:
    """All operations under `paths`, in the document's order; what is no operation is a fault."""
    root = Node(source.documents.root, source.documents.place)
    found: dict[str, Route] = {}
    identifiers: dict[str, str] = {}
    for written, entry in source.members(root, "paths"):
        path = _template(source, written, entry.place)
        for item in _items(source, entry):
            for route in _operations(source, path, item):
                if route.name in found:
                    source.warn(route.place, f"`{route.name}` stands twice; the first is served")
                    continue
                found[route.name] = route
                identifier = route.operation_id
                other = identifiers.setdefault(identifier, route.name) if identifier else ""
                if other not in ("", route.name):
                    source.warn(
                        route.place.child("operationId"),
                        f"the operationId `{identifier}` is also that of {other}",
                    )
    return tuple(found.values())


def normal_status(key: str) -> str | None:
    """A response's key as `200`, `2XX` or `default`; None where it is none of them."""
    if not STATUS.fullmatch(key):
        return None
    return "default" if key.lower() == "default" else key.upper()


def _template(source: Source, written: str, place: Place) -> str:
    path = re.split(r"[?#]", written, maxsplit=1)[0]
    if path != written:
        source.warn(place, "a path holds no query or fragment; it is cut off")
    if not path.startswith("/"):
        source.warn(place, "a path must start with `/`")
        path = "/" + path
    return path


def _items(source: Source, entry: Node) -> Iterator[Node]:
    """The path item, and before it the one that it refers to."""
    if isinstance(entry.value, Mapping) and "$ref" in entry.value:
        referred = source.object(entry, "a path item")
        if referred is not None:
            yield referred
        if len(entry.value) == 1:
            return
    elif source.object(entry, "a path item") is None:
        return
    yield entry


def _operations(source: Source, path: str, item: Node) -> Iterator[Route]:
    servers = _servers(source, item)
    for key, value in item.value.items():
        place = item.place.child(key)
        method = key.lower()
        if method in HTTP_METHODS or (key == "query" and isinstance(value, Mapping)):
            if key != method:
                source.warn(place, f"methods are written in lower case: `{method}`")
            yield from _operation(source, path, method.upper(), Node(value, place), item, servers)
        elif key == "additionalOperations" and isinstance(value, Mapping):
            for name, inner in value.items():
                node = Node(inner, place.child(name))
                yield from _operation(source, path, name, node, item, servers)
        elif key not in ITEM_KEYS and not key.startswith("x-"):
            source.warn(place, f"unknown key `{key}` is ignored")


def _operation(
    source: Source,
    path: str,
    method: str,
    node: Node,
    item: Node,
    servers: tuple[str, ...] | None,
) -> Iterator[Route]:
    operation = source.object(node, "an operation")
    if operation is None:
        return
    for key in operation.value:
        if key not in OPERATION_KEYS and not key.startswith("x-"):
            source.warn(operation.place.child(key), f"unknown key `{key}` is ignored")
    responses: Any = operation.value.get("responses")
    if not isinstance(responses, Mapping) or not responses:
        source.warn(operation.place, "an operation needs `responses`", "answered by an empty 200")
        responses = {}
    own = _servers(source, operation)
    yield Route(
        method=method,
        path=path,
        name=f"{method} {path}",
        place=operation.place,
        item=item.place,
        operation_id=source.text(operation, "operationId"),
        summary=source.text(operation, "summary"),
        statuses=tuple(status for key in responses if (status := normal_status(key))),
        servers=servers if own is None else own,
    )


def _servers(source: Source, node: Node) -> tuple[str, ...] | None:
    if source.dialect == "2.0" or not node.value.get("servers"):
        return None
    return server_paths(source, source.items(node, "servers"))
