"""File uploads: the GraphQL multipart request specification, in memory and bounded.

`operations` holds the request, or a batch of them, with null where a file belongs; `map` names for
each file field the places of these nulls. What a variable gets is the file's description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from polymock.multipart import Part, split_parts
from polymock_graphql.reading.errors import Malformed
from polymock_graphql.reading.parameters import decode_json

MAX_PATHS = 1000
UNKNOWN = "application/octet-stream"
_INDEX = re.compile(r"[0-9]{1,6}")


def read_upload(body: bytes, boundary: str) -> Any:
    """The form's `operations`, each file's description put where `map` says.

    Raises Malformed, Unreadable, TooLarge.
    """
    parts = {part.name: part for part in split_parts(body, boundary)}
    for name in ("operations", "map"):
        if name not in parts:
            raise Malformed(f"The form has no field `{name}`.", "body")
    operations = decode_json(parts["operations"].data, "body/operations")
    places = decode_json(parts["map"].data, "body/map")
    if not isinstance(places, dict):
        raise Malformed("`map` must be an object of lists of paths.", "body/map")
    count = 0
    for name, paths in places.items():
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise Malformed(f"`map` must have a list of paths at {name[:100]!r}.", "body/map")
        count += len(paths)
        if count > MAX_PATHS:
            raise Malformed(f"`map` has more than {MAX_PATHS} paths.", "body/map")
        part = parts.get(name)
        if part is None:
            raise Malformed(f"The form has no file {name[:100]!r}, which `map` names.", "body/map")
        for path in paths:
            _place(operations, path, _describe(part))
    return operations


def _describe(part: Part) -> Mapping[str, Any]:
    """What resolvers get of an upload in JavaScript, with its size."""
    return {
        "filename": part.filename or "",
        "mimetype": part.headers.get("content-type", UNKNOWN).partition(";")[0],
        "encoding": "7bit",
        "size": len(part.data),
    }


def _place(operations: Any, path: str, value: Any) -> None:
    """Put a value at a path such as `variables.files.0` or, in a batch, `1.variables.file`."""
    *outer, last = path.split(".")
    target = operations
    for step in outer:
        target = target[_key(target, step, path)]
    target[last if isinstance(target, dict) else _key(target, last, path)] = value


def _key(target: Any, step: str, path: str) -> Any:
    """The key or index of what is there. Raises Malformed."""
    if isinstance(target, dict) and step in target:
        return step
    if isinstance(target, list) and _INDEX.fullmatch(step) and int(step) < len(target):
        return int(step)
    raise Malformed(f"`map` names {path[:200]!r}, which `operations` does not have.", "body/map")
