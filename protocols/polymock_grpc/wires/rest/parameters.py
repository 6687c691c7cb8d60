"""What the path and the query say about a request's fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import msgspec
from protobuf import DescField, Message, Registry, merge_from_json

from polymock.errors import Invalid, Unreadable
from polymock_grpc.wires.codecs import WRONG, explain
from polymock_grpc.wires.rest.fields import (
    Fields,
    element_of,
    is_map,
    is_message,
    is_repeated,
    json_value,
)
from polymock_schemas.calls import Violation

MAX_PARAMETERS = 1000
SYSTEM_PARAMETERS = frozenset(
    (
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_protocol",
        "userIp",
    )
)
"""What every Google API takes beside its own; where the request has no such field, it is passed
over, and so is all that begins with `$`."""
PREFERENCES = frozenset(("__code", "__dynamic", "__example", "__seed"))
"""What a caller may ask of the mock itself."""
_NOT_FIELDS = SYSTEM_PARAMETERS | PREFERENCES

_MAP_KEY = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")


class Setting(NamedTuple):
    """One text for one field: `location` names its place in the call for violations."""

    location: str
    fields: tuple[DescField, ...]
    text: str
    key: str | None = None
    """The key of a map."""


def read_pairs(query: bytes) -> list[tuple[str, str]]:
    """A raw query's parameters, decoded, in order. Raises Unreadable, Invalid."""
    pairs = query.split(b"&") if query else []
    if len(pairs) > MAX_PARAMETERS:
        raise Invalid(f"The query has more than {MAX_PARAMETERS} parameters.")
    return [(_text(name), _text(value)) for name, _, value in map(_halves, pairs) if name]


def find_settings(
    pairs: Iterable[tuple[str, str]], kind: type[Message], fields: Fields, covered: Sequence[str]
) -> list[Setting]:
    """Parameters of a query with the fields that they are for.

    `covered` are the paths of fields that stand elsewhere, in the path or body; `*` for all.
    Raises Invalid with every parameter that is wrong.
    """
    settings: list[Setting] = []
    violations: list[Violation] = []
    seen: set[tuple[str, str | None]] = set()
    for name, text in pairs:
        location = f"query.{name[:100]}"
        try:
            found = _setting(name, text, kind, fields, covered)
        except ValueError as error:
            if name not in _NOT_FIELDS and not name.startswith("$"):
                violations.append(Violation(location, f"{error}."))
            continue
        path = (".".join(field.name for field in found.fields), found.key)
        if path in seen and not is_repeated(found.fields[-1]):
            violations.append(Violation(location, "it is given more than once."))
        seen.add(path)
        settings.append(found)
    if violations:
        raise Invalid(_detail(violations), violations)
    return settings


def apply(settings: Sequence[Setting], message: Message, registry: Registry | None) -> None:
    """Set the fields of a message. Raises Invalid with every text that does not fit."""
    if not settings:
        return
    try:
        merge_from_json(message, _overlay(settings), registry=registry)
    except WRONG as error:
        violations = _culprits(settings, type(message), registry)
        if not violations:  # each is right by itself: two members of a oneof
            violations = [Violation("query", explain(error))]
        raise Invalid(_detail(violations), violations) from error


def _setting(
    name: str, text: str, kind: type[Message], fields: Fields, covered: Sequence[str]
) -> Setting:
    """Raises ValueError where a parameter is for no field, or for one that stands elsewhere."""
    if "*" in covered:
        raise ValueError("this method takes no query parameters: its fields stand in the body")
    keyed = _MAP_KEY.fullmatch(name)
    found = fields.find(kind.desc(), keyed[1] if keyed else name)
    path = ".".join(field.name for field in found)
    for other in covered:
        if path == other or path.startswith(other + "."):
            raise ValueError(f"{other} stands in the path or in the body, not in the query")
    if is_map(found[-1]) and keyed is None:
        raise ValueError(f"it is a map: give each key by itself, as {found[-1].name}[key]")
    if keyed is not None and not is_map(found[-1]):
        raise ValueError(f"{found[-1].name} is no map")
    if is_message(found[-1]):
        raise ValueError(f"{found[-1].name} is a message: its fields are parameters of their own")
    return Setting(f"query.{name}", found, text, keyed[2] if keyed else None)


def _overlay(settings: Sequence[Setting]) -> bytes:
    """A ProtoJSON text with nothing but these fields. Raises ValueError."""
    root: dict[str, Any] = {}
    for setting in settings:
        *outer, last = setting.fields
        value = json_value(element_of(last), setting.text)
        inside = root
        for field in outer:
            inside = inside.setdefault(field.json_name, {})
        if setting.key is not None:
            inside.setdefault(last.json_name, {})[setting.key] = value
        elif is_repeated(last):
            inside.setdefault(last.json_name, []).append(value)
        else:
            inside[last.json_name] = value
    return msgspec.json.encode(root)


def _culprits(
    settings: Sequence[Setting], kind: type[Message], registry: Registry | None
) -> list[Violation]:
    violations = []
    for setting in settings:
        try:
            kind.from_json(_overlay((setting,)), registry=registry)
        except WRONG as error:
            violations.append(Violation(setting.location, f"{explain(error)}."))
    return violations


def _detail(violations: Sequence[Violation]) -> str:
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return f"{first.location}: {first.message}{more}"


def _halves(pair: bytes) -> tuple[bytes, bytes, bytes]:
    return pair.partition(b"=")


def _text(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise Unreadable("The query is no UTF-8 text.") from error
