from __future__ import annotations

import pytest

from polymock.world.names import (
    collection_name,
    entity_name,
    fold,
    key_property,
    plural,
    reference_stem,
    singular,
    words,
)


@pytest.mark.parametrize("name", ["order_id", "orderId", "OrderID", "order-id", "ORDER_ID"])
def test_spelling_does_not_count(name: str) -> None:
    assert fold(name) == "orderid"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("orderLineIDs", ("order", "line", "ids")),
        ("HTTPServer2", ("http", "server", "2")),
        ("snake_case-name", ("snake", "case", "name")),
        ("ABC", ("abc",)),
        ("", ()),
    ],
)
def test_words(name: str, parts: tuple[str, ...]) -> None:
    assert words(name) == parts


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("category", "categories"),
        ("day", "days"),
        ("box", "boxes"),
        ("address", "addresses"),
        ("person", "people"),
        ("status", "statuses"),
        ("series", "series"),
        ("child", "children"),
        ("bus", "buses"),
        ("movie", "movies"),
        ("pet", "pets"),
        ("dish", "dishes"),
        ("analysis", "analyses"),
    ],
)
def test_one_and_many(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one
    assert singular(one) == one
    assert plural(many) == many


_NOUNS = """
account api alias asset author axis basis blog board bonus book box branch bus campus canvas cart
category channel city class comment company country course cpu customer database day device dish
employee entry event file gallery hero house image invoice issue item key kpi language leaf lens
library line match media menu message movie news order page payment permission person pet photo
policy post potato price process product property proxy quiz repository review role schedule series
session size sku status story subscription switch tag task tax taxi team ticket topic user virus
warehouse wish
"""


@pytest.mark.parametrize("noun", _NOUNS.split())
def test_a_type_and_a_path_meet_in_one_collection(noun: str) -> None:
    many = plural(noun)
    assert plural(many) == many
    assert collection_name(noun.title()) == collection_name(many) == many


@pytest.mark.parametrize(
    ("name", "entity", "collection"),
    [
        ("PetResponse", "pet", "pets"),
        ("OrderLine", "order_line", "order_lines"),
        ("NewProductDto", "product", "products"),
        ("Response", "response", "responses"),
        ("order_lines", "order_line", "order_lines"),
        ("OrderItem", "order_item", "order_items"),
        ("PlayList", "play_list", "play_lists"),
        ("DnsRecord", "dns_record", "dns_records"),
        ("ProductListItem", "product", "products"),
        ("", "", ""),
    ],
)
def test_types_and_collections(name: str, entity: str, collection: str) -> None:
    assert entity_name(name) == entity
    assert collection_name(name) == collection


@pytest.mark.parametrize(
    ("names", "entity", "parameter", "key"),
    [
        (("id", "name"), "pet", "", "id"),
        (("id", "name"), "pet", "petId", "id"),
        (("petId", "name"), "pet", "id", "petId"),
        (("pet_id", "id"), "pet", "petId", "pet_id"),
        (("sku", "name"), "product", "", "sku"),
        (("username", "email"), "user", "username", "username"),
        (("uuid", "id"), "pet", "", "id"),
        (("color",), "pet", "", ""),
    ],
)
def test_keys(names: tuple[str, ...], entity: str, parameter: str, key: str) -> None:
    assert key_property(names, entity, parameter) == key


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("customerId", "customer"),
        ("owner_uuid", "owner"),
        ("tagIds", "tag"),
        ("billingCustomerId", "billingcustomer"),
        ("id", ""),
        ("name", ""),
        ("grid", ""),
    ],
)
def test_references(name: str, stem: str) -> None:
    assert reference_stem(name) == stem
