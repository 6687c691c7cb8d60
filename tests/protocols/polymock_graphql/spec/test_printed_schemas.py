"""Schemas as other servers print them."""

from __future__ import annotations

from pathlib import Path

import pytest
import strawberry
from strawberry import federation

from polymock.testing import Polymock


@strawberry.type
class Owner:
    name: str


@strawberry.type(description="An animal that somebody owns")
class Pet:
    id: strawberry.ID
    name: str
    owner: Owner | None


@strawberry.type
class Query:
    @strawberry.field
    def pet(self, key: strawberry.ID) -> Pet | None:
        return None


@federation.type(keys=["id"])
class Product:
    id: strawberry.ID
    name: str


@strawberry.type
class Catalogue:
    @strawberry.field
    def products(self) -> list[Product]:
        return []


@pytest.mark.parametrize(
    ("schema", "query", "found"),
    [
        (strawberry.Schema(Query), "{ pet(key: 7) { id name owner { name } } }", "pet"),
        (federation.Schema(Catalogue), "{ products { id name } }", "products"),
        (federation.Schema(Catalogue), "{ _service { sdl } }", "_service"),
    ],
)
def test_what_strawberry_prints_is_served(
    schema: strawberry.Schema, query: str, found: str, tmp_path: Path
) -> None:
    file = tmp_path / "schema.graphql"
    file.write_text(schema.as_str(), "utf-8")
    with Polymock(file) as mock, mock.client() as client:
        answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer
    assert answer["data"][found]
