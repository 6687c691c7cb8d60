from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.world.fakes import config_of
from polymock.documents.yaml import ParseError
from polymock.world.seed_files import FileRow, is_text_only, read_content, read_rows, seed_files

ROWS = [{"id": 1, "name": "Rex"}, {"id": 2, "tags": ["a"]}]


def rows(text: str | bytes, name: str) -> list[FileRow]:
    return list(read_rows(text if isinstance(text, bytes) else text.encode(), name))


def values(text: str | bytes, name: str) -> list[Any]:
    return [row.value for row in rows(text, name)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"id": 1, "name": "Rex"}, {"id": 2, "tags": ["a"]}]'),
        ("a.json", '{"total": 2, "pets": [{"id": 1, "name": "Rex"}, {"id": 2, "tags": ["a"]}]}'),
        ("a.yaml", "- {id: 1, name: Rex}\n- id: 2\n  tags: [a]\n"),
        ("a.yml", "pets:\n- {id: 1, name: Rex}\n- {id: 2, tags: [a]}\n"),
        ("a.jsonl", '{"id": 1, "name": "Rex"}\n\n{"id": 2, "tags": ["a"]}\n'),
        ("a.NDJSON", '\ufeff{"id": 1, "name": "Rex"}\r\n{"id": 2, "tags": ["a"]}'),
        ("a.csv", "id,name,tags[]\n1,Rex,\n2,,a\n"),
        ("a.csv", "id;name;tags[]\r\n1;Rex;\r\n\r\n2;;a\r\n"),
        ("a.tsv", "id\tname\ttags[]\n1\tRex\n2\t\ta\n"),
        ("a.csv", 'id,name,tags\n1,"Rex"\n2,,"[""a""]"'),
    ],
)
def test_the_same_rows_in_every_format(name: str, text: str) -> None:
    found = values(text, name)
    if is_text_only(name):
        expected: list[Any] = [{"id": "1", "name": "Rex"}, {"id": "2", "tags": ["a"]}]
        if "tags[]" not in text:
            expected[1]["tags"] = '["a"]'
        assert found == expected
    else:
        assert found == ROWS


def test_rows_by_their_keys() -> None:
    found = rows('{"rex": {"name": "Rex"}, "a/b": {}}', "pets.json")
    assert [(row.key, row.place) for row in found] == [
        ("rex", "row 1 (/rex)"),
        ("a/b", "row 2 (/a~1b)"),
    ]
    assert rows("{}", "pets.json") == []


def test_places() -> None:
    assert rows('[{}, {"a": 1}]', "a.json")[1].place == "row 2 (/1)"
    assert rows('{"pets": [1]}', "a.json")[0].place == "row 1 (/pets/0)"
    assert rows("\n\n{}", "a.jsonl")[0].place == "line 3"
    found = rows('id,note\n1,"two\nlines"\n\n2,x', "a.csv")
    assert [row.place for row in found] == ["line 2", "line 5"]


def test_csv_makes_objects_and_lists() -> None:
    text = 'id,address.city,address.geo.lat,tags[]\n1,Rome,41.9,a| b\n2,,,"[1,2]"\n3,,7,'
    assert values(text, "a.csv") == [
        {"id": "1", "address": {"city": "Rome", "geo": {"lat": "41.9"}}, "tags": ["a", "b"]},
        {"id": "2", "tags": "[1,2]"},
        {"id": "3", "address": {"geo": {"lat": "7"}}},
    ]


def test_csv_in_the_encodings_of_spreadsheets() -> None:
    text = "id;name\n1;J\u00fcrgen\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert values(text.encode(encoding), "a.csv") == [{"id": "1", "name": "J\u00fcrgen"}]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "x", r"none of \.json, \.yaml"),
        ("a.json", "", "empty"),
        ("a.json", '[{"id": 1},', "no JSON"),
        ("a.json", '"text"', "neither a list nor an object|no JSON"),
        ("a.json", '{"a": [], "b": []}', "neither one list nor nothing but objects"),
        ("a.json", '{"a": 1}', "neither one list nor nothing but objects"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", "[" + '{"a":' * 40 + "1" + "}" * 40 + "]", "more than 32 deep"),
        ("a.yaml", "a: [1", "no YAML"),
        ("a.yaml", "just text", "neither a list nor an object"),
        ("a.jsonl", '{"a": 1}\n{', "line 2: it is no JSON"),
        ("a.csv", "", "empty"),
        ("a.csv", "id,id\n1,2", "column 2 is id again"),
        ("a.csv", "a.b,a\n1,2", "column 2 is a.b again"),
        ("a.csv", "id,,x\n1,2,3", "column 2 has no name"),
        ("a.csv", "id\n1,2", "line 2 has 2 cells, and the header 1"),
        ("a.csv", 'id,name\n1,"Rex', "no CSV"),
        ("a.csv", 'id,name\n1,"Rex" x', "no CSV"),
        ("a.csv", "id,name\n1," + "x" * 200_000, "no CSV"),
        ("a.csv", b"id\n\xff", "no UTF-8"),
    ],
)
def test_what_cannot_be_read(name: str, text: str | bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        rows(text, name)


def test_a_bomb_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 12):
        ten = ", ".join([f"*a{n - 1}"] * 10)
        lines.append(f"a{n}: &a{n} [{ten}]")
    with pytest.raises(ParseError, match="larger than"):
        rows("\n".join(lines), "a.yaml")


def test_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polymock.world.seed_files.MAX_ROWS", 3)
    assert len(rows("[1,2,3]", "a.json")) == 3
    with pytest.raises(ParseError, match="more than 3 rows"):
        rows("[1,2,3,4]", "a.json")
    monkeypatch.setattr("polymock.world.seed_files.MAX_BYTES", 4)
    (tmp_path / "a.json").write_text("[1,2]")
    with pytest.raises(ValueError, match="larger than 4 bytes"):
        read_content(tmp_path / "a.json")


def test_which_files_a_config_names(tmp_path: Path) -> None:
    config = config_of(pets={"file": "data/pets.csv"}, orders={})
    assert seed_files(config, tmp_path) == (str(tmp_path / "data/pets.csv"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(st.lists(JSON, max_size=5))
def test_every_list_is_read_as_it_was_written(items: list[Any]) -> None:
    assert values(msgspec.json.encode(items), "a.json") == items
    lines = b"\n".join(map(msgspec.json.encode, items))
    assert values(lines, "a.jsonl") == items


@given(st.binary(max_size=60), st.sampled_from(["a.json", "a.yaml", "a.jsonl", "a.csv"]))
def test_garbage_is_read_or_refused(content: bytes, name: str) -> None:
    try:
        rows(content, name)
    except ParseError as error:
        assert error.message
