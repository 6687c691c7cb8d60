"""The OpenAPI document of the admin API, made of the commands that are installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, get_args

import msgspec

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command
from polymock.errors import PluginError

PREFIX = "/api/v1"
PROBLEM = "ProblemDetails"
_REFERENCE = "#/components/schemas/{name}"
_CAPTURE = re.compile(r"\{(\w+)(?::path)?\}")
_REFUSALS = {
    "400": "What was asked with is wrong; `violations` say where",
    "401": "No token, or one that is not known",
    "403": "The role does not allow it, or the call comes from another origin",
    "404": "What it names is not there",
    "409": "Something stands against it, or the name is taken",
    "413": "The body is too large",
    "414": "The URL is too long",
    "429": "Asked too often; `Retry-After` says when to ask again",
    "431": "The header fields are too large",
    "500": "It failed for a fault of the server, whose log says why",
    "503": "It cannot be carried out now",
}
_VIOLATION = {
    "type": "object",
    "required": ["location", "message"],
    "properties": {"location": {"type": "string"}, "message": {"type": "string"}},
}
_PROBLEM = {
    "title": PROBLEM,
    "description": "Why a request was refused (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string", "description": "What to do"},
        "violations": {"type": "array", "items": _VIOLATION},
    },
}
_HEALTH = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": {"type": "string"},
        "parts": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def document(catalog: Catalog, *, needs_token: bool) -> dict[str, Any]:
    """The OpenAPI 3.1 document: an operation for each command that the API offers."""
    commands = [each for each in catalog.commands.values() if "api" in each.surfaces]
    schemas, components = _schemas(commands)
    paths: dict[str, dict[str, Any]] = _health_paths()
    for command in commands:
        address = PREFIX + _CAPTURE.sub(r"{\1}", command.address.path)
        paths.setdefault(address, {})[command.address.method.lower()] = _operation(
            command, schemas, components
        )
    security: list[dict[str, list[str]]] = [{"token": []}]
    described: dict[str, Any] = {
        "openapi": "3.1.1",
        "info": {
            "title": "Polymock",
            "version": version("polymock"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "The commands of a running Polymock. `x-polymock` tells of each which "
            "role it asks for, and whether it writes or destroys something.",
        },
        "servers": [{"url": "/"}],
        "security": security if needs_token else [*security, {}],
        "tags": [*_tags(catalog, commands), {"name": "health", "description": "How it is."}],
        "paths": paths,
        "components": {
            "schemas": {**components, PROBLEM: _PROBLEM},
            "responses": {
                status: {
                    "description": description,
                    "content": {
                        "application/problem+json": {"schema": _reference(PROBLEM)},
                    },
                }
                for status, description in _REFUSALS.items()
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token: `polymock tokens create NAME --role ROLE`",
                }
            },
        },
    }
    told: dict[str, Any] = _portable(described)
    return told


def _portable(value: Any) -> Any:
    """The same for everybody: `$` is the end of a text, as not only Python's regular expressions
    have it; and a default of no text, which stands for nothing said, is none."""
    if isinstance(value, dict):
        if value.get("type") == "string" and value.get("default") == "":
            value = {key: each for key, each in value.items() if key != "default"}
        return {
            key: each.replace(r"\Z", "$")
            if key == "pattern" and isinstance(each, str)
            else _portable(each)
            for key, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_portable(each) for each in value]
    return value


def _tags(catalog: Catalog, commands: Sequence[Command]) -> Iterator[dict[str, str]]:
    for noun in dict.fromkeys(command.noun for command in commands):
        try:
            yield {"name": noun, "description": catalog.noun(noun).summary}
        except PluginError:  # told of elsewhere
            yield {"name": noun}


def _schemas(commands: Sequence[Command]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The JSON Schema of every type of a command, and what those refer to."""
    types = list({id(each): each for one in commands for each in (one.params, one.result)}.values())
    known = [each for each in types if _has_schema(each)]
    found, components = msgspec.json.schema_components(
        known, schema_hook=_unknown, ref_template=_REFERENCE
    )
    schemas = dict(zip(map(id, known), found, strict=True))
    return schemas, dict(components)


def _has_schema(type_: Any) -> bool:
    """Whether JSON Schema can say what a type is; one of a plugin may be of Python alone."""
    try:
        msgspec.json.schema(type_, schema_hook=_unknown)
    except (TypeError, NotImplementedError):
        return False
    return True


def _unknown(_type: Any) -> dict[str, Any]:
    """The schema of a type that is written as text, or in a plugin's own way: anything."""
    return {}


