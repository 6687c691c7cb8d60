"""A little world for tests: two contracts that tell of customers, orders and categories.

`rest` has numbers and camelCase, `graph` text, snake_case, other spellings of enums, and embedded
objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from polymock.samples.seeds import derive, salt
from polymock.stores import Store
from polymock.world.entities import (
    MISSING,
    Binding,
    EntityKind,
    Inference,
    KindReference,
    Role,
)
from polymock.world.model import WorldModel, build_model
from polymock.world.names import collection_name
from polymock.world.seeds import read_seeds
from polymock.world.world import World
from polymock.world.writing import Writer
from polymock_schemas.config import CollectionConfig, WorldConfig
from polymock_storage.memory import MemoryStore

INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
NUMBER = {"type": "number"}
INSTANT = {"type": "string", "format": "date-time"}
UUID_TEXT = {"type": "string", "format": "uuid"}


def kind(
    name: str,
    properties: Mapping[str, Any],
    *,
    key: str = "id",
    required: Sequence[str] = (),
    references: Sequence[KindReference] = (),
    **more: Any,
) -> EntityKind:
    """A kind whose objects are made of its schema and a seed."""
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": [key, *required],
        **more,
    }

    def imagine(_key: str, seed: int) -> dict[str, Any]:
        return {n: _value(n, s, derive(seed, salt(n))) for n, s in properties.items()}

    return EntityKind(
        name=name,
        collection=collection_name(name),
        schema=schema,
        definitions={},
        key=key,
        properties=tuple(properties),
        imagine=imagine,
        typed_key=lambda text: _typed(text, properties[key]),
        references=tuple(references),
        why="a test has it",
        fill=_value_of,
    )


def _value_of(schema: Any, seed: int) -> Any:
    return _value("part", schema, seed)


def _value(name: str, schema: Mapping[str, Any], seed: int) -> Any:
    if "enum" in schema:
        return schema["enum"][seed % len(schema["enum"])]
    types = schema.get("type", "string")
    match types if isinstance(types, str) else types[0]:
        case "integer":
            return seed % 1000
        case "number":
            return seed % 1000 / 4
        case "boolean":
            return seed % 2 == 0
        case "array":
            return []
        case "object":
            return {n: _value(n, s, derive(seed, 1)) for n, s in schema["properties"].items()}
    if schema.get("format") == "date-time":
        return "2020-01-01T00:00:00Z"
    if schema.get("format") == "uuid":
        return str(UUID(int=seed))
    return f"{name} {seed % 1000}"


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    if schema["type"] == "integer":
        return int(text) if text.isascii() and text.isdecimal() else MISSING
    if schema.get("format") == "uuid":
        try:
            return str(UUID(text))
        except ValueError:
            return MISSING
    return text


CUSTOMER = kind(
    "Customer",
    {"id": INTEGER, "firstName": TEXT, "email": TEXT, "createdAt": INSTANT, "updatedAt": INSTANT},
    required=["firstName"],
)
ORDER = kind(
    "Order",
    {
        "id": INTEGER,
        "customerId": INTEGER,
        "status": {"type": "string", "enum": ["open", "paid"]},
        "totalCents": INTEGER,
        "note": {"type": ["string", "null"]},
        "address": {"type": "object", "properties": {"city": TEXT, "zip": INTEGER}},
        "tags": {"type": "array", "items": TEXT},
        "version": INTEGER,
    },
    required=["customerId", "status"],
    references=[KindReference("customerId", "customer")],
)
CATEGORY = kind(
    "Category",
    {"id": INTEGER, "name": TEXT, "parentId": {"type": ["integer", "null"]}},
    references=[KindReference("parentId", "parent", optional=True)],
)
GRAPH_CUSTOMER = kind("Customer", {"id": TEXT, "first_name": TEXT, "vip": {"type": "boolean"}})
GRAPH_ORDER = kind(
    "Order",
    {
        "id": TEXT,
        "customer": {"type": "object", "properties": {"id": TEXT, "first_name": TEXT}},
        "status": {"type": "string", "enum": ["OPEN", "PAID"]},
        "total_cents": NUMBER,
    },
    references=[KindReference("customer", "Customer", embeds=True)],
)


def bound(operation: str, role: Role, kind_: EntityKind, why: str = "a test binds it") -> Binding:
    """A binding of an operation to a kind's collection."""
    return Binding(operation, role, kind_.name, kind_.collection, why)


REST = Inference(
    (CUSTOMER, ORDER, CATEGORY),
    (
        bound("GET /customers", "list", CUSTOMER),
        bound("GET /customers/{id}", "get", CUSTOMER),
        bound("GET /orders", "list", ORDER),
        bound("GET /orders/{id}", "get", ORDER),
        bound("GET /categories", "list", CATEGORY),
        bound("GET /order-of-the-day", "get", ORDER, why=""),
    ),
    examples=(
        ("Customer", {"id": 10, "firstName": "Ada"}),
        ("Customer", {"id": 10, "firstName": "Eve", "email": "ada@example.com"}),
        ("Customer", {"firstName": "has no key"}),
        ("Order", {"id": 5, "customerId": 10, "status": "paid"}),
        ("Order", {"id": 6, "customerId": 11, "status": "paid"}),
        ("Order", {"id": 7, "customerId": 10, "status": "lost", "color": "red"}),
    ),
)
GRAPH = Inference(
    (GRAPH_CUSTOMER, GRAPH_ORDER),
    (bound("Query.customer", "get", GRAPH_CUSTOMER), bound("Query.order", "get", GRAPH_ORDER)),
)


def model_of(config: WorldConfig | None = None, **inferences: Inference) -> WorldModel:
    """The model of some contracts: of both, where none are named."""
    return build_model(inferences or {"rest": REST, "graph": GRAPH}, config or WorldConfig())


def world_of(
    config: WorldConfig | None = None,
    *,
    store: Store | None = None,
    folder: Path = Path(),
    **inferences: Inference,
) -> World:
    """A world of these contracts in memory; seeds are not planted."""
    config = config or WorldConfig()
    model = model_of(config, **inferences)
    return World(
        model,
        store or MemoryStore(),
        3600.0,
        lambda: read_seeds(config, folder, model),
    )


def writer_of(world: World, mock: str = "rest", session: str = "") -> Writer:
    """The world as a call of a mock has it."""
    return world.view(world.model.domains[mock], session)


def config_of(
    *, strict: bool = False, seed_from_examples: bool = False, **collections: Mapping[str, Any]
) -> WorldConfig:
    """A config of the world with these collections."""
    return WorldConfig(
        strict=strict,
        seed_from_examples=seed_from_examples,
        collections={name: CollectionConfig(**settings) for name, settings in collections.items()},
    )


def keys_of(world: World, collection: str, session: str = "") -> list[str]:
    """The keys of the rows that somebody wrote, in their order."""
    view = world.overview(session)
    return [row.key for row in view.rows.walk(collection)]
