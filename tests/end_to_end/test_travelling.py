"""One parcel in three contracts that spell and type everything otherwise, in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from polymock.jsonschema import REF_PREFIX, Validator
from polymock.testing import Polymock

DEPOT = Path(__file__).parent / "depot"
FILES = {"rest": "depot.yaml", "graph": "depot.graphql", "rpc": "depot.proto"}
ORDERS = ("rest graph rpc", "graph rpc rest", "rpc rest graph", "rpc graph rest")
SHOWN = """
query($id: ID!) { parcel(id: $id) {
  id status weightGrams price sentOn isFragile note flags labels { key value } seal
  shipTo { street country postalCode door geo { lat lon } floor }
  stops { depot { id name } arrivedOn fee mode } payment { kind iban cardNumber }
} }
"""
REST = {
    "status": "in-transit",
    "weight_grams": "1200",
    "price": "12.50",
    "sent_on": "2024-03-01",
    "is_fragile": False,
    "note": None,
    "flags": ["keep-dry"],
    "labels": {"a": "b"},
    "seal": "aGk=",
    "ship_to": {"street": "S", "country": "DE", "door": None, "geo": {"lat": 1.5, "lon": 2}},
    "stops": [{"depot_id": "3", "depot_name": "N", "arrived_on": "2024-03-02", "fee": "1.00"}],
    "payment": {"kind": "card", "card_number": "4"},
}
GRAPH = {
    "status": "IN_TRANSIT",
    "weightGrams": 1200,
    "price": 12.5,
    "sentOn": "2024-03-01",
    "isFragile": False,
    "flags": ["KEEP_DRY"],
    "labels": [{"key": "a", "value": "b"}],
    "seal": "aGk=",
    "shipTo": {"street": "S", "country": "DE", "geo": {"lat": 1.5, "lon": 2}, "floor": 3},
    "stops": [{"depotId": "3", "mode": "BY_AIR"}, {"depotId": "5"}],
    "payment": {"kind": "bank", "iban": "X"},
}
RPC = {
    "status": "PARCEL_STATUS_IN_TRANSIT",
    "weightGrams": "1200",
    "price": 12.5,
    "sentOn": "2024-03-01T00:00:00Z",
    "isFragile": False,
    "flags": ["FLAG_KEEP_DRY"],
    "labels": {"a": "b"},
    "seal": "aGk=",
    "shipTo": {"street": "S", "country": "DE", "geo": {"lat": 1.5, "lon": 2}},
    "stops": [
        {"depotId": "3", "arrivedOn": "2024-03-02T00:00:00Z", "fee": 1, "mode": "MODE_BY_AIR"}
    ],
    "payment": {"kind": "bank", "iban": "X"},
}
CREATE = "mutation($new: NewParcel!) { createParcel(input: $new) { id } }"
UPDATE = "mutation($id: ID!, $new: ParcelPatch!) { updateParcel(id: $id, input: $new) { id } }"
MERGE = {"Content-Type": "application/merge-patch+json"}


class Depot:
    """The three contracts behind one client, and what each tells of a parcel in the same terms."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        document = yaml.safe_load((DEPOT / FILES["rest"]).read_text())
        text = json.dumps(document["components"]["schemas"])
        definitions = json.loads(text.replace("#/components/schemas/", REF_PREFIX))
        self._valid = Validator({"$ref": f"{REF_PREFIX}Parcel"}, definitions)

    def rest(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def query(self, text: str, **variables: Any) -> Any:
        told = self.http.post("/graphql", json={"query": text, "variables": variables}).json()
        assert "errors" not in told, told
        (found,) = told["data"].values()
        return found

    def rpc(self, method: str, **request: Any) -> Any:
        answer = self.http.post(f"/depot.v1.Parcels/{method}", json=request)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, contract: str) -> str:
        if contract == "rest":
            made = self.rest("POST", "/parcels", REST)
        elif contract == "graph":
            made = self.query(CREATE, new=GRAPH)
        else:
            made = self.rpc("CreateParcel", parcel=RPC)
        return str(made["id"])

    def seen(self, key: str) -> dict[str, Any]:
        """The parcel, of which all three contracts tell the same."""
        rest = self.rest("GET", f"/parcels/{key}")
        assert self._valid.violations(rest, "") == ()
        seen, graph = _of_rest(rest), _of_graph(self.query(SHOWN, id=key))
        rpc = _of_rpc(self.rpc("GetParcel", id=key))
        assert graph == seen
        assert rpc == seen
        return seen


