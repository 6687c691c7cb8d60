from __future__ import annotations

from pathlib import Path

import pytest

from polymock.interfaces import Spec
from polymock_openapi.model import Endpoint
from polymock_openapi.spec.document import OpenApiDocument

TEXT = """
swagger: '2.0'
info: {title: Old}
host: example.com
basePath: /v1/
consumes: [application/json, application/xml]
produces: [application/json]
securityDefinitions:
  login: {type: basic}
  key: {type: apiKey, in: header, name: X-Key}
security: [{login: []}]
parameters:
  Page: {name: page, in: query, type: integer, format: int32, maximum: 9, x-example: 3}
responses:
  Gone: {description: gone, schema: {$ref: '#/definitions/Error'}}
definitions:
  Error: {type: object, properties: {code: {type: integer, x-nullable: true}}}
  Pet:
    type: object
    discriminator: kind
    required: [kind]
    properties: {kind: {type: string}, tag: {type: string, example: t}}
  Cat:
    allOf: [{$ref: '#/definitions/Pet'}, {properties: {lives: {type: integer}}}]
paths:
  /pets:
    parameters:
      - {$ref: '#/parameters/Page'}
    get:
      produces: [application/json, text/csv]
      security: [{key: []}, {}]
      parameters:
        - {name: ids, in: query, type: array, items: {type: string}, collectionFormat: multi}
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: sort, in: query, type: array, items: {type: string}}
      responses:
        200:
          description: ok
          schema: {type: array, items: {$ref: '#/definitions/Pet'}}
          headers: {X-Total: {type: integer}}
          examples: {application/json: [{kind: Pet}], application/problem+json: {a: 1}}
        410: {$ref: '#/responses/Gone'}
    post:
      parameters:
        - {name: pet, in: body, required: true, schema: {$ref: '#/definitions/Pet'}}
      responses: {201: {description: made}}
  /photos:
    post:
      parameters:
        - {name: photo, in: formData, type: file, required: true}
        - {name: tags, in: formData, type: array, items: {type: string}, collectionFormat: multi}
      responses: {200: {description: ok, schema: {type: file}}}
  /login:
    post:
      parameters: [{name: user, in: formData, type: string}]
      responses: {200: {description: ok}}
"""


@pytest.fixture
def document(tmp_path: Path) -> OpenApiDocument:
    path = tmp_path / "old.yaml"
    path.write_text(TEXT)
    return OpenApiDocument.load(Spec(str(path), "old"))


def endpoint(document: OpenApiDocument, name: str) -> Endpoint:
    return document.endpoint(next(route for route in document.routes if route.name == name))


def test_the_document_as_such(document: OpenApiDocument) -> None:
    assert (document.version, document.title, document.base_paths) == ("2.0", "Old", ("/v1",))
    assert document.faults == ()
    assert list(document.definitions) == ["Error", "Pet", "Cat"]


def test_parameters_get_schema_style_and_explode(document: OpenApiDocument) -> None:
    found = {p.name: p for p in endpoint(document, "GET /pets").parameters}
    assert [(p.style, p.explode) for p in found.values()] == [
        ("form", False),
        ("form", True),
        ("pipeDelimited", False),
        ("form", False),
    ]
    page = found["page"]
    assert page.schema == {
        "type": "integer",
        "format": "int32",
        "minimum": -(2**31),
        "maximum": 9,
    }
    assert page.examples == {"": 3}


def test_bodies_come_from_body_and_form_parameters(document: OpenApiDocument) -> None:
    body = endpoint(document, "POST /pets").body
    assert body is not None and body.required
    assert {name: media.schema for name, media in body.content.items()} == {
        "application/json": {"$ref": "#/$defs/Pet"},
        "application/xml": {"$ref": "#/$defs/Pet"},
    }
    upload = endpoint(document, "POST /photos").body
    assert upload is not None and list(upload.content) == ["multipart/form-data"]
    media = upload.content["multipart/form-data"]
    assert media.schema == {
        "type": "object",
        "properties": {
            "photo": {"type": "string", "format": "binary"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["photo"],
    }
    assert media.encoding["tags"].explode
    login = endpoint(document, "POST /login").body
    assert login is not None and not login.required
    assert list(login.content) == ["application/x-www-form-urlencoded"]


def test_responses_get_content(document: OpenApiDocument) -> None:
    ok, gone = endpoint(document, "GET /pets").responses
    assert list(ok.content) == ["application/json", "text/csv", "application/problem+json"]
    assert ok.content["application/json"].examples == {"": [{"kind": "Pet"}]}
    assert ok.headers["X-Total"].schema == {"type": "integer"}
    assert gone.content["application/json"].schema == {"$ref": "#/$defs/Error"}
    (file,) = endpoint(document, "POST /photos").responses
    assert file.content["application/json"].schema == {"type": "string", "format": "binary"}
    (made,) = endpoint(document, "POST /pets").responses
    assert made.content == {}


def test_security_schemes(document: OpenApiDocument) -> None:
    guarded = endpoint(document, "POST /pets")
    assert guarded.security == ({"login": ()},)
    assert (guarded.schemes["login"].type, guarded.schemes["login"].scheme) == ("http", "basic")
    optional = endpoint(document, "GET /pets")
    assert optional.security == ({"key": ()}, {})
    key = optional.schemes["key"]
    assert (key.type, key.location, key.parameter) == ("apiKey", "header", "X-Key")


def test_definitions(document: OpenApiDocument) -> None:
    assert document.definitions["Error"] == {
        "type": "object",
        "properties": {"code": {"type": ["integer", "null"]}},
    }
    cat = document.definitions["Cat"]
    assert isinstance(cat, dict)
    assert cat["properties"] == {"kind": {"const": "Cat"}}
    pet = document.definitions["Pet"]
    assert isinstance(pet, dict)
    assert pet["properties"] == {
        "kind": {"type": "string", "examples": ["Cat"]},
        "tag": {"type": "string", "examples": ["t"]},
    }
