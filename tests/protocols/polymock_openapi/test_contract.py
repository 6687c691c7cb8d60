"""The contract as the engine meets it: addresses, methods, refusals."""

from pathlib import Path

import msgspec
import pytest

from polymock.engine import Engine
from polymock.interfaces import Spec
from polymock_openapi.contract import OpenApiContract
from polymock_openapi.spec.document import OpenApiDocument
from polymock_schemas.calls import Call, Reply

DOCUMENT = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: /v1}]
paths:
  /users/me:
    get: {responses: {"200": {description: it}}}
  /users/{userId}:
    get: {responses: {"200": {description: it}}}
    delete: {responses: {"204": {description: gone}}}
  /users/{name}/tags:
    get: {responses: {"200": {description: it}}}
  /users/{id}/tags:
    post: {responses: {"201": {description: made}}}
  /orders/{orderId}:
    parameters:
      - {name: orderId, in: path, required: true, schema: {type: integer}}
    get:
      responses:
        "200": {description: it}
        default:
          description: wrong
          content:
            application/json:
              schema:
                type: object
                required: [code, message]
                properties: {code: {type: integer}, message: {type: string}}
  /orders/{orderId}:cancel:
    post: {responses: {"200": {description: it}}}
"""


@pytest.fixture
def contract(tmp_path: Path) -> OpenApiContract:
    path = tmp_path / "shop.yaml"
    path.write_text(DOCUMENT)
    spec = Spec(location=str(path), name="shop")
    return OpenApiContract(OpenApiDocument.load(spec), spec)


def call(method: str, path: str, **headers: str) -> Call:
    fields = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    return Call(method=method, path=path, query=b"", headers=tuple(fields.items()), fields=fields)


def answer(contract: OpenApiContract, method: str, path: str) -> Reply:
    return Engine(contract).handle(call(method, path))


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/users/me", ("GET", "HEAD")),
        ("/users/7", ("DELETE", "GET", "HEAD")),
        ("/v1/users/7", ("DELETE", "GET", "HEAD")),
        ("/users/7/tags", ("GET", "POST", "HEAD")),
        ("/orders/7", ("GET", "HEAD")),
        ("/orders/7:cancel", ("POST",)),
        ("/nothing", ()),
    ],
)
def test_an_address_has_the_methods_of_its_most_static_template(
    contract: OpenApiContract, path: str, methods: tuple[str, ...]
) -> None:
    assert contract.allowed(call("OPTIONS", path)) == methods


def test_a_less_static_template_answers_for_methods_that_the_other_has_not(
    contract: OpenApiContract,
) -> None:
    assert answer(contract, "DELETE", "/users/me").status == 204
    preflight = call("OPTIONS", "/users/me", access_control_request_method="DELETE")
    assert contract.allowed(preflight) == ("GET", "HEAD", "DELETE")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/users/me", b"GET, HEAD"),
        ("PATCH", "/orders/7:cancel", b"POST"),
        ("GET", "/orders/7:cancel", b"POST"),
        ("HEAD", "/orders/7:cancel", b"POST"),
    ],
)
def test_another_method_is_refused(
    contract: OpenApiContract, method: str, path: str, allow: bytes
) -> None:
    reply = answer(contract, method, path)
    assert (reply.status, dict(reply.headers)[b"allow"]) == (405, allow)


def test_a_wrong_capture_breaks_the_contract(contract: OpenApiContract) -> None:
    reply = answer(contract, "GET", "/orders/seven")
    assert (reply.status, reply.violations[0].location) == (422, "path.orderId")


def test_a_refusal_has_what_the_declared_error_requires(contract: OpenApiContract) -> None:
    document = msgspec.json.decode(answer(contract, "GET", "/orders/seven").body)
    assert document["code"] == document["status"] == 422
    assert document["message"] == document["detail"]
    assert document["violations"]