@pytest.fixture(params=ORDERS)
def depot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Depot]:
    specs = "".join(f"  - {{spec: {DEPOT / FILES[name]}}}\n" for name in request.param.split())
    config = tmp_path / "polymock.yaml"
    config.write_text(f"mocks:\n{specs}world: {{seed: 7}}\n")
    with Polymock(config) as mock, mock.client() as client:
        yield Depot(client)


@pytest.mark.parametrize("contract", ["rest", "graph", "rpc"])
def test_what_one_contract_makes_is_the_same_in_all(depot: Depot, contract: str) -> None:
    key = depot.create(contract)
    seen = depot.seen(key)
    assert seen["status"] == "IN_TRANSIT"
    assert (seen["weight"], seen["price"], seen["sent"]) == (1200, 12.5, "2024-03-01")
    assert (seen["fragile"], seen["note"]) == (False, None)
    assert (seen["flags"], seen["labels"], seen["seal"]) == (["KEEP_DRY"], {"a": "b"}, "aGk=")
    assert seen["to"] == {
        "street": "S",
        "country": "DE",
        "postalcode": None,
        "door": None,
        "geo": (1.5, 2.0),
    }
    assert seen["stops"][0]["depot"] == "3"
    assert seen["payment"] == (
        {"kind": "card", "cardnumber": "4"} if contract == "rest" else {"kind": "bank", "iban": "X"}
    )
    stops = depot.rest("GET", f"/parcels/{key}")["stops"]
    name = depot.query("query($id: ID!) { depot(id: $id) { name } }", id="3")["name"]
    assert stops[0]["depot_name"] == ("N" if contract == "rest" else name)


@pytest.mark.parametrize("made", ["rest", "graph", "rpc"])
def test_changes_by_one_contract_are_seen_in_all(depot: Depot, made: str) -> None:
    key = depot.create(made)
    depot.rest("PATCH", f"/parcels/{key}", {"status": "lost", "ship_to": {"street": "T"}}, **MERGE)
    seen = depot.seen(key)
    assert (seen["status"], seen["to"]["street"], seen["to"]["country"]) == ("LOST", "T", "DE")
    new = {"shipTo": {"street": "V", "country": "IT", "floor": 9}, "stops": [{"depotId": "5"}]}
    depot.query(UPDATE, id=key, new={**new, "flags": ["THIS_SIDE_UP", "KEEP_DRY"], "note": "n"})
    seen = depot.seen(key)
    assert (seen["note"], seen["flags"]) == ("n", ["THIS_SIDE_UP", "KEEP_DRY"])
    assert (seen["to"]["street"], seen["to"]["geo"]) == ("V", (1.5, 2.0))
    assert [stop["depot"] for stop in seen["stops"]] == ["5"]
    parcel = {"id": key, "shipTo": {"street": "U", "country": "FR"}, "weightGrams": "9007199254"}
    depot.rpc("UpdateParcel", parcel=parcel, updateMask="shipTo,note")
    seen = depot.seen(key)
    assert (seen["to"]["street"], seen["to"]["geo"], seen["note"]) == ("U", None, None)
    assert depot.query(SHOWN, id=key)["shipTo"]["floor"] == 9


def test_numbers_that_one_contract_cannot_hold_do_no_harm(depot: Depot) -> None:
    key = depot.create("rpc")
    large = {"id": key, "weightGrams": "9223372036854775807"}
    depot.rpc("UpdateParcel", parcel=large, updateMask="weightGrams")
    assert depot.rest("GET", f"/parcels/{key}")["weight_grams"] == "9223372036854775807"
    assert depot.rpc("GetParcel", id=key)["weightGrams"] == "9223372036854775807"
    assert isinstance(depot.query(SHOWN, id=key)["weightGrams"], int)


def test_what_nobody_wrote_is_the_same_in_all(depot: Depot) -> None:
    for key in ("1", "7", "23", "4242"):
        rest = _of_rest(depot.rest("GET", f"/parcels/{key}"))
        graph = _of_graph(depot.query(SHOWN, id=key))
        rpc = _of_rpc(depot.rpc("GetParcel", id=key))
        for told in (rest, graph, rpc):
            told.pop("payment")  # of which one contract has alternatives
            told.pop("seal")  # which is any text to one contract, and bytes to the others
        assert rest == graph == rpc
        for stop in depot.query(SHOWN, id=key)["stops"]:
            assert depot.rpc("GetDepot", id=stop["depot"]["id"])["name"] == stop["depot"]["name"]


