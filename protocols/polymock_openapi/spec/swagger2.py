"""Swagger 2.0 objects in the form of OpenAPI 3, one at a time, as they are met.

Schemas and references inside stay as they are; they are resolved and translated where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from polymock_openapi.model import Style
from polymock_openapi.spec.source import Node, Source

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
NOT_SCHEMA = frozenset(
    {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "x-example"}
)
"""Members of a Swagger parameter that are not keywords of its schema."""
STYLES = {
    "csv": ("form", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "tsv": ("tabDelimited", False),
}
"""`collectionFormat` to style and explode, in query and form; elsewhere csv is `simple`."""
DELIMITED: tuple[Style, ...] = ("spaceDelimited", "pipeDelimited", "tabDelimited")
"""Styles that stand in the path and headers too, as in no later version."""


def media_types(source: Source, operation: Node, root: Node, key: str) -> list[str]:
    """What an operation consumes or produces, its own list first, else the document's."""
    for node in (operation, root):
        if isinstance(node.value, Mapping) and key in node.value:
            return [n.value for n in source.items(node, key) if isinstance(n.value, str)]
    return []


def parameter(node: Node) -> Node:
    """A parameter of path, query or header."""
    value = node.value
    converted: dict[str, Any] = {
        key: value[key]
        for key in ("name", "in", "required", "allowEmptyValue", "description")
        if key in value
    }
    converted["schema"] = _schema(value)
    if "x-example" in value:
        converted["example"] = value["x-example"]
    style, explode = STYLES.get(str(value.get("collectionFormat", "csv")), STYLES["csv"])
    if value.get("in") == "query" or style in DELIMITED:
        converted.update(style=style, explode=explode)
    return Node(converted, node.place)


def header(node: Node) -> Node:
    """A response header."""
    return Node({"schema": _schema(node.value)}, node.place)


def body(node: Node, consumes: Sequence[str]) -> Node:
    """The request body that an `in: body` parameter stands for."""
    media: dict[str, Any] = {"schema": node.value.get("schema", {})}
    if "x-example" in node.value:
        media["example"] = node.value["x-example"]
    converted = {
        "required": node.value.get("required", False),
        "content": dict.fromkeys(consumes or [JSON], media),
    }
    return Node(converted, node.place)


def form(nodes: Sequence[Node], consumes: Sequence[str]) -> Node:
    """The request body that the `in: formData` parameters stand for."""
    properties: dict[str, Any] = {}
    encoding: dict[str, Any] = {}
    required: list[str] = []
    for node in nodes:
        name = str(node.value.get("name", ""))
        properties[name] = _schema(node.value)
        if node.value.get("required") is True:
            required.append(name)
        if node.value.get("type") == "array":
            chosen = str(node.value.get("collectionFormat", "csv"))
            style, explode = STYLES.get(chosen, STYLES["csv"])
            encoding[name] = {"style": style, "explode": explode}
    has_file = any(node.value.get("type") == "file" for node in nodes)
    forms = [name for name in consumes if name.lower().split(";")[0] in (FORM, MULTIPART)]
    if has_file:
        forms = [name for name in forms if name.lower().startswith(MULTIPART)] or [MULTIPART]
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    media = {"schema": schema, "encoding": encoding}
    converted = {"required": bool(required), "content": dict.fromkeys(forms or [FORM], media)}
    return Node(converted, nodes[0].place)


def response(node: Node, produces: Sequence[str]) -> Node:
    """A response: its schema and examples under each media type."""
    value = node.value
    schema, examples = value.get("schema"), value.get("examples")
    examples = examples if isinstance(examples, dict) else {}
    content: dict[str, Any] = {}
    if schema is not None:
        is_file = isinstance(schema, dict) and schema.get("type") == "file"
        fallback = "application/octet-stream" if is_file else JSON
        content = {name: {"schema": schema} for name in produces or [fallback]}
    for name, example in examples.items():
        shared = {} if schema is None else {"schema": schema}
        content[name] = {**shared, "example": example}
    converted = {key: value[key] for key in ("description", "headers") if key in value}
    return Node({**converted, "content": content}, node.place)


def security_scheme(node: Node) -> Node:
    """A security scheme; only `basic` is written differently in OpenAPI 3."""
    if isinstance(node.value, dict) and node.value.get("type") == "basic":
        return Node({"type": "http", "scheme": "basic"}, node.place)
    return node


def base_path(root: Mapping[str, Any]) -> str:
    """The path before all paths; "" where there is none."""
    path = root.get("basePath")
    return path if isinstance(path, str) else ""


def _schema(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key not in NOT_SCHEMA}
