from __future__ import annotations

import copy
import json
import random
import textwrap
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import ryaml

from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock.jsonschema import Validator
from polymock_openapi.spec.document import OpenApiDocument, recognises

CORPUS = Path(__file__).parents[5] / "shared/corpus/openapi"
DOCUMENTS = [
    *(path for path in sorted(CORPUS.glob("*.*")) if path.suffix in (".yaml", ".json")),
    *CORPUS.glob("petstore-separate/spec/swagger.json"),
]
needs_corpus = pytest.mark.skipif(not DOCUMENTS, reason=f"no corpus of documents at {CORPUS}")


def load(folder: Path, text: str | dict[str, Any], name: str = "api.yaml") -> OpenApiDocument:
    path = folder / name
    path.write_text(textwrap.dedent(text) if isinstance(text, str) else json.dumps(text))
    return OpenApiDocument.load(Spec(str(path), "api"))


def messages(document: OpenApiDocument) -> list[str]:
    return [f"{fault.path}: {fault.message}" for fault in document.problems()]


def compile_all(document: OpenApiDocument) -> None:
    for route in document.routes:
        document.endpoint(route)
    for name in document.definitions:
        Validator(document.definitions[name], document.definitions)


# --- the corpus ----------------------------------------------------------------------------------


@needs_corpus
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_document_of_the_corpus_compiles(path: Path) -> None:
    assert recognises(path.name, path.read_bytes()[:65536])
    document = OpenApiDocument.load(Spec(str(path), path.stem))
    assert document.routes
    assert len({route.name for route in document.routes}) == len(document.routes)
    compile_all(document)
    assert all(fault.level == "warning" for fault in document.problems())


WRONG: list[Any] = [
    *(None, True, 0, -1, 3.5, "", "x", "#/nope", "#", [], [1], ["a"], [[]], {}, {"a": {}}),
    *({"$ref": "#/components/schemas/Gone"}, {"$ref": 5}, {"$ref": "#"}, {"type": "x"}),
]


def mutated(document: Any, dice: random.Random) -> Any:
    """The document with a few nodes deleted, replaced by junk, or by other nodes."""
    document = copy.deepcopy(document)
    for _ in range(dice.choice([1, 3, 10, 40])):
        nodes: list[tuple[Any, Any]] = []
        waiting = [document]
        while waiting:
            node = waiting.pop()
            pairs = node.items() if isinstance(node, dict) else enumerate(node)
            for key, value in pairs:
                nodes.append((node, key))
                if isinstance(value, dict | list):
                    waiting.append(value)
        if not nodes:
            break
        holder, key = dice.choice(nodes)
        chance = dice.random()
        if chance < 0.3:
            del holder[key]
        elif chance < 0.8:
            holder[key] = copy.deepcopy(dice.choice(WRONG))
        else:
            other, other_key = dice.choice(nodes)
            holder[key] = copy.deepcopy(other[other_key])
    return document


@needs_corpus
@pytest.mark.parametrize(
    "path", [p for p in DOCUMENTS if p.stat().st_size < 50_000], ids=lambda p: p.name
)
def test_broken_documents_never_crash(path: Path, tmp_path: Path) -> None:
    with path.open() as file:
        whole = ryaml.load(file)
    dice = random.Random(path.name)
    for _ in range(40):
        broken = msgspec.json.encode(mutated(whole, dice))
        (tmp_path / "api.json").write_bytes(broken)
        try:
            document = OpenApiDocument.load(Spec(str(tmp_path / "api.json"), "api"))
        except SpecError:
            continue
        compile_all(document)
        document.problems()


# --- recognising and refusing --------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        b"openapi: 3.1.0\n",
        b"# c\n---\ninfo: {}\n'openapi': '3.0.0'\n",
        b"\xef\xbb\xbfswagger: '2.0'\n",
        b'{"info":{"x":"}"},"openapi":"3.0.1"}',
        b'{\n  "swagger" : "2.0"',
        b"openapi: 3.1\r\ninfo: {}\r\n",
        "\ufeffopenapi: 3.1.0\n".encode("utf-16-le"),
    ],
)
def test_documents_are_recognised(head: bytes) -> None:
    assert recognises("whatever", head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"type Query { a: Int }",
        b'syntax = "proto3";',
        b'{"dependencies": {"openapi": "3.0.0"}}',
        b"dependencies:\n  openapi: 3.0.0\n",
        b"about: the openapi: 3.0 format\n",
        b'{"openapi": ',
    ],
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not recognises("openapi.yaml", head)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("# only a comment\n", "not null"),
        ("- a\n- b\n", "not a list"),
        ("just text\n", "not a string"),
        ("info: {title: x}\n", "no OpenAPI document"),
        ("swagger: 1.2\n", "swagger: 1.2"),
        ("openapi: 4.0.0\n", "openapi: 4.0.0"),
        ("openapi: true\n", "no OpenAPI document"),
    ],
)
def test_what_is_no_document_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, text)
    assert said in caught.value.message
    assert "api.yaml" in caught.value.message
    assert caught.value.faults[0].level == "error"