SHOP = DEPOT.parents[2] / "examples" / "shop"
SHOP_FILES = {"rest": "openapi.yaml", "graph": "schema.graphql", "rpc": "shop.proto"}
ORDER = """
query($id: ID!) { order(id: $id) {
  customer { id } note lines { product { id name } quantity unitPriceCents }
} }
"""


@pytest.mark.parametrize("order", ORDERS)
def test_the_lines_of_the_shops_orders_are_the_same_in_all(order: str, tmp_path: Path) -> None:
    specs = "".join(f"  - {{spec: {SHOP / SHOP_FILES[name]}}}\n" for name in order.split())
    config = tmp_path / "polymock.yaml"
    config.write_text(f"mocks:\n{specs}world: {{seed: 42}}\n")
    lines = [{"productId": "3", "quantity": 4}, {"productId": "9", "quantity": 1}]
    with Polymock(config) as mock, mock.client() as client:
        client.headers["X-API-Key"] = "any"

        def query(text: str, **variables: Any) -> Any:
            told = client.post("/graphql", json={"query": text, "variables": variables}).json()
            assert "errors" not in told, told
            (found,) = told["data"].values()
            return found

        def rpc(method: str, request: Any) -> Any:
            return client.post(f"/shop.v1.Shop/{method}", json=request).json()

        new = {"customerId": "5", "lines": lines, "note": "Ring twice"}
        made = query("mutation($n: NewOrder!) { createOrder(input: $n) { id } }", n=new)["id"]
        said = {"lines": lines, "note": "Ring twice"}
        others = [client.post("/customers/5/orders", json=said).json()["id"]]
        others.append(rpc("CreateOrder", {"order": new})["id"])
        for key in (made, *others):
            rest = client.get(f"/orders/{key}").json()
            graph, remote = query(ORDER, id=key), rpc("GetOrder", {"id": key})
            assert rest["note"] == graph["note"] == remote["note"] == "Ring twice"
            assert [(e["productId"], e["quantity"]) for e in rest["lines"]] == [("3", 4), ("9", 1)]
            assert [_line(each) for each in graph["lines"]] == [_line(e) for e in rest["lines"]]
            assert [_line(each) for each in remote["lines"]] == [_line(e) for e in rest["lines"]]
        for key in ("7", "8", "4242"):
            graph, remote = query(ORDER, id=key), rpc("GetOrder", {"id": key})
            assert [_line(each) for each in graph["lines"]] == [_line(e) for e in remote["lines"]]


def _line(told: dict[str, Any]) -> tuple[Any, ...]:
    product = told.get("product") or {"id": told["productId"], "name": told["productName"]}
    return product["id"], product["name"], told["quantity"], told.get("unitPriceCents", 0)


def _of_rest(told: dict[str, Any]) -> dict[str, Any]:
    return _same({name.replace("_", ""): value for name, value in told.items()})


def _of_graph(told: dict[str, Any]) -> dict[str, Any]:
    labels = {each["key"]: each["value"] for each in told["labels"] or ()}
    return _same({**{name.lower(): value for name, value in told.items()}, "labels": labels})


def _of_rpc(told: dict[str, Any]) -> dict[str, Any]:
    return _same({name.lower(): value for name, value in told.items()})


def _same(told: dict[str, Any]) -> dict[str, Any]:
    to, payment = _folded(told.get("shipto")), _folded(told.get("payment"))
    geo = to.get("geo")
    return {
        "id": told["id"],
        "status": _option(told["status"]),
        "weight": int(told["weightgrams"]),
        "price": float(told["price"]),
        "sent": told["senton"][:10],
        "fragile": told["isfragile"],
        "note": told.get("note"),
        "flags": [_option(each) for each in told.get("flags") or ()],
        "labels": told.get("labels") or {},
        "seal": told.get("seal"),
        "to": {
            **{name: to.get(name) for name in ("street", "country", "postalcode", "door")},
            "geo": geo and (float(geo["lat"]), float(geo["lon"])),
        },
        "stops": [
            {
                "depot": stop.get("depotid") or stop["depot"]["id"],
                "arrived": stop["arrivedon"][:10],
                "fee": float(stop.get("fee", 0)),
                "mode": stop.get("mode") and _option(stop["mode"]),
            }
            for stop in map(_folded, told.get("stops") or ())
        ],
        "payment": {name: value for name, value in payment.items() if value is not None},
    }


def _folded(value: Any) -> dict[str, Any]:
    return {name.replace("_", "").lower(): held for name, held in (value or {}).items()}


def _option(text: str) -> str:
    plain = text.upper().replace("-", "_")
    for prefix in ("PARCEL_STATUS_", "FLAG_", "MODE_"):
        plain = plain.removeprefix(prefix)
    return plain
