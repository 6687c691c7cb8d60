"""An OpenAPI operation, compiled: what reading and answering work from.

Every document, of whatever version, ends in these structs; their schemas are JSON Schema 2020-12
whose references point into the contract's definitions (`polymock.jsonschema`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from polymock.jsonschema import Definitions, Schema

Location = Literal["path", "query", "header", "cookie"]
Style = Literal[
    "simple",
    "label",
    "matrix",
    "form",
    "spaceDelimited",
    "pipeDelimited",
    "tabDelimited",
    "deepObject",
]
"""`tabDelimited` is Swagger 2.0's `collectionFormat: tsv`; later versions have no such style."""
HTTP_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Encoding(msgspec.Struct, frozen=True):
    """How one property of a form or multipart body is written (OAS 3.1, Encoding Object)."""

    content_type: str = ""
    style: Style = "form"
    explode: bool = True
    allow_reserved: bool = False
    headers: Mapping[str, HeaderSpec] = {}


class MediaType(msgspec.Struct, frozen=True):
    """One entry of a `content` map. `examples` are decoded values by name, document order; the
    lone `example` of a media type stands under the name ""."""

    name: str
    schema: Schema | None = None
    examples: Mapping[str, Any] = {}
    encoding: Mapping[str, Encoding] = {}


class Parameter(msgspec.Struct, frozen=True):
    """A parameter. `media_type` is set where it is declared by `content` instead of `style`."""

    name: str
    location: Location
    required: bool
    style: Style
    explode: bool
    schema: Schema
    allow_reserved: bool = False
    allow_empty: bool = False
    media_type: str | None = None
    examples: Mapping[str, Any] = {}


class HeaderSpec(msgspec.Struct, frozen=True):
    """A declared header of a response or part; style is always `simple`."""

    name: str
    required: bool
    schema: Schema
    explode: bool = False
    media_type: str | None = None
    examples: Mapping[str, Any] = {}


class RequestBody(msgspec.Struct, frozen=True):
    """A declared request body; keys of `content` are media ranges as written, lower-case."""

    required: bool
    content: Mapping[str, MediaType]


class Response(msgspec.Struct, frozen=True):
    """A declared response. `status` is `200`, `2XX` or `default`."""

    status: str
    content: Mapping[str, MediaType]
    headers: Mapping[str, HeaderSpec]
    description: str = ""


class SecurityScheme(msgspec.Struct, frozen=True):
    """A Security Scheme Object, Swagger 2's `basic` turned into http basic."""

    name: str
    type: Literal["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"]
    location: Literal["query", "header", "cookie", ""] = ""
    parameter: str = ""
    scheme: str = ""
    """Of type http: `basic`, `bearer`, …, lower-case."""


class Callback(msgspec.Struct, frozen=True):
    """A request to send after an answer: a runtime expression for its URL, and its body."""

    name: str
    url: str
    method: str
    body: RequestBody | None
    parameters: tuple[Parameter, ...] = ()


class Endpoint(msgspec.Struct, frozen=True):
    """An operation of the document, compiled: everything that one call needs.

    `name` is `GET /pets/{petId}`; `pointer` where it stands in the document. `security` holds
    alternatives, each a map of scheme to scopes; () asks for nothing, and an empty map among the
    alternatives makes credentials optional. `definitions` and `seed` are the contract's.
    """

    name: str
    method: str
    path: str
    pointer: str
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    responses: tuple[Response, ...]
    security: tuple[Mapping[str, tuple[str, ...]], ...]
    schemes: Mapping[str, SecurityScheme]
    callbacks: tuple[Callback, ...]
    definitions: Definitions
    operation_id: str = ""
    summary: str = ""


class Preferences(msgspec.Struct, frozen=True):
    """What the caller asked of the answer, by `Prefer` (RFC 7240) or the query twins."""

    code: int | None = None
    example: str | None = None
    dynamic: bool | None = None
    seed: int | None = None


class Reading(msgspec.Struct, frozen=True):
    """A call, decoded and valid: values by location and name, and the body."""

    endpoint: Endpoint
    method: str
    captures: Mapping[str, str]
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    header: Mapping[str, Any]
    cookie: Mapping[str, Any]
    body: Any
    """The decoded body; `msgspec.UNSET` where there is none."""
    media_type: str
    """The body's media type without parameters, lower-case; "" where there is none."""
    accept: str
    """The `Accept` field's value; "" where there is none."""
    preferences: Preferences
    url: str
    """The call's full URL, for runtime expressions (`$url`)."""
    sent: Mapping[str, Any]
    """Header fields as sent, lower-case names, for runtime expressions."""
