"""Types of commands as JSON Schema, in the form that MCP's clients understand best.

References in the schemas of parameters are replaced by what they refer to, as many clients follow
none; only types that hold themselves stay under `$defs`. In those of results, which a model reads
and pays for, what is said more than once stays there too. The root is an object: anything else is
wrapped as `{"result": …}`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect

Schema = dict[str, Any]

RESULT = "result"
"""The property that holds a result which is no object."""
_PREFIX = "#/$defs/"


def input_schema(params: type[msgspec.Struct]) -> Schema:
    """The schema of a command's parameters."""
    schema = _schema(params)
    properties = schema.get("properties", {})
    schema["properties"] = {name: _without_null(each) for name, each in properties.items()}
    for said in ("title", "description"):  # the tool says both
        schema.pop(said, None)
    for name in _seconds(params):
        told = schema["properties"].get(name, {})
        said = told.get("description", "").rstrip(".")
        if "second" not in said.lower():
            told["description"] = f"{said}, in seconds".lstrip(", ")
    return schema


def _without_null(schema: Schema) -> Schema:
    """The schema of a parameter that may be left out, without the null that says the same."""
    options = schema.get("anyOf", [])
    left = [each for each in options if each != {"type": "null"}]
    if "default" not in schema or schema["default"] is not None or len(left) == len(options):
        return schema
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**left[0], **kept} if len(left) == 1 else {**kept, "anyOf": left}


def output_schema(result: Any) -> tuple[Schema, bool]:
    """The schema of a command's result, and whether that is wrapped."""
    schema = _schema(result, says_once=True)
    if schema.get("type") == "object":
        return schema, False
    definitions = schema.pop("$defs", None)
    wrapped: Schema = {"type": "object", "properties": {RESULT: schema}, "required": [RESULT]}
    return {**wrapped, "$defs": definitions} if definitions else wrapped, True


def _schema(type_: Any, *, says_once: bool = False) -> Schema:
    (root,), definitions = msgspec.json.schema_components([type_], ref_template=_PREFIX + "{name}")
    kept = {name for name in definitions if _holds_itself(name, definitions)}
    if says_once:
        told = Counter(_references([root, *definitions.values()]))
        kept |= {name for name, count in told.items() if count > 1}
    schema = _inlined(root, definitions, kept)
    assert isinstance(schema, dict)
    stay = {name: _inlined(definitions[name], definitions, kept) for name in sorted(kept)}
    if _PREFIX in str(schema.get("$ref", "")):  # the root itself is one that stays
        schema = dict(stay[schema["$ref"].removeprefix(_PREFIX)])
    return {**schema, "$defs": stay} if stay else schema


def _inlined(node: Any, definitions: Mapping[str, Any], kept: set[str]) -> Any:
    """A schema in which all references are replaced, but those to what is `kept`."""
    if isinstance(node, list):
        return [_inlined(each, definitions, kept) for each in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(_PREFIX)
        if name in kept:
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        told = _inlined(definitions[name], definitions, kept)
        return {**{key: value for key, value in told.items() if key != "title"}, **beside}
    pattern = node.get("pattern")
    if isinstance(pattern, str) and pattern.endswith(r"\Z"):  # which JavaScript does not have
        node = {**node, "pattern": pattern.removesuffix(r"\Z") + "$"}
    return {key: _inlined(value, definitions, kept) for key, value in node.items()}


def _holds_itself(name: str, definitions: Mapping[str, Any]) -> bool:
    seen: set[str] = set()
    waiting = list(_references(definitions[name]))
    while waiting:
        each = waiting.pop()
        if each == name:
            return True
        if each not in seen:
            seen.add(each)
            waiting.extend(_references(definitions[each]))
    return False


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for each in node for name in _references(each)]
    if not isinstance(node, dict):
        return []
    reference = node.get("$ref")
    own = [reference.removeprefix(_PREFIX)] if isinstance(reference, str) else []
    return own + [name for value in node.values() for name in _references(value)]


def _seconds(params: type[msgspec.Struct]) -> list[str]:
    """The parameters that are times in seconds."""
    told = inspect.type_info(params)
    assert isinstance(told, inspect.StructType)
    return [field.encode_name for field in told.fields if _unit(field.type) == "seconds"]


def _unit(type_: inspect.Type) -> str:
    while isinstance(type_, inspect.Metadata):
        if type_.extra and "unit" in type_.extra:
            return str(type_.extra["unit"])
        type_ = type_.type
    if isinstance(type_, inspect.UnionType):
        return next(filter(None, map(_unit, type_.types)), "")
    return ""