def _operation(
    command: Command, schemas: Mapping[Any, Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    address = command.address
    params = _resolved(schemas.get(id(command.params), {}), components)
    params = {**params, "properties": _with_units(command, params.get("properties", {}))}
    properties: dict[str, Any] = params["properties"]
    required = set(params.get("required", ()))
    in_path = _CAPTURE.findall(address.path)
    has_body = address.method in ("POST", "PUT")
    if not has_body:
        in_query = [name for name in properties if name not in in_path]
    elif address.body:
        in_query = [name for name in properties if name not in (*in_path, address.body)]
    else:
        in_query = [name for name in address.query if name in properties]
    told: dict[str, Any] = {
        "operationId": command.tool,
        "tags": [command.noun],
        "summary": command.summary,
        "description": "\n\n".join(filter(None, (command.help, f"Role: {command.role}."))),
        "parameters": [
            *(_parameter(name, "path", properties.get(name, {}), command) for name in in_path),
            *(
                _parameter(name, "query", properties[name], command, is_required=name in required)
                for name in in_query
            ),
        ],
        "responses": {
            str(address.status): {
                "description": "Done",
                "content": {"application/json": {"schema": schemas.get(id(command.result), {})}},
            },
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS},
        },
        "x-polymock": {
            "command": command.name,
            "role": command.role,
            "writes": command.writes,
            "destroys": command.destroys,
            "repeats": command.repeats,
        },
    }
    if has_body:
        elsewhere = {*in_path, *in_query}
        body = _body(command, params, elsewhere)
        if body is not None:
            told["requestBody"] = body
    return told


def _parameter(
    name: str, where: str, schema: Mapping[str, Any], command: Command, *, is_required: bool = True
) -> dict[str, Any]:
    schema = _without_null(schema)
    told: dict[str, Any] = {"name": name, "in": where, "required": is_required, "schema": schema}
    if "description" in schema:
        told["description"] = schema["description"]
    if name in command.example:
        told["example"] = command.example[name]
    return told


def _body(command: Command, params: Mapping[str, Any], elsewhere: set[str]) -> Any:
    """The body: the parameters that are nowhere else, or the one that it is; None for none."""
    properties = params.get("properties", {})
    required = [name for name in params.get("required", ()) if name not in elsewhere]
    whole = command.address.body
    if whole:
        schema: dict[str, Any] = properties.get(whole, {})
        example: Any = command.example.get(whole)
    else:
        kept = {name: each for name, each in properties.items() if name not in elsewhere}
        if not kept:
            return None
        schema = {"type": "object", "properties": kept, "additionalProperties": False}
        if required:
            schema["required"] = required
        example = {name: each for name, each in command.example.items() if name in kept}
    content: dict[str, Any] = {"schema": schema}
    if example:
        content["example"] = example
    return {"required": bool(required), "content": {"application/json": content}}


def _with_units(command: Command, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters' schemas, each with the unit in which its number is."""
    told = dict(properties)
    for field in msgspec.structs.fields(command.params):
        unit, schema = _unit(field.type), told.get(field.encode_name, {})
        if unit and unit not in schema.get("description", "").lower():
            description = f"{schema.get('description', '').rstrip('.')} (in {unit})".lstrip()
            told[field.encode_name] = {**schema, "description": description}
    return told


def _unit(type_: Any) -> str:
    """The unit that a type's `Meta` names: `Meta(extra={"unit": "seconds"})`."""
    for note in getattr(type_, "__metadata__", ()):
        if isinstance(note, msgspec.Meta) and note.extra:
            return str(note.extra.get("unit", ""))
    return next(filter(None, map(_unit, get_args(type_))), "")


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of what has no null: nothing in a path or a query is null, it is left out."""
    kept = {key: value for key, value in schema.items() if key != "default" or value is not None}
    options = [each for each in kept.get("anyOf", ()) if each != {"type": "null"}]
    if len(options) == len(kept.get("anyOf", ())):
        return kept
    del kept["anyOf"]
    return {**options[0], **kept} if len(options) == 1 else {**kept, "anyOf": options}


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference refers to."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = components.get(name, schema)
    return found


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=name)}


def _health_paths() -> dict[str, dict[str, Any]]:
    def path(name: str, summary: str, statuses: Mapping[str, str]) -> dict[str, Any]:
        responses = {
            status: {"description": told, "content": {"application/json": {"schema": _HEALTH}}}
            for status, told in statuses.items()
        }
        told = {"operationId": name, "tags": ["health"], "summary": summary, "security": []}
        return {"get": {**told, "responses": responses}}

    not_ready = "Not all parts serve; `parts` say why"
    return {
        "/health/live": path("health_live", "Whether the server lives.", {"200": "It lives"}),
        "/health/ready": path(
            "health_ready",
            "Whether calls are answered and recorded.",
            {"200": "It is ready", "503": not_ready},
        ),
    }
