from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.world.fakes import (
    CUSTOMER,
    INTEGER,
    REST,
    TEXT,
    UUID_TEXT,
    bound,
    config_of,
    kind,
    model_of,
)
from polymock.errors import ConfigError
from polymock.world.entities import Inference
from polymock.world.rows import decode_value
from polymock.world.seeds import Seeds, read_seeds
from polymock_schemas.config import WorldConfig


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, config: WorldConfig, **inferences: Inference) -> dict[str, Seeds]:
    found = read_seeds(config, folder, model_of(config, **inferences))
    return {seeds.collection: seeds for seeds in found}


def documents(folder: Path, text: str, name: str = "o.json", **settings: Any) -> list[Any]:
    """The documents that a file of orders makes."""
    (folder / name).write_text(text)
    seeds = read(folder, config_of(orders={"file": name, **settings}))["orders"]
    return [decode_value(row).value for row in seeds.rows.values()]


def refused(folder: Path, text: str, name: str = "o.json", **others: Any) -> str:
    (folder / name).write_text(text)
    with pytest.raises(ConfigError) as raised:
        read(folder, config_of(orders={"file": name}, **others))
    return raised.value.message


def test_rows_are_documents_in_the_first_contracts_terms(folder: Path) -> None:
    text = '[{"id": "7", "customer": {"id": "3"}, "status": "PAID", "total_cents": 5.0}]'
    assert documents(folder, text) == [
        {"id": 7, "customerId": 3, "status": "paid", "totalCents": 5.0}
    ]


def test_text_of_csv_becomes_what_the_contract_asks_for(folder: Path) -> None:
    text = (
        "id,customerId,status,totalCents,note,address.city,address.zip,tags[]\n"
        "7,3,Paid,500,007,Rome,123,a|b\n"
        "8,3,open,,,,,\n"
        '9,3,open,,,,,"[""x, y""]"\n'
    )
    assert documents(folder, text, "o.csv") == [
        {
            "id": 7,
            "customerId": 3,
            "status": "paid",
            "totalCents": 500,
            "note": "007",
            "address": {"city": "Rome", "zip": 123},
            "tags": ["a", "b"],
        },
        {"id": 8, "customerId": 3, "status": "open"},
        {"id": 9, "customerId": 3, "status": "open", "tags": ["x, y"]},
    ]


def test_what_a_contract_always_has_is_imagined(folder: Path) -> None:
    (one, two) = documents(folder, '[{"id": 1}, {"id": 2, "status": null, "note": null}]')
    model = model_of(config_of(orders={"file": "o.json"}))
    imagined = model.collections["orders"].imagine("2")
    assert set(one) == {"id", "customerId", "status"}
    assert two["status"] == imagined["status"]
    assert two["note"] is None
    assert documents(folder, '[{"id": 1}, {"id": 2, "note": null}]') == [one, two]


def test_what_objects_inside_a_row_always_have_is_imagined(folder: Path) -> None:
    line = {
        "type": "object",
        "properties": {"productId": TEXT, "quantity": INTEGER, "price": INTEGER},
        "required": ["productId", "quantity", "price"],
    }
    order = kind("Order", {"id": INTEGER, "line": line, "lines": {"type": "array", "items": line}})
    inference = Inference((order,), (bound("a", "get", order),))
    (folder / "o.json").write_text('[{"id": 1, "line": {"product_id": 7, "quantity": "2"}}]')
    config = config_of(orders={"file": "o.json"})
    (row,) = read(folder, config, rest=inference)["orders"].rows.values()
    held = decode_value(row).value["line"]
    assert (held["productId"], held["quantity"]) == ("7", 2)
    assert isinstance(held["price"], int)
    (again,) = read(folder, config, rest=inference)["orders"].rows.values()
    assert decode_value(again).value["line"] == held
    (folder / "o.json").write_text('[{"id": 1, "line": {"quantity": "many"}}]')
    with pytest.raises(ConfigError, match="line: "):
        read(folder, config, rest=inference)


def test_whom_a_row_must_refer_to_is_one_of_the_seeds(folder: Path) -> None:
    (folder / "c.json").write_text('[{"id": 70}, {"id": 71}]')
    (folder / "o.json").write_text('[{"id": 1}, {"id": 2}, {"id": 3}]')
    config = config_of(orders={"file": "o.json"}, customers={"file": "c.json"})
    rows = read(folder, config)["orders"].rows.values()
    assert {decode_value(row).value["customerId"] for row in rows} <= {70, 71}


def test_keys_are_counted_where_no_row_has_one(folder: Path) -> None:
    assert [d["id"] for d in documents(folder, '[{"status": "open"}, {"status": "paid"}]')] == [
        1,
        2,
    ]
    message = refused(folder, '[{"status": "open"}, {"id": 3}]')
    assert message.splitlines()[1] == (
        "  o.json, row 1 (/0): id: it is missing, and it tells the entities apart"
    )
    device = kind("Order", {"id": UUID_TEXT})
    inference = Inference((device,), (bound("a", "get", device),))
    (folder / "o.json").write_text("[{}]")
    with pytest.raises(ConfigError, match="it is missing"):
        read(folder, config_of(orders={"file": "o.json"}), rest=inference)


