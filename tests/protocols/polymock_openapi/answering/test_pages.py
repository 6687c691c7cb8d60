"""Lists that keep to the query and the path of their call."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from polymock.jsonschema import Validator
from polymock_openapi.answering.pages import fit_page
from polymock_openapi.model import Endpoint, Parameter, Preferences, Reading


def fitted(
    value: Any,
    query: Mapping[str, Any] | None = None,
    *,
    path: str = "/orders",
    captures: Mapping[str, Any] | None = None,
    declared: tuple[str, ...] = (),
    schema: Any = True,
) -> Any:
    query = query or {}
    parameters = tuple(
        Parameter(name, "query", required=False, style="form", explode=True, schema=True)
        for name in {*query, *declared}
    )
    endpoint = Endpoint(
        name=f"GET {path}",
        method="GET",
        path=path,
        pointer="/paths/x/get",
        parameters=parameters,
        body=None,
        responses=(),
        security=(),
        schemes={},
        callbacks=(),
        definitions={},
    )
    reading = Reading(
        endpoint=endpoint,
        method="GET",
        captures={},
        path=captures or {},
        query=query,
        header={},
        cookie={},
        body=msgspec.UNSET,
        media_type="",
        accept="",
        preferences=Preferences(),
        url="http://mock.test/",
        sent={},
    )
    return fit_page(value, reading, Validator(schema, {}).is_valid)


THREE: list[dict[str, Any]] = [{"id": 1}, {"id": 2}, {"id": 3}]


class TestItems:
    @pytest.mark.parametrize("name", ["limit", "per_page", "pageSize", "size", "maxResults"])
    def test_no_more_than_the_limit(self, name: str) -> None:
        assert fitted(THREE, {name: 2}) == THREE[:2]
        assert fitted({"data": THREE}, {name: 2}) == {"data": THREE[:2]}
        assert fitted({"data": {"rows": THREE}}, {name: 1}) == {"data": {"rows": THREE[:1]}}
        assert fitted(THREE, {name: 9}) == THREE

    def test_as_many_as_the_schema_asks_for(self) -> None:
        assert fitted(THREE, {"limit": 1}, schema={"minItems": 3}) == THREE

    def test_a_filter_is_said_back(self) -> None:
        orders = [{"id": 1, "status": "new"}, {"id": 2, "status": "paid"}]
        assert fitted(orders, {"status": "paid"}) == [
            {"id": 1, "status": "paid"},
            {"id": 2, "status": "paid"},
        ]
        assert fitted([{"customerId": 1}], {"customer_id": "7"}) == [{"customerId": 7}]
        assert fitted([{"tags": ["x"]}], {"tags": "y"}) == [{"tags": ["x"]}]
        assert fitted([{"a": 1}], {"b": 2}) == [{"a": 1}]

    def test_a_filter_of_several_values_is_shared_out(self) -> None:
        orders = [{"status": "new"}, {"status": "paid"}, {"status": "new"}]
        got = fitted(orders, {"status": ["paid", "sent"]})
        assert [order["status"] for order in got] == ["paid", "paid", "paid"]
        assert fitted(orders, {"status": []}) == orders

    def test_a_filter_that_the_items_do_not_admit_is_left_out(self) -> None:
        schema = {"items": {"properties": {"status": {"enum": ["new"]}}}}
        before = [{"status": "new", "city": "Rome"}]
        after = fitted(before, {"status": "paid", "city": "Bern"}, schema=schema)
        assert after == [{"status": "new", "city": "Bern"}]

    def test_one_id_is_one_item(self) -> None:
        assert fitted(THREE, {"id": 7}) == [{"id": 7}]
        assert [item["id"] for item in fitted(THREE, {"id": [8, 9]})] == [8, 9]

    @pytest.mark.parametrize(
        ("path", "captures", "after"),
        [
            ("/customers/{customerId}/orders", {"customerId": 7}, {"id": 1, "customerId": 7}),
            ("/customers/{customer_id}/orders", {"customer_id": "7"}, {"id": 1, "customerId": 7}),
            ("/customers/{id}/orders", {"id": 7}, {"id": 1, "customerId": 7}),
            ("/customers/{id}", {"id": 7}, {"id": 1, "customerId": 0}),
        ],
    )
    def test_items_belong_to_the_owner_in_the_path(
        self, path: str, captures: dict[str, Any], after: dict[str, Any]
    ) -> None:
        assert fitted([{"id": 1, "customerId": 0}], path=path, captures=captures) == [after]

    def test_the_given_value_is_left_as_it_is(self) -> None:
        before = {"data": [{"status": "new"}], "page": 5}
        fitted(before, {"status": "paid", "page": 2})
        assert before == {"data": [{"status": "new"}], "page": 5}


class TestMembers:
    def test_the_query_is_said_back(self) -> None:
        before = {"data": [], "page": 9, "pageSize": 99, "offset": 5}
        after = fitted(before, {"page": 3, "page_size": 10, "offset": 20})
        assert after == {"data": [], "page": 3, "pageSize": 10, "offset": 20}

    def test_another_word_for_the_same(self) -> None:
        before = {"data": [], "currentPage": 9, "itemsPerPage": 99}
        after = {"data": [], "currentPage": 3, "itemsPerPage": 10}
        assert fitted(before, {"page": 3, "limit": 10}) == after

    def test_the_first_page_where_none_is_asked_for(self) -> None:
        before = {"data": [], "page": 9, "offset": 4, "limit": 50}
        after = {"data": [], "page": 1, "offset": 0, "limit": 50}
        assert fitted(before, declared=("page", "offset", "limit")) == after
        assert fitted(before) == before

    def test_totals_agree(self) -> None:
        before = {"data": THREE, "total": 1, "total_pages": 99, "page": 9, "has_next": True}
        after = fitted(before, {"page": 1, "limit": 3})
        assert after == {**before, "total": 3, "total_pages": 1, "page": 1, "has_next": False}
        many = fitted({**before, "total": 57, "has_next": False}, {"page": 2, "limit": 3})
        assert (many["total"], many["total_pages"], many["has_next"]) == (57, 19, True)
        behind = fitted(before, {"page": 4, "limit": 10})
        assert (behind["total"], behind["total_pages"]) == (33, 4)

    def test_members_of_an_object_beside_the_list(self) -> None:
        before = {"items": THREE, "meta": {"page": 9, "total": 0, "took": 7}}
        after = {"items": THREE, "meta": {"page": 2, "total": 3, "took": 7}}
        assert fitted(before, {"page": 2}) == after

    def test_a_count_beside_a_total_is_that_of_the_page(self) -> None:
        after = fitted({"data": THREE, "count": 50, "total": 80})
        assert after == {"data": THREE, "count": 3, "total": 80}

    def test_a_sum_of_money_is_no_total_of_items(self) -> None:
        assert fitted({"items": THREE, "total": 1.5}) == {"items": THREE, "total": 1.5}
        paged = fitted({"items": THREE, "total": 34.95, "page": 1}, {"page": 1})
        assert paged["total"] == 34

    def test_what_the_schema_does_not_admit_stays(self) -> None:
        schema = {"properties": {"page": {"maximum": 2}}}
        after = fitted({"data": [], "page": 1, "limit": 5}, {"page": 3, "limit": 9}, schema=schema)
        assert after == {"data": [], "page": 1, "limit": 9}

    def test_types_are_kept(self) -> None:
        before = {"data": THREE, "page": "next", "count": True, "total": None}
        assert fitted(before, {"page": 2}) == before

    @pytest.mark.parametrize("limit", [0, -1, True, "2", 10**30])
    def test_strange_limits(self, limit: Any) -> None:
        after = fitted({"data": THREE, "total": 9, "totalPages": 1}, {"limit": limit})
        assert after["total"] == 9
        assert after["totalPages"] == 1

    @pytest.mark.parametrize("value", [None, 3, "x", {}, {"a": 1}, [], {"a": []}])
    def test_values_without_items(self, value: Any) -> None:
        assert fitted(value, {"page": 2, "limit": 1, "status": "x"}) == value
