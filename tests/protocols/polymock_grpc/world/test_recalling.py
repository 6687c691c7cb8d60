"""Calls that read and write the world, through one mock in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polymock.testing import Polymock

SHOP = Path("examples/shop/shop.proto")


class Shop:
    """The example's services over Connect."""

    def __init__(self, mock: Polymock) -> None:
        self.mock = mock
        self._client = mock.client()

    def __call__(self, method: str, message: Any, **headers: str) -> Any:
        reply = self._client.post(f"/shop.v1.Shop/{method}", json=message, headers=headers)
        return reply.json()

    @property
    def source(self) -> str:
        return self.mock.exchanges[-1].source


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Polymock(SHOP) as mock:
        yield Shop(mock)


def test_any_id_answers_the_same_until_it_is_written(shop: Shop) -> None:
    before = shop("GetProduct", {"id": "7"})
    assert shop("GetProduct", {"id": "7"}) == before
    assert shop.source == "sample"
    changed = shop("UpdateProduct", {"product": {"id": "7", "name": "New"}, "updateMask": "name"})
    assert changed == {**before, "name": "New"}
    assert shop("GetProduct", {"id": "7"}) == changed
    assert shop.source == "world"


def test_a_list_holds_what_was_created_beside_what_it_held(shop: Shop) -> None:
    before = shop("ListProducts", {"pageSize": 100})
    made = shop("CreateProduct", {"product": {"name": "Lamp", "sku": "ABC-1234"}})
    after = shop("ListProducts", {"pageSize": 100})
    assert after["totalSize"] == before["totalSize"] + 1
    assert after["products"] == [*before["products"], made]


def test_a_refused_update_changes_nothing(shop: Shop) -> None:
    before = shop("GetProduct", {"id": "7"})
    refused = shop("UpdateProduct", {"product": {"id": "7", "name": "New", "sku": "bad"}})
    assert refused["code"] == "invalid_argument"
    assert shop("GetProduct", {"id": "7"}) == before


def test_orders_and_their_customers_agree(shop: Shop) -> None:
    listed = shop("ListOrders", {"customerId": "7", "pageSize": 50})["orders"]
    assert len(listed) == 25
    assert all(shop("GetOrder", {"id": each["id"]}) == each for each in listed[:5])
    assert {each["customerId"] for each in listed} == {"7"}


def test_a_created_order_is_in_its_customers_list(shop: Shop) -> None:
    order = {"customerId": "7", "lines": [{"productId": "1", "quantity": 2}]}
    made = shop("CreateOrder", {"order": order})
    assert shop("ListOrders", {"customerId": "7", "pageSize": 50})["orders"][-1] == made
    others = shop("ListOrders", {"customerId": "8", "pageSize": 50})["orders"]
    assert made["id"] not in {each["id"] for each in others}


def test_a_stream_that_watches_tells_first_what_was_written(shop: Shop) -> None:
    made = shop(
        "CreateOrder", {"order": {"customerId": "7", "lines": [{"productId": "1", "quantity": 2}]}}
    )
    with shop.mock.client() as client:
        frame = b"\0\0\0\0\x12" + b'{"customerId":"7"}'
        reply = client.post(
            "/shop.v1.Shop/WatchOrders",
            content=frame,
            headers={"content-type": "application/connect+json"},
        )
    assert reply.content.count(b'"customerId":"7"') == 3  # as many as the settings say
    assert reply.content.index(b'"id":"%s"' % made["id"].encode()) < 10


def test_sessions_have_worlds_of_their_own(shop: Shop) -> None:
    mine = {"x-polymock-session": "mine"}
    shop("DeleteProduct", {"id": "7"}, **mine)
    assert shop("GetProduct", {"id": "7"}, **mine)["code"] == "not_found"
    assert shop("GetProduct", {"id": "7"})["id"] == "7"


def test_hostile_keys_are_not_found(shop: Shop) -> None:
    for key in ("x" * 600, "\0", "a\0b"):
        assert shop("GetProduct", {"id": key})["code"] == "not_found"
    assert shop("CreateProduct", {"product": {"id": "x" * 600}})["code"] == "invalid_argument"


def test_without_a_world_nothing_is_remembered(tmp_path: Path) -> None:
    config = tmp_path / "polymock.yaml"
    config.write_text(f"mocks: [{{spec: {SHOP.resolve()}}}]\nworld: {{enabled: false}}\n")
    with Polymock(config) as mock:
        shop = Shop(mock)
        made = shop("CreateProduct", {"product": {"id": "77", "name": "Lamp"}})
        assert made["name"] == "Lamp"
        assert shop("GetProduct", {"id": "77"})["name"] != "Lamp"
        assert shop.source == "sample"


