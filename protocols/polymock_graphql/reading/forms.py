"""File uploads: the GraphQL multipart request specification, in memory and bounded.

`operations` holds the request, or a batch of them, with null where a file belongs; `map` names for
each file field the places of these nulls. What a variable gets is the file's description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from polymock_graphql.reading.errors import Malformed
from polymock_graphql.reading.parameters import decode_json

MAX_PARTS = 200
MAX_PATHS = 1000
MAX_HEADER_BYTES = 8 * 1024
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")
_ESCAPED = re.compile(r"\\([\"\\])")
_INDEX = re.compile(r"[0-9]{1,6}")
_PARAMETER = re.compile(r";\s*(filename|name)=(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]*))", re.IGNORECASE)


class Part(msgspec.Struct, frozen=True):
    """One part of a form. `filename` is None where it is no file."""

    name: str
    filename: str | None
    media: str
    data: bytes


def read_upload(body: bytes, boundary: str) -> Any:
    """The form's `operations`, each file's description put where `map` says. Raises Malformed."""
    parts = {part.name: part for part in split_form(body, boundary)}
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


def split_form(body: bytes, boundary: str) -> Iterator[Part]:
    """The parts of `multipart/form-data` (RFC 7578). Raises Malformed."""
    if not _BOUNDARY.fullmatch(boundary):
        raise Malformed(
            "The content type has no `boundary` that can be used.", "header.content-type"
        )
    delimiter = b"\r\n--" + boundary.encode("ascii")
    _, *pieces = (b"\r\n" + body).split(delimiter, MAX_PARTS + 1)
    for piece in pieces[:MAX_PARTS]:
        if piece.startswith(b"--"):
            return
        head, blank, data = piece.partition(b"\r\n\r\n")
        if not blank or len(head) > MAX_HEADER_BYTES:
            raise Malformed("A part of the form has no end of its headers.", "body")
        yield _part(head.decode("utf-8", "replace"), data)
    raise Malformed(f"The form has no closing boundary, or more than {MAX_PARTS} parts.", "body")


def _part(head: str, data: bytes) -> Part:
    fields: dict[str, str] = {}
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name.strip().lower(), value.strip())
    known = {
        found[1].lower(): found[3] if found[2] is None else _ESCAPED.sub(r"\1", found[2])
        for found in _PARAMETER.finditer(fields.get("content-disposition", ""))
    }
    media = fields.get("content-type", "application/octet-stream")
    return Part(known.get("name", ""), known.get("filename"), media, data)


def _describe(part: Part) -> Mapping[str, Any]:
    """What resolvers get of an upload in JavaScript, with its size."""
    return {
        "filename": part.filename or "",
        "mimetype": part.media.partition(";")[0],
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
