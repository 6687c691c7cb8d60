from __future__ import annotations

from pathlib import Path

import pytest

from core.generating.conftest import SHOP, Make
from polymock.errors import SpecError

PROTO = """
syntax = "proto3";
package a.b;
import "a/types.proto";
service Greeter { rpc Greet(a.Name) returns (a.Name); }
"""
TYPES = 'syntax = "proto3"; package a; message Name { string name = 1; }'


def specs(folder: Path) -> list[str]:
    found = (folder / "out" / "specs").rglob("*")
    return sorted(
        str(path.relative_to(folder / "out" / "specs")) for path in found if path.is_file()
    )


def test_references_to_folders_beside_keep_working(tmp_path: Path, make: Make) -> None:
    document = SHOP.replace("#/components/schemas/Pet", "../types/pet.yaml#/Pet", 1)
    pet = "Pet: {type: object, properties: {id: {$ref: 'id.json'}}}"
    (tmp_path / "unused.yaml").write_text("no: part")
    make("api/shop.yaml", api__shop_yaml=document, types__pet_yaml=pet, types__id_json="{}")
    assert specs(tmp_path) == ["shop/api/shop.yaml", "shop/types/id.json", "shop/types/pet.yaml"]


def test_a_folder_above_that_imports_start_from_comes_along(tmp_path: Path, make: Make) -> None:
    result = make("x/a/b/g.proto", x__a__b__g_proto=PROTO, x__a__types_proto=TYPES)
    assert specs(tmp_path) == ["g/a/b/g.proto", "g/a/types.proto"]
    assert result.mocks[0].calls == 2


def test_a_reference_that_may_not_be_read_is_not_copied(tmp_path: Path, make: Make) -> None:
    (tmp_path / "secret.json").write_text('{"Pet": {"type": "string"}}')
    outward = SHOP.replace("#/components/schemas/Pet", "../../../secret.json#/Pet", 1)
    make("a/b/c/shop.yaml", a__b__c__shop_yaml=outward)
    assert specs(tmp_path) == ["shop/shop.yaml"]


def test_a_folder_of_documents_stays_one(tmp_path: Path, make: Make) -> None:
    parts = {"sdl__a_graphql": "type Query { b: B }", "sdl__b_graphql": "type B { id: ID }"}
    result = make("sdl", **parts)
    assert specs(tmp_path) == ["sdl/a.graphql", "sdl/b.graphql"]
    assert result.mocks[0].spec == "specs/sdl"


def test_what_is_included_comes_along(tmp_path: Path, make: Make) -> None:
    config = "mocks: [{spec: one/a.graphql, include: [two/b.graphql]}]"
    make(
        "polymock.yaml",
        polymock_yaml=config,
        one__a_graphql="type Query { b: B }",
        two__b_graphql="type B { id: ID }",
    )
    assert specs(tmp_path) == ["a/one/a.graphql", "a/two/b.graphql"]
    told = (tmp_path / "out" / "polymock.yaml").read_text()
    assert "- specs/a/two/b.graphql" in told


def test_a_document_that_cannot_be_served_leaves_nothing(tmp_path: Path, make: Make) -> None:
    with pytest.raises(SpecError):
        make(shop_yaml="openapi: 3.1.0\npaths: [")
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yaml"]