def test_the_config_binds_and_unbinds(tmp_path: Path) -> None:
    proto = tmp_path / "s.proto"
    proto.write_text(
        'syntax = "proto3"; package s.v1;\n'
        "service S { rpc Fish(Key) returns (Pet); rpc GetPet(Key) returns (Pet);"
        " rpc DeletePet(Key) returns (Key); }\n"
        "message Key { string id = 1; } message Pet { string id = 1; string name = 2; }\n"
    )
    config = tmp_path / "polymock.yaml"
    config.write_text(
        "mocks: [{spec: s.proto}]\n"
        "world: {collections: {pets: {bind: {s.v1.S/Fish: get}, unbind: [s.v1.S/GetPet]}}}\n"
    )
    with Polymock(config) as mock, mock.client() as client:
        client.post("/s.v1.S/DeletePet", json={"id": "7"})
        assert client.post("/s.v1.S/Fish", json={"id": "7"}).status_code == 404
        assert client.post("/s.v1.S/GetPet", json={"id": "7"}).status_code == 200


def test_a_strict_world_has_only_what_was_written(tmp_path: Path) -> None:
    config = tmp_path / "polymock.yaml"
    config.write_text(f"mocks: [{{spec: {SHOP.resolve()}}}]\nworld: {{strict: true}}\n")
    with Polymock(config) as mock:
        shop = Shop(mock)
        assert shop("GetProduct", {"id": "7"})["code"] == "not_found"
        assert shop("ListProducts", {}) == {}
        refused = shop(
            "CreateOrder",
            {"order": {"customerId": "7", "lines": [{"productId": "1", "quantity": 2}]}},
        )
        assert refused["code"] == "invalid_argument"
        assert "order.customer_id" in refused["message"]
        made = shop("CreateProduct", {"product": {"name": "Lamp"}})
        assert shop("ListProducts", {})["products"] == [made]


def test_a_verb_that_tells_a_state_changes_it(tmp_path: Path) -> None:
    proto = tmp_path / "s.proto"
    proto.write_text(
        'syntax = "proto3"; package s.v1;\n'
        "service S { rpc GetOrder(Key) returns (Order); rpc CancelOrder(Key) returns (Order);"
        " rpc PolishOrder(Key) returns (Order); }\n"
        "enum Status { STATUS_UNSPECIFIED = 0; STATUS_PAID = 1; STATUS_CANCELLED = 2; }\n"
        "message Key { string id = 1; }\n"
        "message Order { string id = 1; Status status = 2; string note = 3; }\n"
    )
    with Polymock(proto) as mock, mock.client() as client:
        before = client.post("/s.v1.S/GetOrder", json={"id": "7"}).json()
        told = client.post("/s.v1.S/CancelOrder", json={"id": "7"}).json()
        assert told == {**before, "status": "STATUS_CANCELLED"}
        assert client.post("/s.v1.S/GetOrder", json={"id": "7"}).json() == told
        client.post("/s.v1.S/PolishOrder", json={"id": "7"})
        assert mock.exchanges[-1].source == "sample"
        assert client.post("/s.v1.S/GetOrder", json={"id": "7"}).json() == told


@pytest.mark.parametrize(("rule", "status"), [("restrict", 400), ("cascade", 200), ("detach", 200)])
def test_deletes_follow_the_rule(tmp_path: Path, rule: str, status: int) -> None:
    proto = tmp_path / "s.proto"
    proto.write_text(
        'syntax = "proto3"; package s.v1;\n'
        "service S { rpc DeleteUser(Key) returns (Empty); rpc GetPost(Key) returns (Post);"
        " rpc CreatePost(Post) returns (Post); }\n"
        "message Empty {} message Key { string id = 1; }\n"
        "message User { string id = 1; string name = 2; }\n"
        "message Post { string id = 1; string user_id = 2; string text = 3; }\n"
    )
    config = tmp_path / "polymock.yaml"
    config.write_text(f"mocks: [{{spec: s.proto}}]\nworld: {{on_delete: {rule}}}\n")
    with Polymock(config) as mock, mock.client() as client:
        client.post("/s.v1.S/CreatePost", json={"id": "p", "userId": "u", "text": "t"})
        reply = client.post("/s.v1.S/DeleteUser", json={"id": "u"})
        assert reply.status_code == status
        post = client.post("/s.v1.S/GetPost", json={"id": "p"})
        if rule == "restrict":
            assert reply.json()["code"] == "failed_precondition"
            assert post.json()["userId"] == "u"
        elif rule == "cascade":
            assert post.json()["code"] == "not_found"
        else:
            assert post.json() == {"id": "p", "text": "t"}


def test_two_writers_of_one_state_one_wins(tmp_path: Path) -> None:
    proto = tmp_path / "s.proto"
    proto.write_text(
        'syntax = "proto3"; package s.v1;\n'
        "service S { rpc GetDoc(Key) returns (Doc); rpc UpdateDoc(Update) returns (Doc); }\n"
        "message Key { string id = 1; } message Update { Doc doc = 1; }\n"
        "message Doc { string id = 1; string text = 2; int64 version = 3; }\n"
    )
    with Polymock(proto) as mock, mock.client() as client:
        doc = client.post("/s.v1.S/GetDoc", json={"id": "7"}).json()
        one = client.post("/s.v1.S/UpdateDoc", json={"doc": {**doc, "text": "one"}})
        two = client.post("/s.v1.S/UpdateDoc", json={"doc": {**doc, "text": "two"}})
        assert one.json()["version"] == str(int(doc["version"]) + 1)
        assert (two.status_code, two.json()["code"]) == (409, "aborted")
        assert client.post("/s.v1.S/GetDoc", json={"id": "7"}).json() == one.json()
