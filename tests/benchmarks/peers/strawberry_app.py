"""strawberry's own Litestar controller, its parser and validation caches on: the app of Granian."""

from typing import Annotated

import strawberry
from litestar import Litestar
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.litestar import make_graphql_controller


@strawberry.type
class Owner:
    name: str


@strawberry.type
class Pet:
    id: strawberry.ID
    name: str
    price: float
    owner: Owner
    tags: list[str]


@strawberry.type
class Query:
    @strawberry.field
    def pet(self, key: Annotated[strawberry.ID, strawberry.argument(name="id")]) -> Pet:
        return Pet(key, "Rex", 12.5, Owner("Ada Mills"), ["friendly", "small"])


schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
app = Litestar([make_graphql_controller(schema, path="/graphql")])