@pytest.mark.parametrize("version", ["3", "3.0.3", "'3.0'", "3.1", "3.1.0", "3.2.0"])
def test_versions_that_are_read(tmp_path: Path, version: str) -> None:
    assert load(tmp_path, f"openapi: {version}\npaths: {{}}\n").version == version.strip("'")


# --- what breaks the standard is served ----------------------------------------------------------

CRIPPLED = """
    openapi: 3.0.0
    nonsense: 1
    paths:
      pets:
        get: {operationId: a}
      /pets/{id}:
        get:
          operationId: a
          oops: 1
          security: [{nobody: []}]
          parameters:
            - {name: other, in: path, required: true, schema: {type: string}}
            - {$ref: '#/components/parameters/Gone'}
          responses:
            200:
              description: ok
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Gone'}
            2xx: {description: range}
            later: {description: no status}
        PUT: {responses: {200: {description: ok}}}
      /list: []
      /search?by=name:
        get: {responses: [1]}
    components:
      schemas:
        Odd: {type: string, pattern: '(', format: shoe-size}
"""


def test_documents_that_break_the_standard_are_served_with_warnings(tmp_path: Path) -> None:
    document = load(tmp_path, CRIPPLED)
    assert [route.name for route in document.routes] == [
        "GET /pets",
        "GET /pets/{id}",
        "PUT /pets/{id}",
        "GET /search",
    ]
    endpoint = document.endpoint(document.routes[1])
    assert [(p.name, p.required, p.schema) for p in endpoint.parameters] == [
        ("id", True, {"type": "string"})
    ]
    assert [response.status for response in endpoint.responses] == ["200", "2XX"]
    assert endpoint.responses[0].content["application/json"].schema is True
    assert endpoint.security == ()
    assert document.endpoint(document.routes[0]).responses[0].status == "200"


@pytest.mark.parametrize(
    "said",
    [
        ": `info` is missing",
        "/nonsense: unknown key",
        "/paths/pets: a path must start with `/`",
        "/paths/pets/get: an operation needs `responses`",
        "/paths/~1pets~1{id}/get/operationId: the operationId `a` is also that of GET /pets",
        "/paths/~1pets~1{id}/get/oops: unknown key",
        "/paths/~1pets~1{id}/get/parameters/0: the path `/pets/{id}` has no `{other}`",
        "/paths/~1pets~1{id}/get/parameters/1: `$ref: #/components/parameters/Gone` leads to",
        "/paths/~1pets~1{id}/get: the path parameter `id` is not declared",
        "/paths/~1pets~1{id}/get/security/0: the security scheme `nobody` is not defined",
        "/content/application~1json/schema: `$ref: #/components/schemas/Gone` leads to nothing",
        "/paths/~1pets~1{id}/get/responses/later: `later` is no status code",
        "/paths/~1pets~1{id}/PUT: methods are written in lower case",
        "/paths/~1list: a path item must be an object, not a list",
        "/paths/~1search?by=name: a path holds no query",
        ": the pattern `(` is no regular expression",
        ": the format `shoe-size` is not known",
    ],
)
def test_each_warning_says_where_and_what(tmp_path: Path, said: str) -> None:
    assert any(said in message for message in messages(load(tmp_path, CRIPPLED)))


def test_examples_that_break_their_schema_are_named(tmp_path: Path) -> None:
    document = load(
        tmp_path,
        """
        openapi: 3.1.0
        info: {title: x}
        paths:
          /a:
            get:
              responses:
                200:
                  content:
                    application/json:
                      schema: {type: object, required: [id]}
                      examples: {good: {value: {id: 1}}, bad: {value: {}}}
        """,
    )
    assert [m for m in messages(document) if "breaks its schema" in m] == [
        "/paths/~1a/get: the example `bad` of the response of application/json breaks its schema:"
        ' example: "id" is a required property'
    ]


