from __future__ import annotations

from polymock.world.adapting import Adapter
from polymock.world.projecting import missing, project
from polymock.world.writing import Writer


def adapter(view: Writer, kind: str = "Order") -> Adapter:
    collection = view.collection(kind)
    assert collection is not None
    found = collection.adapter(view.domain.mock, kind)
    assert found is not None
    return found


def test_a_document_in_each_contracts_terms(rest: Writer, graph: Writer) -> None:
    made = rest.create(
        "orders", {"customerId": 3, "status": "paid", "totalCents": 5}, settable={"note"}
    )
    name = rest.get("customers", "3").value["firstName"]
    told = project(graph, made, adapter(graph))
    assert told == {
        "id": made.key,
        "customer": {"id": "3", "first_name": name},
        "status": "PAID",
        "total_cents": 5,
    }
    told = project(rest, made, adapter(rest))
    assert (told["id"], told["customerId"], told["status"]) == (int(made.key), 3, "paid")
    assert "note" not in told


def test_what_is_embedded_is_as_it_is_now(rest: Writer, graph: Writer) -> None:
    made = graph.create("orders", {"customer": {"id": "3"}, "status": "PAID"})
    rest.write("customers", "3", lambda entity: {**entity.value, "firstName": "Ada"})
    assert project(graph, made, adapter(graph))["customer"]["first_name"] == "Ada"


def test_what_nobody_wrote_is_the_same_in_both(rest: Writer, graph: Writer) -> None:
    entity = rest.get("orders", "12")
    one, other = project(rest, entity, adapter(rest)), project(graph, entity, adapter(graph))
    assert str(one["customerId"]) == other["customer"]["id"]
    assert one["status"].upper() == other["status"]
    assert one["totalCents"] == other["total_cents"]


def test_what_a_document_leaves_out(rest: Writer) -> None:
    collection = rest.model.collections["orders"]
    entity = rest.get("orders", "1")
    assert missing(entity, collection, adapter(rest)) == frozenset()
    rest.write("orders", "1", lambda e: {"customerId": 1, "status": "open", "note": None})
    entity = rest.get("orders", "1")
    assert missing(entity, collection, adapter(rest)) == {"totalCents", "note", "address", "tags"}
