"""Names of resources taken apart."""

from __future__ import annotations

import pytest

from polymock_grpc.world.resource_names import NamePattern, read_pattern

BOOKS = NamePattern("shelves/{shelf_id}/books/{book}")


def test_a_name_is_parsed_and_composed() -> None:
    assert BOOKS.parse("shelves/1/books/7") == ("1", "7")
    assert BOOKS.compose(("1", "7")) == "shelves/1/books/7"
    assert BOOKS.below("shelves/1", "7") == "shelves/1/books/7"


@pytest.mark.parametrize("name", ["7", "shelves/1", "shelves//books/7", "shelves/1/pens/7", ""])
def test_another_name_is_not(name: str) -> None:
    assert BOOKS.parse(name) is None


def test_numbers_lead_to_keys_and_back() -> None:
    assert [BOOKS.index_of(BOOKS.key_at(number)) for number in (0, 41, 10**9)] == [0, 41, 10**9]
    assert [
        BOOKS.index_of(key) for key in ("book-0", "book-x", "7", "pen-1", "book-" + "9" * 30)
    ] == [None] * 5


def test_shapes_do_without_names() -> None:
    assert BOOKS.shape == "shelves/*/books/*"
    assert BOOKS.parent_shape == "shelves/*"


@pytest.mark.parametrize(
    "template", ["", "*", "config", "{a}/{b}", "users/{user}/settings", "a/{b}~{c}"]
)
def test_patterns_of_other_forms_are_not_taken_apart(template: str) -> None:
    assert read_pattern(template) is None
