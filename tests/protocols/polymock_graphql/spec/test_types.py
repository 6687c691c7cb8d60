from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_leaf_type

from polymock.interfaces import Spec
from polymock.jsonschema import Validator
from polymock.samples import Sampler
from polymock_graphql.model import GraphqlDocument, TypeSchemas
from polymock_graphql.spec.document import load

Load = Callable[..., GraphqlDocument]
CORPUS = Path(__file__).parents[5] / "shared/corpus/graphql"
DOCUMENTS = sorted(CORPUS.glob("*.graphql"))
needs_corpus = pytest.mark.skipif(not DOCUMENTS, reason=f"no corpus of documents at {CORPUS}")
NULL = {"type": "null"}
SDL = """
    type Query { pet(id: ID!): Pet pets(first: Int): [Pet!]! any: Any }
    interface Node { id: ID! }
    type Pet implements Node { id: ID! name: String kind: Kind! tags: [String!] owner: Owner! }
    type Owner implements Node { id: ID! pets: [[Pet]!] born: Date }
    union Any = Pet | Owner
    enum Kind { CAT DOG }
    scalar Date
    input New { name: String! age: Int = 3 nested: New }
    input One @oneOf { a: Int b: [String] }
"""


def test_objects(load_sdl: Load) -> None:
    schemas: TypeSchemas = load_sdl(SDL).schemas
    assert schemas.definitions["Pet"] == {
        "type": "object",
        "properties": {
            "id": {"$ref": "#/$defs/ID"},
            "name": {"anyOf": [{"$ref": "#/$defs/String"}, NULL]},
            "kind": {"$ref": "#/$defs/Kind"},
            "tags": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/String"}}, NULL]},
            "owner": {"$ref": "#/$defs/Owner"},
        },
        "required": ["id", "kind"],
    }
    query = schemas.definitions["Query"]
    assert isinstance(query, dict)
    assert list(query["properties"]) == ["pets", "any"]
    assert schemas.definitions["Kind"] == {"type": "string", "enum": ["CAT", "DOG"]}


@pytest.mark.parametrize("name", ["Node", "Any"])
def test_abstract_types(load_sdl: Load, name: str) -> None:
    definitions = load_sdl(SDL).schemas.definitions
    validator = Validator(definitions[name], definitions)
    owner = {"__typename": "Owner", "id": "1"}
    assert validator.is_valid(owner)
    assert not validator.is_valid({"id": "1"})
    assert not validator.is_valid({**owner, "__typename": "Pet"})


def test_input_objects(load_sdl: Load) -> None:
    definitions = load_sdl(SDL).schemas.definitions
    new = Validator(definitions["New"], definitions)
    assert new.is_valid({"name": "a", "nested": {"name": "b", "nested": None}})
    assert not new.is_valid({"age": 3})
    assert not new.is_valid({"name": "a", "other": 1})
    one = Validator(definitions["One"], definitions)
    assert one.is_valid({"b": [None]})
    assert not any(map(one.is_valid, [{}, {"a": None}, {"a": 1, "b": []}]))


def test_definitions_leave_introspection_out(load_sdl: Load) -> None:
    definitions = load_sdl(SDL).schemas.definitions
    assert len(definitions) == len(list(definitions))
    assert not any(name.startswith("__") for name in definitions)
    with pytest.raises(KeyError):
        definitions["Nothing"]


def test_leaves(load_sdl: Load) -> None:
    schemas = load_sdl(SDL).schemas
    assert schemas.leaf("Owner", "born") == {"type": "string", "format": "date"}
    assert schemas.leaf("Pet", "tags") is schemas.leaf("Pet", "tags")
    assert schemas.leaf("Node", "id") == {"type": "string"}
    assert schemas.leaf("One", "b") == {"type": "string"}
    for parent, field in (("Pet", "owner"), ("Pet", "nothing"), ("Nothing", "a"), ("Kind", "CAT")):
        with pytest.raises(KeyError):
            schemas.leaf(parent, field)


@needs_corpus
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_type_of_the_corpus_can_be_sampled(path: Path) -> None:
    document = load(Spec(str(path), "test"))
    definitions = document.schemas.definitions
    sampler = Sampler(definitions)
    for named in document.schema.type_map.values():
        if isinstance(named, GraphQLObjectType | GraphQLInputObjectType) and named.name[:2] != "__":
            for name, field in named.fields.items():
                if is_leaf_type(get_named_type(field.type)):
                    leaf = document.schemas.leaf(named.name, name)
                    sampler.sample(leaf, 1)
    for name in list(definitions)[:150]:
        assert Validator(definitions[name], definitions) is not None
