"""What is asked of every target, over and over."""

from __future__ import annotations

import json

import msgspec


class Workload(msgspec.Struct, frozen=True):
    """One request. `status` is the one that counts as answered."""

    name: str
    title: str
    method: str
    path: str
    status: int
    body: str = ""

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

BY_HAND = {
    "GET /pets/1": (200, '{"id":1,"name":"Rex","species":"dog","bornOn":"2023-04-01"}'),
    "GET /pets": (200, json.dumps([{"id": n, "name": "Rex", "species": "dog"} for n in range(5)])),
    "POST /pets": (201, '{"id":1,"name":"Rex","species":"dog","bornOn":"2023-04-01"}'),
}
"""What the bare app and WireMock send where Polymock is not there to show its answers."""
