"""The parts of OpenAPI documents: parameters, and properties of bodies and answers."""

from pathlib import Path

import pytest

from polymock.interfaces import Inventoried, Spec
from polymock_openapi import inventory
from polymock_openapi.contract import OpenApiContract
from polymock_openapi.spec.document import OpenApiDocument

CORPUS = Path("../shared/corpus/openapi")
DOCUMENT = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /pets/{petId}:
    parameters:
      - {name: petId, in: path, required: true, schema: {type: string}}
    put:
      parameters:
        - {name: dryRun, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, required: true, schema: {type: string}}
        - {name: Authorization, in: header, schema: {type: string}}
        - {name: theme, in: cookie, schema: {type: string}}
        - name: filter
          in: query
          schema: {type: object, properties: {colour: {type: string}, size: {type: integer}}}
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Pet"}}
          application/x-www-form-urlencoded: {schema: {properties: {nick: {type: string}}}}
          application/xml: {schema: {properties: {only: {type: string}}}}
      responses:
        "200":
          description: it
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}
        4XX:
          description: wrong
          content: {application/problem+json: {schema: {properties: {title: {type: string}}}}}
        default: {description: other, content: {text/plain: {schema: {type: string}}}}
components:
  schemas:
    Named: {required: [name], properties: {name: {type: [string, "null"]}}}
    Pet:
      allOf: [{$ref: "#/components/schemas/Named"}]
      required: [id]
      properties:
        id: {type: integer, readOnly: true}
        secret: {type: string, writeOnly: true}
        parent: {$ref: "#/components/schemas/Pet"}
        labels: {type: object, additionalProperties: {properties: {text: {type: string}}}}
        kind:
          oneOf:
            - properties: {wings: {type: integer}}
            - properties: {paws: {type: integer}}
        "odd.name": {type: array, items: {type: array, items: {properties: {x: {type: number}}}}}
"""


@pytest.fixture
def parts(tmp_path):
    """The parts of a document: a text, or a file of the corpus."""

    def read(document):
        if isinstance(document, str):
            (tmp_path / "openapi.yaml").write_text(document)
            document = tmp_path / "openapi.yaml"
        spec = Spec(location=str(document), name="shop")
        contract = OpenApiContract(OpenApiDocument.load(spec), spec)
        assert isinstance(contract, Inventoried)
        return list(contract.parts())

    return read


def names(parts, kind, place=""):
    return [part.name for part in parts if (part.kind, part.place) == (kind, place)]


def test_parameters_are_parts_but_those_that_nobody_can_see(parts):
    found = {(p.place, p.name): p for p in parts(DOCUMENT) if p.kind == "parameter"}
    assert set(found) == {
        ("path", "petId"),
        ("query", "dryRun"),
        ("query", "filter"),
        ("header", "X-Trace"),
    }
    assert found["query", "filter"].aliases == ("colour", "size")
    assert found["header", "X-Trace"].required
    assert found["query", "dryRun"].type == "boolean"
    assert {part.operation for part in found.values()} == {"PUT /pets/{petId}"}


def test_properties_of_requests_are_those_that_clients_write(parts):
    found = names(parts(DOCUMENT), "request")
    assert set(found) == {
        *("secret", "parent", "labels", "kind", '"odd.name"', "name", "nick"),
        *("labels.*.text", "kind.wings", "kind.paws", '"odd.name"[][].x'),
    }
    assert found.index("name") < found.index("kind.wings")


def test_properties_of_answers_are_told_by_status(parts):
    found = parts(DOCUMENT)
    assert set(names(found, "response", "200")) == {
        *("[].id", "[].parent", "[].labels", "[].kind", '[]."odd.name"', "[].name"),
        *("[].labels.*.text", "[].kind.wings", "[].kind.paws", '[]."odd.name"[][].x'),
    }
    assert names(found, "response", "4XX") == ["title"]
    assert names(found, "response", "default") == []
    required = {part.name for part in found if part.place == "200" and part.required}
    assert required == {"[].id", "[].name"}
    assert next(part.type for part in found if part.name == "[].name") == "string|null"


def test_a_message_with_very_many_properties_is_cut_at_its_bottom(parts, monkeypatch):
    monkeypatch.setattr(inventory, "MOST_PROPERTIES", 3)
    monkeypatch.setattr(inventory, "LEAST_PROPERTIES", 3)
    assert names(parts(DOCUMENT), "request") == ["secret", "parent", "labels"]


def test_deep_messages_end(parts, monkeypatch):
    monkeypatch.setattr(inventory, "MAX_LEVELS", 1)
    found = set(names(parts(DOCUMENT), "request"))
    assert found == {"secret", "parent", "labels", "kind", '"odd.name"', "name", "nick"}


@pytest.mark.parametrize(
    "name", ["petstore.yaml", "museum.yaml", "intercom-2.15.yaml", "figma.yaml"]
)
def test_documents_of_others_have_each_part_once(parts, name):
    if not CORPUS.exists():
        pytest.skip("the corpus is not here")
    found = parts(CORPUS / name)
    keys = [(part.operation, part.kind, part.place, part.name) for part in found]
    assert len(keys) == len(set(keys)) > 50
    assert {part.kind for part in found} == {"parameter", "request", "response"}
