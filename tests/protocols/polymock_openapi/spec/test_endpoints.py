from __future__ import annotations

import pytest

from polymock.interfaces import Spec
from polymock_openapi.model import Endpoint
from polymock_openapi.spec.document import OpenApiDocument

TEXT = """
openapi: 3.1.0
info: {title: Shop}
security: [{token: []}]
paths:
  /pets/{id}/{tags}:
    summary: shared
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: limit, in: query, schema: {type: integer}}
    get:
      operationId: getPet
      parameters:
        - {name: limit, in: query, schema: {type: string}, example: ten}
        - {name: tags, in: path, style: matrix, explode: true, schema: {type: array}}
        - {name: filter, in: query, style: deepObject, explode: true, schema: {type: object}}
        - {name: where, in: query, content: {application/JSON: {schema: {type: object}}}}
        - {name: odd, in: query, style: matrix, schema: true, allowReserved: true}
        - {name: Accept, in: header, schema: {type: string}}
        - {$ref: '#/components/parameters/Trace'}
        - {name: sid, in: cookie, schema: {type: string}, examples: {a: {value: 1}}}
        - {name: bad, in: nowhere}
        - {in: query}
        - 5
      responses:
        default: {$ref: '#/components/responses/Problem'}
        200:
          description: ok
          headers:
            X-Rate: {required: true, schema: {type: integer}, example: 3}
            Content-Type: {schema: {type: string}}
            X-Gone: {$ref: '#/components/headers/Gone'}
          content:
            Application/JSON:
              schema: {$ref: '#/components/schemas/Pet'}
              examples:
                inline: {summary: s, value: {a: 1}}
                shared: {$ref: '#/components/examples/One'}
                misused: {value: {$ref: '#/components/examples/One/value'}}
                outside: {externalValue: 'https://example.com/x.json'}
                gone: {$ref: '#/components/examples/Gone'}
            text/plain: {example: hello}
            image/png: {}
    put:
      security: []
      requestBody: {$ref: '#/components/requestBodies/Pet'}
      responses: {204: {description: ''}}
    delete:
      security: [{key: []}, {login: [read, write], token: []}, {}, {unknown: []}]
      responses: {204: {description: ''}}
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {file: {contentMediaType: image/png}}}
            encoding:
              file: {contentType: 'Image/PNG', headers: {X-Size: {schema: {type: integer}}}}
              tags: {style: pipeDelimited}
      callbacks:
        done:
          '{$request.body#/url}':
            post:
              requestBody: {content: {application/json: {schema: {type: object}}}}
              parameters: [{name: X-Sign, in: header, schema: {type: string}}]
              responses: {200: {description: ok}}
        again: {$ref: '#/components/callbacks/Again'}
      responses: {202: {description: later}}
components:
  parameters:
    Trace: {name: X-Trace, in: header, required: true, schema: {type: string}}
  responses:
    Problem: {description: bad, content: {application/problem+json: {}}}
  requestBodies:
    Pet: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
  examples:
    One: {value: {a: 2}}
  callbacks:
    Again: {'https://example.com/hook': {put: {responses: {200: {description: ok}}}}}
  schemas:
    Pet: {type: object}
  securitySchemes:
    token: {type: http, scheme: Bearer}
    key: {type: apiKey, in: cookie, name: sid}
    login: {type: oauth2, flows: {}}
    broken: {type: apiKey}
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> OpenApiDocument:
    path = tmp_path_factory.mktemp("shop") / "shop.yaml"
    path.write_text(TEXT)
    return OpenApiDocument.load(Spec(str(path), "shop"))


def endpoint(document: OpenApiDocument, method: str) -> Endpoint:
    return document.endpoint(next(route for route in document.routes if route.method == method))


def test_an_endpoint_knows_what_it_is(document: OpenApiDocument) -> None:
    found = endpoint(document, "GET")
    assert (found.name, found.method) == ("GET /pets/{id}/{tags}", "GET")
    assert (found.path, found.operation_id) == ("/pets/{id}/{tags}", "getPet")
    assert found.pointer == "/paths/~1pets~1{id}~1{tags}/get"
    assert found.definitions is document.definitions


def test_parameters_of_path_item_and_operation_are_one_list(document: OpenApiDocument) -> None:
    found = endpoint(document, "GET").parameters
    assert [(p.location, p.name, p.style, p.explode, p.required) for p in found] == [
        ("path", "id", "simple", False, True),
        ("query", "limit", "form", True, False),
        ("path", "tags", "matrix", True, True),
        ("query", "filter", "deepObject", True, False),
        ("query", "where", "form", True, False),
        ("query", "odd", "form", True, False),
        ("header", "X-Trace", "simple", False, True),
        ("cookie", "sid", "form", True, False),
    ]
    limit, where, odd, sid = found[1], found[4], found[5], found[7]
    assert (limit.schema, limit.examples) == ({"type": "string"}, {"": "ten"})
    assert (where.media_type, where.schema) == ("application/json", {"type": "object"})
    assert odd.allow_reserved
    assert sid.examples == {"a": 1}


def test_responses_stand_in_the_order_of_the_document(document: OpenApiDocument) -> None:
    default, ok = endpoint(document, "GET").responses
    assert (default.status, list(default.content)) == ("default", ["application/problem+json"])
    assert (ok.status, ok.description) == ("200", "ok")
    assert list(ok.content) == ["application/json", "text/plain", "image/png"]
    assert list(ok.headers) == ["X-Rate"]
    assert (ok.headers["X-Rate"].required, ok.headers["X-Rate"].examples) == (True, {"": 3})


def test_examples_are_values_by_name(document: OpenApiDocument) -> None:
    _, ok = endpoint(document, "GET").responses
    assert ok.content["application/json"].examples == {
        "inline": {"a": 1},
        "shared": {"a": 2},
        "misused": {"a": 2},
    }
    assert ok.content["text/plain"].examples == {"": "hello"}
    assert ok.content["image/png"].schema is None


def test_request_bodies_and_encodings(document: OpenApiDocument) -> None:
    body = endpoint(document, "PUT").body
    assert body is not None and body.required
    assert body.content["application/json"].schema == {"$ref": "#/$defs/Pet"}
    upload = endpoint(document, "POST").body
    assert upload is not None and not upload.required
    encoding = upload.content["multipart/form-data"].encoding
    assert encoding["file"].content_type == "image/png"
    assert list(encoding["file"].headers) == ["X-Size"]
    assert (encoding["tags"].style, encoding["tags"].explode) == ("pipeDelimited", False)


def test_security_is_the_operations_own_or_the_documents(document: OpenApiDocument) -> None:
    assert endpoint(document, "GET").security == ({"token": ()},)
    assert endpoint(document, "GET").schemes["token"].scheme == "bearer"
    assert endpoint(document, "PUT").security == ()
    several = endpoint(document, "DELETE")
    assert several.security == ({"key": ()}, {"login": ("read", "write"), "token": ()}, {})
    assert set(several.schemes) == {"key", "login", "token"}


def test_callbacks(document: OpenApiDocument) -> None:
    done, again = endpoint(document, "POST").callbacks
    assert (done.name, done.url, done.method) == ("done", "{$request.body#/url}", "POST")
    assert done.body is not None and list(done.body.content) == ["application/json"]
    assert [p.name for p in done.parameters] == ["X-Sign"]
    assert (again.url, again.method, again.body) == ("https://example.com/hook", "PUT", None)


def test_what_was_left_out_is_said(document: OpenApiDocument) -> None:
    said = " ".join(f"{fault.path} {fault.message}" for fault in document.problems())
    for part in (
        "get/parameters/8 `in` must be path",
        "get/parameters/9 a parameter needs a `name`",
        "get/parameters/10 a parameter must be an object",
        "get/parameters/4/style `style` must be one of form",
        "externalValue` is not fetched",
        "components/examples/Gone` leads to nothing",
        "the security scheme `unknown` is not defined",
    ):
        assert part in said
