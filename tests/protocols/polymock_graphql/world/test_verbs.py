"""What names of mutations say."""

from __future__ import annotations

import pytest

from polymock_graphql.world.verbs import read_name


@pytest.mark.parametrize(
    ("name", "act", "collection", "is_many"),
    [
        ("createProduct", "create", "products", False),
        ("productCreate", "create", "products", False),
        ("insert_products_one", "create", "products", False),
        ("insert_products", "create", "products", True),
        ("createManyProduct", "create", "products", True),
        ("update_products_by_pk", "update", "products", False),
        ("editOrderLine", "update", "order_lines", False),
        ("upsertOneUser", "save", "users", False),
        ("createOrUpdateUser", "save", "users", False),
        ("replaceUser", "replace", "users", False),
        ("deleteProducts", "delete", "products", True),
        ("removeCategory", "delete", "categories", False),
        ("cancelOrder", "", "orders", False),
        ("create", "create", "", False),
    ],
)
def test_a_name_is_a_verb_and_a_noun(name: str, act: str, collection: str, is_many: bool) -> None:
    deed = read_name(name)
    assert (deed.act, deed.collection, deed.is_many) == (act, collection, is_many)


def test_the_noun_as_it_is_written_and_what_copies() -> None:
    assert read_name("createPetDetails").collection == "pets"
    assert read_name("createPetDetails").own == "pet_details"
    assert read_name("cloneTemplateRepository").copies
    assert not read_name("createClone").copies
    assert not read_name("cancelOrder").copies
