"""Patches: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jsonpatch

from polymock.errors import Aborted, Invalid, TooLarge
from polymock.jsonschema import MAX_PARTS, is_large
from polymock.world.writing import MAX_DOCUMENT
from polymock_schemas.calls import Violation

MAX_OPERATIONS = 200
"""Of one patch. Copies of copies grow fast: the object may not have more than MAX_PARTS values."""
MAX_DEPTH = 64
_GROWING = frozenset({"copy", "add", "replace"})


def merged(old: Any, patch: Any, depth: int = 0) -> Any:
    """The old value with a merge patch applied (RFC 7396, section 2); null takes away."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(old) if isinstance(old, Mapping) else {}
    for name, item in patch.items():
        if item is None:
            result.pop(name, None)
        elif depth >= MAX_DEPTH:
            result[name] = item
        else:
            result[name] = merged(result.get(name), item, depth + 1)
    return result


def is_json_patch(body: Any, media_type: str) -> bool:
    """Whether a body is a JSON Patch: by its media type, or by what it looks like."""
    if media_type.endswith("json-patch+json"):
        return True
    return (
        isinstance(body, list)
        and bool(body)
        and all(isinstance(each, dict) and {"op", "path"} <= each.keys() for each in body)
    )


def patched(old: Mapping[str, Any], operations: Any) -> dict[str, Any]:
    """The old object with a JSON Patch applied.

    Raises Invalid where it is no patch, Aborted where it does not suit the object (RFC 5789,
    section 2.2): a `test` fails, or a place is not there.
    """
    if not isinstance(operations, Sequence) or isinstance(operations, str | bytes):
        raise _invalid("body", "a JSON Patch is a list of operations")
    if len(operations) > MAX_OPERATIONS:
        raise _invalid("body", f"a JSON Patch has at most {MAX_OPERATIONS} operations")
    value: Any = dict(old)
    for number, operation in enumerate(operations):
        place = f"body/{number}"
        try:
            value = jsonpatch.apply_patch(value, [operation])
        except jsonpatch.JsonPatchTestFailed as error:
            raise Aborted(f"{place}: the test fails: {str(error)[:200]}") from None
        except (jsonpatch.JsonPatchConflict, jsonpatch.JsonPointerException) as error:
            raise Aborted(f"{place}: {str(error)[:200]}") from None
        except (jsonpatch.InvalidJsonPatch, TypeError, ValueError, AttributeError) as error:
            raise _invalid(place, f"is no operation of a JSON Patch: {str(error)[:200]}") from None
        except RecursionError:
            raise _invalid(place, "is nested too deep") from None
        grows = isinstance(operation, Mapping) and operation.get("op") in _GROWING
        if grows and is_large(value):
            raise _invalid(place, f"makes more than {MAX_PARTS} values of the object")
        if grows and _text_in(value) > MAX_DOCUMENT:
            raise TooLarge(f"{place}: makes more than {MAX_DOCUMENT} bytes of the object.")
    if not isinstance(value, dict):
        raise _invalid("body", "leaves no object")
    return value


def _invalid(place: str, message: str) -> Invalid:
    return Invalid(f"{place}: {message}.", [Violation(place, message)])


def _text_in(value: Any) -> int:
    """How many characters all texts have that a value holds: copies of one add up."""
    waiting, length = [value], 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            length += len(node)
        elif isinstance(node, dict):
            waiting.extend(node)
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return length
