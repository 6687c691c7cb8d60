"""Lists, pages and connections: windows of one list each."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock.errors import TooLarge
from polymock_graphql.settings import GraphqlSettings, Limits

TOTAL = 25
CONNECTION = """
    query ($first: Int, $after: String, $last: Int, $before: String) {
      petsConnection(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
"""


def connection(shop: Any, **variables: Any) -> Any:
    return shop.data(CONNECTION, **variables)["petsConnection"]


def ids(found: Any) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


def test_lengths(shop: Any) -> None:
    found = shop.data("{ pets { id } grid rooms { id } pet(id: 1) { tags } }")
    assert len(found["pets"]) == 3
    assert [len(row) for row in found["grid"]] == [3, 3, 3]
    assert [len(row) for row in found["rooms"]] == [3, 3, 3]
    assert len(found["pet"]["tags"]) == 3
    assert shop.data("{ pets(limit: 0) { id } }") == {"pets": []}
    assert len(shop.data("{ pets(limit: 1000) { id } }")["pets"]) == TOTAL


def test_pages_tile(shop: Any) -> None:
    whole = shop.data("{ pets(limit: 25) { id } }")["pets"]
    by_offset = [
        pet
        for offset in range(0, TOTAL, 4)
        for pet in shop.data(f"{{ pets(limit: 4, offset: {offset}) {{ id }} }}")["pets"]
    ]
    assert by_offset == whole
    pages = [
        shop.data(f"{{ pets(limit: 10, page: {page}) {{ id }} }}")["pets"] for page in (1, 2, 3)
    ]
    assert [pet for page in pages for pet in page] == whole


def test_pages_that_tell_of_themselves(shop: Any) -> None:
    fields = "items { id } total pages page hasMore"
    first, last = (
        shop.data(f"{{ petPage(page: {page}) {{ {fields} }} }}")["petPage"] for page in (1, 7)
    )
    assert len(first.pop("items")) == 4
    assert len(last.pop("items")) == 1
    assert first == {"total": TOTAL, "pages": 7, "page": 1, "hasMore": True}
    assert last == {"total": TOTAL, "pages": 7, "page": 7, "hasMore": False}


def test_forward_pagination_tiles(shop: Any) -> None:
    seen: list[str] = []
    after = None
    while True:
        found = connection(shop, first=10, after=after)
        seen += ids(found)
        assert found["totalCount"] == TOTAL
        assert [node["id"] for node in found["nodes"]] == ids(found)
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert seen == ids(connection(shop, first=100))
    assert len(set(seen)) == TOTAL


def test_backward_pagination_tiles(shop: Any) -> None:
    seen: list[str] = []
    before = None
    while True:
        found = connection(shop, last=7, before=before)
        seen = ids(found) + seen
        before = found["pageInfo"]["startCursor"]
        if not found["pageInfo"]["hasPreviousPage"]:
            break
    assert seen == ids(connection(shop, first=100))


@settings(max_examples=40, deadline=None)
@given(
    first=st.none() | st.integers(0, 30),
    last=st.none() | st.integers(0, 30),
    after=st.none() | st.integers(0, TOTAL - 1),
    before=st.none() | st.integers(0, TOTAL - 1),
)
def test_windows_are_those_of_the_specification(
    shop: Any, first: int | None, last: int | None, after: int | None, before: int | None
) -> None:
    everything = connection(shop, first=TOTAL)["edges"]
    cursors = [edge["cursor"] for edge in everything]
    found = connection(
        shop,
        first=first,
        last=last,
        after=None if after is None else cursors[after],
        before=None if before is None else cursors[before],
    )
    edges = everything[0 if after is None else after + 1 : TOTAL if before is None else before]
    limit = 3 if first is None and last is None else first
    more = limit is not None and len(edges) > limit
    edges = edges if limit is None else edges[:limit]
    earlier = last is not None and len(edges) > last
    edges = edges if last is None else edges[len(edges) - min(last, len(edges)) :]
    assert found["edges"] == edges
    info = found["pageInfo"]
    if limit is not None:
        assert info["hasNextPage"] is more
    if last is not None:
        assert info["hasPreviousPage"] is earlier
    assert info["startCursor"] == (edges[0]["cursor"] if edges else None)
    assert info["endCursor"] == (edges[-1]["cursor"] if edges else None)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "Y3Vyc29yOi0x", base64.b64encode(b"cursor:25").decode(), "\ud800", "9" * 200],
)
def test_wrong_cursors_are_errors(shop: Any, cursor: str) -> None:
    (error,) = shop.errors(CONNECTION, after=cursor)
    assert "cursor" in error["message"]
    assert error["path"] == ["petsConnection"]


def test_negative_numbers_are_errors(shop: Any) -> None:
    for arguments in ("first: -1", "last: -2"):
        (error,) = shop.errors(f"{{ petsConnection({arguments}) {{ totalCount }} }}")
        assert "must not be negative" in error["message"]
    assert shop.errors("{ pets(offset: -1) { id } }")


def test_list_length_directive(plan_over: Any) -> None:
    planned = plan_over("""
        directive @listLength(min: Int!, max: Int!) on FIELD_DEFINITION
        type Query { pets(first: Int): [Pet!]! @listLength(min: 4, max: 6) }
        type Pet { id: ID! tags: [String!]! @listLength(min: 1, max: 1) }
    """)
    pets = planned.data("{ pets { tags } }")["pets"]
    assert 4 <= len(pets) <= 6
    assert all(len(pet["tags"]) == 1 for pet in pets)
    assert len(planned.data("{ pets(first: 100) { id } }")["pets"]) == len(pets)


def test_dear_answers_are_refused(plan_over: Any) -> None:
    settings = GraphqlSettings(limits=Limits(cost=200), list_length=10)
    planned = plan_over("type Query { a: [A!]! } type A { a: [A!]! n: Int }", 1, settings)
    assert len(planned.data("{ a { n } }")["a"]) == 10
    with pytest.raises(TooLarge, match=r"limits\.cost"):
        planned.data("{ a { a { a { n } } } }")


def test_connections_of_leaves(plan_over: Any) -> None:
    planned = plan_over("""
        type Query { tags(first: Int): Tags! }
        type Tags { edges: [TagEdge!]! totalCount: Int! }
        type TagEdge { cursor: String! node: String! }
    """)
    found = planned.data("{ tags(first: 4) { totalCount edges { cursor node } } }")["tags"]
    assert found["totalCount"] == TOTAL
    assert len({edge["cursor"] for edge in found["edges"]}) == 4
    assert all(isinstance(edge["node"], str) for edge in found["edges"])
    assert planned.data("{ tags(first: 1) { edges { node } } }")["tags"]["edges"] == [
        {"node": found["edges"][0]["node"]}
    ]
