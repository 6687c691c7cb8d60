"""Schemas as strawberry prints them, by name, as JSON. A process of its own: importing strawberry
changes how graphql-core introspects."""

import json
import sys

import strawberry
from strawberry import federation


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


if __name__ == "__main__":
    schemas = {"plain": strawberry.Schema(Query), "subgraph": federation.Schema(Catalogue)}
    json.dump({name: schema.as_str() for name, schema in schemas.items()}, sys.stdout)
