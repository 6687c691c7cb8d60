"""Which operations read and write entities, and which do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from polymock.interfaces import Spec
from polymock.samples import Sampler
from polymock.world.entities import MISSING, Binding, Inference
from polymock_openapi.spec.document import OpenApiDocument
from polymock_openapi.world.inferring import infer

ROOT = Path(__file__).parents[4]
PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "ownerId": {"type": ["string", "null"]},
        "friend": {"$ref": "#/components/schemas/Pet"},
        "tagIds": {"type": "array", "items": {"type": "integer"}},
    },
}
OWNER = {
    "type": "object",
    "required": ["uuid"],
    "properties": {"uuid": {"type": "string", "format": "uuid"}, "name": {"type": "string"}},
}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def answers(schema: Any = None, status: str = "200") -> dict[str, Any]:
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {status: {"description": "ok", **content}}


def reads(schema: Any) -> dict[str, Any]:
    return {"responses": answers(schema)}


def writes(body: Any, schema: Any = None, status: str = "200") -> dict[str, Any]:
    content = {"application/json": {"schema": body}}
    return {"requestBody": {"content": content}, "responses": answers(schema, status)}


def inferred(tmp_path: Path, paths: dict[str, Any], **schemas: Any) -> Inference:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"schemas": {"Pet": PET, "Owner": OWNER, **schemas}},
    }
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    return infer_file(file)


def infer_file(file: Path) -> Inference:
    document = OpenApiDocument.load(Spec(str(file), "t"))
    return infer(document, Sampler(document.definitions))


def bound(inference: Inference) -> dict[str, tuple[str, str]]:
    return {each.operation: (each.role, each.collection) for each in inference.bindings if each.why}


def binding(inference: Inference, operation: str) -> Binding:
    return next(each for each in inference.bindings if each.operation == operation)


def test_a_collection_and_its_items(tmp_path: Path) -> None:
    inference = inferred(
        tmp_path,
        {
            "/v1/pets": {
                "get": reads({"type": "array", "items": ref("Pet")}),
                "post": writes(ref("Pet"), ref("Pet"), "201"),
            },
            "/v1/pets/{petId}": {
                "get": reads(ref("Pet")),
                "put": writes(ref("Pet"), ref("Pet")),
                "patch": writes({"type": "object"}, ref("Pet")),
                "delete": {"responses": answers(status="204")},
            },
            "/v1/pets/{petId}/feed": {"post": writes({"type": "object"}, ref("Pet"))},
            "/v1/pets/{petId}/photo": {"get": reads({"type": "string"})},
            "/login": {
                "post": writes(
                    {"properties": {"name": {"type": "string"}}},
                    {"properties": {"token": {"type": "string"}}},
                )
            },
        },
    )
    assert bound(inference) == {
        "GET /v1/pets": ("list", "pets"),
        "POST /v1/pets": ("create", "pets"),
        "GET /v1/pets/{petId}": ("get", "pets"),
        "PUT /v1/pets/{petId}": ("replace", "pets"),
        "PATCH /v1/pets/{petId}": ("update", "pets"),
        "DELETE /v1/pets/{petId}": ("delete", "pets"),
    }
    offered = {each.operation for each in inference.bindings if not each.why}
    assert offered == {"POST /v1/pets/{petId}/feed", "GET /v1/pets/{petId}/photo", "POST /login"}


def test_what_a_kind_is(tmp_path: Path) -> None:
    inference = inferred(tmp_path, {"/pets/{petId}": {"get": reads(ref("Pet"))}})
    (pet,) = inference.kinds
    assert (pet.name, pet.collection, pet.key) == ("Pet", "pets", "id")
    assert pet.properties == ("id", "name", "ownerId", "friend", "tagIds")
    assert (pet.typed_key("7"), pet.typed_key("x")) == (7, MISSING)
    assert pet.imagine("7", 5) == pet.imagine("7", 5) != pet.imagine("8", 6)
    told = {each.property: each for each in pet.references}
    assert (told["ownerId"].target, told["ownerId"].optional) == ("owner", True)
    assert (told["friend"].target, told["friend"].embeds) == ("Pet", True)
    assert (told["tagIds"].target, told["tagIds"].many) == ("tag", True)


def test_keys_that_are_sampled_need_no_whole_object(tmp_path: Path) -> None:
    inference = inferred(tmp_path, {"/owners/{ownerId}": {"get": reads(ref("Owner"))}})
    (owner,) = inference.kinds
    assert owner.key == "uuid"
    alone = owner.imagine("", 3)
    assert owner.typed_key(alone["uuid"]) == alone["uuid"]
    assert owner.typed_key("7") is MISSING


def test_envelopes_are_opened(tmp_path: Path) -> None:
    inference = inferred(
        tmp_path,
        {
            "/pets": {
                "get": reads(
                    {
                        "type": "object",
                        "properties": {
                            "code": {"type": "integer"},
                            "data": {
                                "type": "object",
                                "properties": {
                                    "items": {"type": "array", "items": ref("Pet")},
                                    "total": {"type": "integer"},
                                },
                            },
                        },
                    }
                )
            },
            "/pets/{id}": {
                "get": reads(
                    {
                        "type": "object",
                        "properties": {"code": {"type": "integer"}, "data": ref("Pet")},
                    }
                )
            },
        },
    )
    assert [kind.name for kind in inference.kinds] == ["Pet"]
    assert bound(inference) == {"GET /pets": ("list", "pets"), "GET /pets/{id}": ("get", "pets")}


def test_schemas_that_stand_inline_are_called_as_their_path(tmp_path: Path) -> None:
    crate = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "size": {"type": "integer"}},
    }
    inference = inferred(
        tmp_path,
        {
            "/crates": {
                "get": reads({"type": "array", "items": crate}),
                "post": writes(crate, crate, "201"),
            },
            "/crates/{crateId}": {"get": reads(crate)},
        },
    )
    assert {kind.collection for kind in inference.kinds} == {"crates"}
    assert inference.kinds[0].name == "Crate"
    assert len({kind.name for kind in inference.kinds}) == len(inference.kinds)
    assert len(bound(inference)) == 3


def test_what_stands_below_an_entity_refers_to_it(tmp_path: Path) -> None:
    inference = inferred(
        tmp_path,
        {
            "/owners/{ownerId}": {"get": reads(ref("Owner"))},
            "/owners/{ownerId}/pets": {"get": reads({"type": "array", "items": ref("Pet")})},
            "/owners/{oid}/toys/{toyId}": {"get": reads(ref("Toy"))},
        },
        Toy={"type": "object", "properties": {"id": {"type": "integer"}}},
    )
    pets = binding(inference, "GET /owners/{ownerId}/pets").notes
    assert [(each.parameter, each.kind) for each in pets.parents] == [("ownerId", "Owner")]
    toys = binding(inference, "GET /owners/{oid}/toys/{toyId}").notes
    assert (toys.key, toys.parents[0].parameter, toys.scopes) == ("toyId", "oid", ())
    toy = next(kind for kind in inference.kinds if kind.name == "Toy")
    assert [(each.property, each.target) for each in toy.references] == [("oid", "Owner")]


@pytest.mark.parametrize(
    "paths",
    [
        {"/rates/{from}/{to}": {"get": reads(ref("Pet"))}},
        {"/search": {"get": reads({"type": "array", "items": ref("Pet")})}},
        {
            "/stats/{day}": {
                "get": reads({"type": "object", "properties": {"sum": {"type": "integer"}}})
            }
        },
        {"/pets/{id}": {"get": reads({"type": "array", "items": {"type": "string"}})}},
        {"/pets/find_by_name/{name}": {"get": reads(ref("Pet"))}},
        {"/checkout": {"post": writes(ref("Pet"), ref("Pet"))}},
        {"/pets": {"get": {"responses": {}}}},
    ],
)
def test_in_doubt_nothing_is_bound(tmp_path: Path, paths: dict[str, Any]) -> None:
    assert bound(inferred(tmp_path, paths)) == {}


def test_members_of_others_are_taken_from_them_and_not_away(tmp_path: Path) -> None:
    inference = inferred(
        tmp_path,
        {
            "/pets/{petId}": {"get": reads(ref("Pet")), "delete": {"responses": answers()}},
            "/owners/{ownerId}": {"get": reads(ref("Owner"))},
            "/owners/{ownerId}/pets": {
                "post": writes(
                    {"type": "object", "properties": {"id": {"type": "integer"}}}, ref("Pet")
                )
            },
            "/owners/{ownerId}/pets/{petId}": {"delete": {"responses": answers(ref("Pet"))}},
        },
    )
    assert {"GET /pets/{petId}", "DELETE /pets/{petId}"} <= bound(inference).keys()
    assert not [name for name in bound(inference) if name.startswith(("POST", "DELETE /owners"))]


def test_what_a_put_without_a_body_puts_among_others_a_delete_takes_from_them(
    tmp_path: Path,
) -> None:
    item = {"put": {"responses": answers(status="204")}, "delete": {"responses": answers()}}
    inference = inferred(
        tmp_path,
        {
            "/pets/{petId}": {
                "get": reads(ref("Pet")),
                "put": writes(ref("Pet"), ref("Pet")),
                "delete": {"responses": answers()},
            },
            "/owners/{ownerId}": {"get": reads(ref("Owner"))},
            "/owners/{ownerId}/pets": {"get": reads({"type": "array", "items": ref("Pet")})},
            "/owners/{ownerId}/pets/{petId}": {**item, "get": reads(ref("Pet"))},
        },
    )
    roles = bound(inference)
    assert {"PUT /pets/{petId}", "DELETE /pets/{petId}"} <= roles.keys()
    assert not [name for name in roles if name.startswith(("PUT /owners", "DELETE /owners"))]


def test_petstores_ways(tmp_path: Path) -> None:
    pets = {"type": "array", "items": ref("Pet")}
    inference = inferred(
        tmp_path,
        {
            "/pet": {"post": writes(ref("Pet"), ref("Pet")), "put": writes(ref("Pet"), ref("Pet"))},
            "/pet/findByStatus": {"get": reads(pets)},
            "/pet/createWithList": {"post": writes(pets, ref("Pet"))},
            "/pet/{petId}": {
                "get": reads(ref("Pet")),
                "post": {
                    "parameters": [{"name": "name", "in": "query", "schema": {"type": "string"}}],
                    "responses": answers(ref("Pet")),
                },
            },
            "/pet/{petId}/uploadImage": {"post": writes({"type": "string"}, ref("Owner"))},
        },
    )
    assert bound(inference) == {
        "POST /pet": ("create", "pets"),
        "PUT /pet": ("replace", "pets"),
        "GET /pet/findByStatus": ("list", "pets"),
        "POST /pet/createWithList": ("create", "pets"),
        "GET /pet/{petId}": ("get", "pets"),
        "POST /pet/{petId}": ("update", "pets"),
    }
    assert binding(inference, "PUT /pet").notes.in_body
    assert binding(inference, "POST /pet/createWithList").notes.many


def test_the_example_shop() -> None:
    inference = infer_file(ROOT / "examples" / "shop" / "openapi.yaml")
    assert [kind.collection for kind in inference.kinds] == [
        "products",
        "categories",
        "customers",
        "orders",
    ]
    assert [each.operation for each in inference.bindings if not each.why] == []
    cancel = binding(inference, "POST /orders/{orderId}:cancel")
    assert (cancel.role, cancel.kind) == ("update", "Order")
    assert cancel.why == "cancel: status is cancelled"
    assert (
        binding(inference, "POST /customers/{customerId}/orders").notes.item == "/orders/{orderId}"
    )


ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "status": {"type": "string", "enum": ["new", "paid", "uploaded", "fed"]},
        "locked": {"type": "boolean"},
    },
}
FILE = {"type": "object", "properties": {"data": {"type": "string", "format": "binary"}}}
MUCH = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(20)}}


@pytest.mark.parametrize(
    ("path", "method", "operation", "is_bound"),
    [
        ("/orders/{id}/pay", "post", {"responses": answers(ref("Order"))}, True),
        ("/orders/{id}:pay", "post", {"responses": answers(ref("Order"))}, True),
        ("/orders/{id}/payOrder", "put", {"responses": answers(None, "204")}, True),
        ("/orders/{id}/lock", "patch", writes({"type": "object"}, ref("Order")), True),
        ("/orders/{id}/pay", "post", writes(MUCH, ref("Order")), False),
        ("/orders/{id}/pay", "post", {"responses": answers(ref("Pet"))}, False),
        ("/orders/{id}/pay", "delete", {"responses": answers(None, "204")}, False),
        ("/orders/{id}/payInvoice", "post", {"responses": answers(ref("Order"))}, False),
        ("/orders/{id}/feed/now", "post", {"responses": answers(ref("Order"))}, False),
        ("/orders/{id}/search", "post", {"responses": answers(ref("Order"))}, False),
        ("/orders/{id}/upload", "post", writes(FILE, ref("Order")), False),
        ("/orders/{id}/pay/{part}", "post", {"responses": answers(ref("Order"))}, False),
        ("/orders/pay", "post", {"responses": answers(ref("Order"))}, False),
        ("/orders:pay", "post", {"responses": answers(ref("Order"))}, False),
        ("/pay/{id}", "post", {"responses": answers(ref("Order"))}, False),
    ],
)
def test_actions(
    tmp_path: Path, path: str, method: str, operation: dict[str, Any], is_bound: bool
) -> None:
    paths = {"/orders/{id}": {"get": reads(ref("Order"))}, path: {method: operation}}
    inference = inferred(tmp_path, paths, Order=ORDER)
    found = {"GET /orders/{id}": ("get", "orders")}
    if is_bound:
        found[f"{method.upper()} {path}"] = ("update", "orders")
    assert bound(inference) == found


def test_what_may_be_an_action_may_be_a_collection_too(tmp_path: Path) -> None:
    path = "/orders/{id}/diary"
    paths = {"/orders/{id}": {"get": reads(ref("Order"))}, path: {"post": writes(PET, ref("Pet"))}}
    notes = binding(inferred(tmp_path, paths, Order=ORDER), f"POST {path}").notes
    assert notes.by("update").key == "id"
    assert notes.by("update").parents == ()
    assert notes.by("create").key == ""
    assert [(each.parameter, each.kind) for each in notes.by("create").parents] == [("id", "Order")]