# --- routes and servers --------------------------------------------------------------------------


def test_routes_say_what_they_are_without_compiling(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("items: {pets: {get: {responses: {200: {}}}}}")
    document = load(
        tmp_path,
        """
        openapi: 3.2.0
        info: {title: Shop}
        servers: [{url: https://example.com/v1}]
        paths:
          /pets:
            servers: [{url: /special}]
            get:
              operationId: listPets
              summary: All of them
              responses: {200: {}, '4xx': {}, default: {}, x-more: 1}
            post: {servers: [{url: /}], responses: {201: {}}}
            query: {responses: {200: {}}}
            additionalOperations: {COPY: {responses: {200: {}}}}
          /more: {$ref: './more.yaml#/items/pets'}
        """,
    )
    assert document.title == "Shop"
    assert document.base_paths == ("/v1",)
    first, second, third, fourth, fifth = document.routes
    assert (first.method, first.path, first.operation_id) == ("GET", "/pets", "listPets")
    assert (first.summary, first.statuses) == ("All of them", ("200", "4XX", "default"))
    assert first.pointer == "/paths/~1pets/get"
    assert (first.servers, second.servers, fifth.servers) == (("/special",), (), None)
    assert (third.name, fourth.name) == ("QUERY /pets", "COPY /pets")
    assert (fifth.name, fifth.pointer) == ("GET /more", "/items/pets/get")
    assert Path(fifth.place.file).name == "more.yaml"
    assert [Path(file).name for file in document.files] == ["api.yaml", "more.yaml"]
    assert document.endpoint(fifth).responses[0].status == "200"


@pytest.mark.parametrize(
    ("servers", "paths"),
    [
        (
            "[{url: 'https://a.example/v1/'}, {url: /v2}, {url: v3}, {url: /}]",
            ("/v1", "/v2", "/v3"),
        ),
        (
            "[{url: 'https://{h}.example/{v}', variables:"
            " {h: {default: a, enum: [a, b]}, v: {default: v1, enum: [v1, v2]}}}]",
            ("/v1", "/v2"),
        ),
        ("[{url: 'https://a.example/{v}'}]", ("/v",)),
        ("[{url: 'http://[bad/x'}, 5, {}]", ()),
        ("{url: /v1}", ()),
        ("[{url: '{base}/api', variables: {base: {default: 'https://a.example/x'}}}]", ("/x/api",)),
    ],
)
def test_base_paths(tmp_path: Path, servers: str, paths: tuple[str, ...]) -> None:
    document = load(tmp_path, f"openapi: 3.0.0\nservers: {servers}\npaths: {{}}\n")
    assert document.base_paths == paths


def test_a_server_of_very_many_values_is_bounded(tmp_path: Path) -> None:
    variables = {
        f"v{i}": {"default": "a", "enum": [f"e{n}" for n in range(100)]} for i in range(50)
    }
    url = "/" + "/".join(f"{{{name}}}" for name in variables)
    document = load(
        tmp_path,
        {"openapi": "3.0.0", "paths": {}, "servers": [{"url": url, "variables": variables}]},
    )
    assert 0 < len(document.base_paths) <= 32


def test_path_items_that_refer_to_one_another_are_left_out(tmp_path: Path) -> None:
    document = load(
        tmp_path,
        """
        openapi: 3.0.0
        paths:
          /a: {$ref: '#/paths/~1b'}
          /b: {$ref: '#/paths/~1a'}
          /c: {get: {responses: {200: {}}}}
        """,
    )
    assert [route.name for route in document.routes] == ["GET /c"]


def test_large_documents_load_in_no_time(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {
            f"property{i}": {"type": "string", "description": "x" * 60} for i in range(40)
        },
    }
    operation = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    document = {
        "openapi": "3.0.0",
        "info": {"title": "big"},
        "paths": {f"/thing{i}/{{id}}": {"get": operation, "put": operation} for i in range(600)},
        "components": {"schemas": {f"Thing{i}": schema for i in range(600)}},
    }
    path = tmp_path / "big.json"
    path.write_bytes(msgspec.json.encode(document))
    start = time.process_time()
    loaded = OpenApiDocument.load(Spec(str(path), "big"))
    endpoint = loaded.endpoint(loaded.routes[700])
    assert time.process_time() - start < 5
    assert (len(loaded.routes), endpoint.name) == (1200, "GET /thing350/{id}")
