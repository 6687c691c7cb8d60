"""An OpenRPC document (spec.open-rpc.org, version 1) -> its methods, with JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.documents import Documents, Place
from polymock.interfaces import Spec
from polymock.jsonschema import REF_PREFIX, Schema, rebuild
from polymock_schemas.commands import Fault

_COMPONENTS = "#/components/schemas/"
MAX_METHODS = 10_000


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a method (a Content Descriptor Object)."""

    name: str
    schema: Schema
    required: bool


class Method(msgspec.Struct, frozen=True):
    """A Method Object. `structure` is `by-name`, `by-position` or `either`; `result` is None for a
    method that is only ever notified."""

    name: str
    summary: str
    parameters: Sequence[Parameter]
    structure: str
    result: Schema | None
    examples: Sequence[tuple[Mapping[str, Any], Any]]
    """Pairs of parameters by name and the result."""


class RpcDocument(msgspec.Struct, frozen=True):
    """A document, loaded. `source` is the document itself, which `rpc.discover` answers."""

    title: str
    methods: Mapping[str, Method]
    definitions: Mapping[str, Schema]
    source: Mapping[str, Any]
    files: Sequence[str]
    faults: Sequence[Fault]


def load(spec: Spec) -> RpcDocument:
    """Read a document. Raises SpecError with the place where it cannot be served."""
    documents = Documents(spec.location, allow_private=spec.allow_private)
    place = documents.place
    root = _mapping(documents, documents.at(place), place, "the document")
    listed = root.get("methods")
    if not isinstance(listed, list) or not listed or len(listed) > MAX_METHODS:
        raise documents.error(
            place.child("methods"), f"`methods` must list 1 to {MAX_METHODS} methods"
        )
    methods: dict[str, Method] = {}
    for index, node in enumerate(listed):
        where = place.child("methods").child(str(index))
        method = _method(documents, node, where)
        if method.name in methods:
            raise documents.error(where, f"the method `{method.name}` is there twice")
        methods[method.name] = method
    schemas = _at(_at(root, "components"), "schemas")
    return RpcDocument(
        title=str(_at(root, "info").get("title", "")),
        methods=methods,
        definitions={name: _inside(schema) for name, schema in schemas.items()},
        source=root,
        files=tuple(documents.files),
        faults=tuple(documents.faults),
    )


def _method(documents: Documents, node: Any, place: Place) -> Method:
    node, place = _follow(documents, node, place)
    body = _mapping(documents, node, place, "a method")
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise documents.error(place, "a method needs a `name`")
    parameters = tuple(
        _parameter(documents, one, place.child("params").child(str(index)))
        for index, one in enumerate(_list(documents, body, "params", place))
    )
    result = None
    if body.get("result") is not None:
        result = _parameter(documents, body["result"], place.child("result")).schema
    return Method(
        name=name,
        summary=str(body.get("summary") or body.get("description") or ""),
        parameters=parameters,
        structure=str(body.get("paramStructure", "either")),
        result=result,
        examples=tuple(
            _example(documents, one, place.child("examples").child(str(index)))
            for index, one in enumerate(_list(documents, body, "examples", place))
        ),
    )


def _parameter(documents: Documents, node: Any, place: Place) -> Parameter:
    node, place = _follow(documents, node, place)
    body = _mapping(documents, node, place, "a content descriptor")
    schema = body.get("schema", True)
    if not isinstance(schema, dict | bool):
        raise documents.error(place.child("schema"), "a schema must be an object or a boolean")
    return Parameter(str(body.get("name", "")), _inside(schema), bool(body.get("required")))


def _example(documents: Documents, node: Any, place: Place) -> tuple[Mapping[str, Any], Any]:
    node, place = _follow(documents, node, place)
    body = _mapping(documents, node, place, "an example")
    params: dict[str, Any] = {}
    for index, one in enumerate(_list(documents, body, "params", place)):
        one, _ = _follow(documents, one, place.child("params").child(str(index)))
        if isinstance(one, dict):
            params[str(one.get("name", ""))] = one.get("value")
    result, _ = _follow(documents, body.get("result"), place.child("result"))
    return params, result.get("value") if isinstance(result, dict) else None


def _follow(documents: Documents, node: Any, place: Place) -> tuple[Any, Place]:
    """The node behind a Reference Object; the node itself where it is none."""
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        return documents.resolve(node["$ref"], place)
    return node, place


def _inside(schema: Schema) -> Schema:
    """The schema with its references to the document's components as references to definitions."""
    ref = schema.get("$ref") if isinstance(schema, dict) else None
    if isinstance(schema, dict) and isinstance(ref, str) and ref.startswith(_COMPONENTS):
        schema = {**schema, "$ref": REF_PREFIX + ref[len(_COMPONENTS) :]}
    return rebuild(schema, _inside)


def _at(node: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object at a key that may be missing; what is no object counts as missing."""
    found = node.get(key)
    return found if isinstance(found, dict) else {}


def _list(documents: Documents, node: Mapping[str, Any], key: str, place: Place) -> list[Any]:
    found = node.get(key) or []
    if not isinstance(found, list):
        raise documents.error(place.child(key), f"`{key}` must be a list")
    return found


def _mapping(documents: Documents, node: Any, place: Place, what: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise documents.error(place, f"{what} must be an object")
    return node
