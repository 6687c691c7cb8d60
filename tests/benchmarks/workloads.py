"""What is asked of every target, over and over."""

from __future__ import annotations

import json
from typing import Literal

import msgspec

COUNTER = "@N@"
"""Stands in a body or a path for a number that is another one in each request."""

Group = Literal["rest", "graphql", "grpc", "world"]


class Workload(msgspec.Struct, frozen=True):
    """One request. `status` is the one that counts as answered; `targets` have it, all where
    none is named. A gRPC body is the message as hexadecimal digits."""

    name: str
    title: str
    method: str
    path: str
    status: int
    body: str = ""
    group: Group = "rest"
    targets: tuple[str, ...] = ()
    against: str = ""
    """The workload whose measure it is compared with; "" is its own."""
    highest: int = 10**9
    """The last number of the counter, which begins again behind it."""

    @property
    def key(self) -> str:
        """How the bare app knows it."""
        return f"{self.method} {self.path}"


NEW_PET = {
    "name": "Rex",
    "species": "dog",
    "bornOn": "2023-04-01",
    "tags": ["friendly", "house-trained"],
    "owner": {"name": "Ada Mills", "email": "ada.mills@example.com"},
}
WORKLOADS = (
    Workload("W1", "GET /pets/1, from an example", "GET", "/pets/1", 200),
    Workload("W2", "GET /pets, a list made from the schema", "GET", "/pets", 200),
    Workload(
        "W3", "POST /pets, validated against its schema", "POST", "/pets", 201, json.dumps(NEW_PET)
    ),
)
QUERY = "query($id: ID!) { pet(id: $id) { id name price owner { name } tags } }"


def _query(pet: str) -> str:
    return json.dumps({"query": QUERY, "variables": {"id": pet}})


GRAPHQL_WORKLOADS = (
    Workload(
        "Q1",
        "a query with ever-changing variables",
        "POST",
        "/graphql",
        200,
        _query(COUNTER),
        "graphql",
    ),
    Workload("Q2", "the same query and variables", "POST", "/graphql", 200, _query("7"), "graphql"),
)
GET_PET = "0a0137"
"""GetPetRequest {id: "7"}."""
GRPC_WORKLOADS = (
    Workload(
        "G1",
        "unary over native gRPC",
        "POST",
        "/pets.v1.Pets/GetPet",
        200,
        GET_PET,
        "grpc",
        ("grpc.aio", "polymock", "polymock (grpcio)", "grpc-js mock"),
    ),
    Workload(
        "G2",
        "unary over Connect, JSON, the same request",
        "POST",
        "/pets.v1.Pets/GetPet",
        200,
        json.dumps({"id": "7"}),
        "grpc",
        ("polymock (Connect)",),
        "G1",
    ),
    Workload(
        "G3",
        "unary over Connect, JSON, ever-changing",
        "POST",
        "/pets.v1.Pets/GetPet",
        200,
        json.dumps({"id": COUNTER}),
        "grpc",
        ("polymock (Connect)",),
        "G1",
    ),
)

SMALL, LARGE = "1,000 entities", "1,000,000 entities"
WORLD_SIZES = {SMALL: 1_000, LARGE: 1_000_000}


def _world(
    name: str, title: str, method: str, path: str, body: str = "", highest: int = 1000
) -> Workload:
    """A request about pets that somebody wrote, on worlds of two sizes."""
    status = 201 if method == "POST" else 200
    return Workload(name, title, method, path, status, body, "world", (SMALL, LARGE), "W1", highest)


_PAGE = "/pets?limit=20&page="
WORLD_WORKLOADS = (
    Workload("W1", "GET /pets/1, from an example", "GET", "/pets/1", 200, "", "world", ("static",)),
    _world("E1", "GET of ever-changing entities", "GET", f"/pets/{COUNTER}"),
    _world("E2", "GET of a page of 20, each time another", "GET", _PAGE + COUNTER, highest=50),
    Workload(
        "E3",
        "the same, deep in the list",
        "GET",
        f"{_PAGE}49{COUNTER}",
        200,
        "",
        "world",
        (LARGE,),
        "W1",
        999,
    ),
    _world("E4", "PUT of ever-changing entities", "PUT", f"/pets/{COUNTER}", json.dumps(NEW_PET)),
    _world("E5", "POST of a new entity", "POST", "/pets", json.dumps(NEW_PET)),
)

BY_HAND = {
    "GET /pets/1": (200, '{"id":1,"name":"Rex","species":"dog","bornOn":"2023-04-01"}'),
    "GET /pets": (200, json.dumps([{"id": n, "name": "Rex", "species": "dog"} for n in range(5)])),
    "POST /pets": (201, '{"id":1,"name":"Rex","species":"dog","bornOn":"2023-04-01"}'),
}
"""What the bare app and WireMock send where Polymock is not there to show its answers."""