def test_keys_may_stand_beside_the_rows(folder: Path) -> None:
    found = documents(folder, '{"7": {"status": "open"}, "8": {"id": 8}}')
    assert [d["id"] for d in found] == [7, 8]
    assert "'9' is not the key that it stands under, '8'" in refused(folder, '{"8": {"id": 9}}')
    assert "'x' cannot be a key" in refused(folder, '{"x": {"status": "open"}}')


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[1]", "row 1 (/0): it is no object"),
        ('[{"id": 1}, {"id": "1"}]', "row 2 (/1): id: '1' is another row's key too"),
        ('[{"id": 1, "totalCents": "much"}]', 'row 1 (/0): totalCents: "much" is not'),
        ('[{"id": 1, "status": "lost"}]', "row 1 (/0): status: 'lost' is none of: open, paid"),
        ('[{"id": 1, "stauts": "open"}]', "row 1 (/0): stauts: no contract has this property"),
        ('[{"id": "x"}]', "row 1 (/0): id: 'x' cannot be a key in every contract"),
        ('[{"id": 1, "customerId": "x"}]', 'row 1 (/0): customerId: "x" is no key of customers'),
        ('[{"id": 1, "customerId": [2]}]', "row 1 (/0): customerId: it refers to customers by one"),
        ('[{"id": 1, "customer": {}}]', "row 1 (/0): customer: {} is no key of customers"),
        ('[{"id": 1, "address": {"zip": "x"}}]', "row 1 (/0): address: "),
    ],
)
def test_wrong_rows_are_told(folder: Path, text: str, line: str) -> None:
    message = refused(folder, text)
    assert message.splitlines()[0] == "The world's seeds are wrong:"
    assert f"  o.json, {line}" in message


def test_a_wrong_name_gets_a_suggestion(folder: Path) -> None:
    assert "Did you mean `status`?" in refused(folder, '[{"id": 1, "stauts": "open"}]')


def test_what_is_wrong_in_every_row_is_told_once(folder: Path) -> None:
    message = refused(folder, "id,color\n" + "".join(f"{n},red\n" for n in range(1, 500)), "o.csv")
    assert len(message.splitlines()) == 2
    assert "o.csv, line 2: color: " in message
    assert message.endswith("(and in 498 more rows)")


def test_twenty_problems_are_told(folder: Path) -> None:
    rows = "".join(f"{n},{n}x\n" for n in range(1, 100))
    lines = refused(folder, f"id,totalCents\n{rows}", "o.csv").splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  and more"


def test_references_lead_to_seeds(folder: Path) -> None:
    (folder / "c.csv").write_text("id,firstName\n1,Ada\n")
    text = "id,customerId\n5,1\n6,2\n"
    message = refused(folder, text, "o.csv", customers={"file": "c.csv"})
    assert message.splitlines()[1:] == ["  o.csv, line 3: customerId: there is no '2' in customers"]
    assert refused(folder, text, "o.csv", customers={"strict": True}).count("there is no") == 2
    assert len(documents(folder, text, "o.csv")) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.json", None, r"orders\.file: gone\.json: there is no such file"),
        ("o.json", "[{", r"orders\.file: o\.json: it is no JSON"),
        ("o.xml", "<a/>", r"orders\.file: o\.xml: its name ends in none of"),
        (".", None, r"orders\.file: \.: it is a folder"),
    ],
)
def test_files_that_cannot_be_read(
    folder: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(ConfigError, match=words):
        read(folder, config_of(orders={"file": name}))


def test_a_digest_is_another_when_the_file_is(folder: Path) -> None:
    (folder / "o.json").write_text('[{"id": 1}]')
    config = config_of(orders={"file": "o.json"})
    first = read(folder, config)["orders"].digest
    assert read(folder, config)["orders"].digest == first
    (folder / "o.json").write_text('[{"id": 2}]')
    assert read(folder, config)["orders"].digest != first


def test_entities_of_contracts_examples(folder: Path) -> None:
    found = read(folder, config_of(seed_from_examples=True))
    customers = [decode_value(row).value for row in found["customers"].rows.values()]
    (ada,) = customers
    assert (ada["firstName"], ada["email"]) == ("Ada", "ada@example.com")
    # one order's customer is no example, and answers all the same; what no contract admits of
    # another is left out
    assert list(found["orders"].rows) == ["5", "6", "7"]
    assert decode_value(found["orders"].rows["7"]).value["status"] in ("open", "paid")
    assert "categories" not in found
    assert read(folder, config_of()) == {}


def test_an_example_that_refers_to_nobody_is_passed_over(folder: Path) -> None:
    config = config_of(seed_from_examples=True, customers={"strict": True})
    assert list(read(folder, config)["orders"].rows) == ["5", "7"]


def test_a_file_stands_for_the_examples(folder: Path) -> None:
    (folder / "c.json").write_text('[{"id": 1, "firstName": "Bob"}]')
    config = config_of(seed_from_examples=True, customers={"file": "c.json"})
    assert list(read(folder, config, rest=REST)["customers"].rows) == ["1"]
    assert CUSTOMER.name == "Customer"
