"""Who an object is: the seeds that all of its values come from, and the ids that tell its type.

An object with a key is its type and its key, wherever it is met. Any other is its place: the
object that it was reached from, the field, the arguments and the index in the list.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from polymock.samples.seeds import derive, salt

MAX_ID = 1000
"""Characters of an id that is looked into for the name of a type."""
_NUMBERS = 10_000_000


def type_seed(seed: int, type_name: str) -> int:
    """The seed of a type in the world of `seed`; that of a root type is its object's."""
    return derive(seed, salt(type_name))


def entity_seed(of_type: int, key: Any) -> int:
    """The seed of the object with a key, by the seed of its type. `7` and `"7"` are one key."""
    return derive(of_type, salt(str(key)))


def place_seed(parent: int, salted_field: int, arguments: Mapping[str, Any]) -> int:
    """The seed of what stands in a field, by the seed of its object and the field's arguments."""
    seed = derive(parent, salted_field)
    return derive(seed, salt(canonical(arguments))) if arguments else seed


def typed_id(type_name: str, place: int) -> str:
    """An id that remembers its type: base64 of `Type:number`, as Relay's servers usually do."""
    return b64encode(f"{type_name}:{place % _NUMBERS + 1}".encode()).decode()


def named_type(key: Any) -> str:
    """The type that an id names, in base64 or plainly; "" where it names none."""
    if not isinstance(key, str) or len(key) > MAX_ID:
        return ""
    plain = key
    try:
        plain = b64decode(key, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        plain = key
    return plain.partition(":")[0] if ":" in plain else ""


def canonical(arguments: Mapping[str, Any]) -> str:
    """Arguments as one text, the same in whatever order they were said."""
    return json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
