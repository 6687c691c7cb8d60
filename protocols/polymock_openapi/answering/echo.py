"""What a caller said, said back by a sampled answer: the id of the path, the fields of the body.

Every function returns a value that still satisfies its schema, as `is_valid` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from polymock.world.names import fold
from polymock_openapi.answering.declared import DeclaredBody
from polymock_openapi.model import Reading

MAX_FIELDS = 64
"""Fields tried one by one where not all of them fit together."""
MAX_DEPTH = 16
_IDENTITIES = ("id", "uuid", "guid", "slug", "name", "key", "code")
"""Properties that a path's last parameter (`petId`, `user_name`) may stand for."""
_NUMBER = re.compile(r"-?[0-9]{1,18}")
WRITES = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose body is about the entity that is answered."""

IsValid = Callable[[Any], bool]


def echo(value: Any, reading: Reading, body: DeclaredBody) -> Any:
    """A sampled answer with what the caller said of the same entity put in."""
    if not isinstance(value, dict):
        return value
    if reading.method in WRITES and isinstance(reading.body, dict):
        said = {name: v for name, v in reading.body.items() if name not in body.read_only}
        value = overlay(value, said, body.is_valid)
    if reading.path:
        value = overlay(value, _named_by_path(value, reading), body.is_valid)
    return value


def overlay(value: dict[str, Any], fields: Mapping[str, Any], is_valid: IsValid) -> dict[str, Any]:
    """The object with the fields that it has too, as far as it stays valid: all, or one by one."""
    shared = {
        name: _merge(value[name], field, MAX_DEPTH)
        for name, field in fields.items()
        if name in value and value[name] != field and not isinstance(field, bytes)
    }
    if not shared:
        return value
    whole = {**value, **shared}
    if is_valid(whole):
        return whole
    for name, field in list(shared.items())[:MAX_FIELDS]:
        changed = {**value, name: field}
        if is_valid(changed):
            value = changed
    return value


def _merge(old: Any, new: Any, depth: int) -> Any:
    """Objects that share properties are merged, keeping to those of the old; else the new."""
    if not (isinstance(old, dict) and isinstance(new, dict) and depth and old.keys() & new.keys()):
        return new
    return {
        name: _merge(item, new[name], depth - 1) if name in new else item
        for name, item in old.items()
    }


def _named_by_path(value: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """The properties that parameters of the path name, of the types that they have already."""
    folded = {fold(name): name for name in value}
    last = reading.endpoint.path.rpartition("/")[2]
    named: dict[str, Any] = {}
    for parameter, given in reading.path.items():
        if isinstance(given, (dict, list)):
            continue
        found = folded.get(fold(parameter))
        if found is None and f"{{{parameter}}}" in last:
            found = next((p for p in _IDENTITIES if p in value and _ends(parameter, p)), None)
        if found is not None:
            named[found] = as_type_of(value[found], given)
    return named


def _ends(parameter: str, name: str) -> bool:
    return fold(parameter).endswith(name)


def as_type_of(old: Any, given: Any) -> Any:
    """What a caller gave, as text or as an integer where that is what stood there before."""
    if isinstance(old, str) and not isinstance(given, str):
        return str(given)
    if isinstance(old, int) and isinstance(given, str) and _NUMBER.fullmatch(given):
        return int(given)
    return given
