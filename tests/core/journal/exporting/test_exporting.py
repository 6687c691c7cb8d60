"""Exchanges copied to files: what each format holds, and where files may go."""

import csv
import json

import duckdb
import pytest

from core.journal.questions.recorded import journal, read
from polymock.commands.context import Context
from polymock.commands.log_exports import export
from polymock.errors import CommandError
from polymock.journal.reading import reading
from polymock_schemas.journal import REQUESTS
from polymock_schemas.log_questions import ExportQuery

ROWS = [
    {
        "operation": "GET /pets/{petId}",
        "path": "/pets/1",
        "query": "a=1&b=x%20y",
        "request_headers": '{"host": "h:80", "cookie": "sid=1; t=2", "accept": ["a/b", "*/*"]}',
        "response_headers": '{"content-type": "application/json"}',
        "response_body": '{"id": 1, "name": "Zoë \\"x\\", y\\r\\nz"}',
        "response_bytes": 9,
    },
    {
        "method": "POST",
        "path": "/pets",
        "operation": "POST /pets",
        "status": 422,
        "outcome": "client_error",
        "request_headers": '{"content-type": "application/json"}',
        "request_body": '{"name": 1}',
        "violations": [{"location": "body/name", "message": "is no text"}],
    },
    {
        "protocol": "grpc",
        "mock": "rpc",
        "method": "POST",
        "path": "/shop.v1.Shop/Get",
        "operation": "shop.v1.Shop/Get",
        "status": 5,
        "response_body": "base64:AAE=",
    },
    {"path": "/pets/2", "operation": "GET /pets/{petId}", "session": "t1"},
]


def ask(folder, rows=ROWS, actor="cli", **query):
    with read(rows) as opened:
        return export(Context(journal=opened, actor=actor, folder=folder), ExportQuery(**query))


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_csv_has_a_line_for_each_exchange(tmp_path):
    told = ask(tmp_path, output="out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert (told.exchanges, told.format, len(rows)) == (4, "csv", 4)
    assert list(rows[0]) == [column.name for column in REQUESTS.columns]
    assert rows[0]["response_body"] == ROWS[0]["response_body"]
    assert json.loads(rows[1]["violations"])[0]["location"] == "body/name"
    assert (rows[0]["request_body"], rows[0]["truncated"]) == ("", "false")
    assert rows[0]["ts"] == "2026-03-12T09:00:00Z"


def test_json_lines_have_headers_as_objects(tmp_path):
    ask(tmp_path, output="out.jsonl", session="t1")
    ask(tmp_path, output="all.ndjson")
    (row,) = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert (row["path"], row["session"]) == ("/pets/2", "t1")
    rows = [json.loads(line) for line in (tmp_path / "all.ndjson").read_text().splitlines()]
    assert rows[0]["request_headers"]["accept"] == ["a/b", "*/*"]


def test_parquet_has_the_columns_and_types_of_the_journal(tmp_path):
    told = ask(tmp_path, output="out.parquet")
    with duckdb.connect() as database:
        rows = database.read_parquet(str(tmp_path / "out.parquet"))
        types = dict(zip(rows.columns, map(str, rows.types), strict=True))
        assert types["id"] == "UUID"
        assert types["ts"] == "TIMESTAMP"
        assert rows.filter("status = 422").project("violations[1].message").fetchall() == [
            ("is no text",)
        ]
    assert told.bytes == (tmp_path / "out.parquet").stat().st_size
    assert names(tmp_path) == ["out.parquet"]


def test_har_has_what_the_specification_requires(tmp_path):
    ask(tmp_path, output="out.har")
    log = json.loads((tmp_path / "out.har").read_bytes())["log"]
    assert log["version"] == "1.2"
    assert set(log["creator"]) == {"name", "version"}
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert set(entry["timings"]) >= {"send", "wait", "receive"}
        asked, answered = entry["request"], entry["response"]
        both = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert {*both, "method", "url", "queryString"} <= set(asked)
        assert {*both, "status", "statusText", "content", "redirectURL"} <= set(answered)
        assert {"size", "mimeType"} <= set(answered["content"])
        assert asked["url"].startswith("http://")
        assert all(set(field) == {"name", "value"} for field in asked["headers"])
    first, second, third, _ = log["entries"]
    assert first["startedDateTime"] == "2026-03-12T09:00:00.000000Z"
    assert first["request"]["url"] == "http://h:80/pets/1?a=1&b=x%20y"
    assert first["request"]["cookies"] == [
        {"name": "sid", "value": "1"},
        {"name": "t", "value": "2"},
    ]
    assert first["request"]["queryString"][1] == {"name": "b", "value": "x y"}
    assert second["request"]["postData"] == {
        "mimeType": "application/json",
        "text": '{"name": 1}',
    }
    assert (third["response"]["status"], third["response"]["_grpcStatus"]) == (200, 5)
    assert third["response"]["content"]["encoding"] == "base64"


def test_postman_has_a_folder_for_each_mock_and_a_request_for_each_operation(tmp_path):
    told = ask(tmp_path, output="out.postman_collection.json")
    collection = json.loads((tmp_path / "out.postman_collection.json").read_bytes())
    assert collection["info"]["schema"].endswith("/v2.1.0/collection.json")
    shop, rpc = collection["item"]
    assert [item["name"] for item in shop["item"]] == ["GET /pets/{petId}", "POST /pets"]
    get = shop["item"][0]
    assert get["request"]["url"]["raw"] == "{{baseUrl}}/pets/1?a=1&b=x%20y"
    assert get["request"]["url"]["path"] == ["pets", "1"]
    assert [field["key"] for field in get["request"]["header"]] == ["cookie", "accept", "accept"]
    assert (get["response"][0]["code"], get["response"][0]["status"]) == (200, "OK")
    assert shop["item"][1]["request"]["body"]["raw"] == '{"name": 1}'
    assert rpc["item"][0]["response"][0]["code"] == 200
    assert collection["variable"] == [{"key": "baseUrl", "value": "http://h:80"}]
    assert (told.exchanges, told.left_out) == (4, 1)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "har", "postman.json"])
def test_an_empty_selection_makes_a_valid_file(tmp_path, ending):
    told = ask(tmp_path, output=f"out.{ending}", mock="none")
    assert told.exchanges == 0
    assert "No call is of the mock 'none'" in told.note
    assert told.bytes == (tmp_path / f"out.{ending}").stat().st_size
    if ending == "har":
        assert json.loads((tmp_path / "out.har").read_bytes())["log"]["entries"] == []


def test_filters_that_only_people_read_work_too(tmp_path):
    assert ask(tmp_path, output="a.csv", path="/pets/*").exchanges == 2
    assert ask(tmp_path, output="b.csv", method="post", status=422).exchanges == 1


def test_a_file_that_is_there_is_kept(tmp_path):
    (tmp_path / "out.csv").write_text("mine")
    with pytest.raises(CommandError, match="there already"):
        ask(tmp_path, output="out.csv")
    assert (tmp_path / "out.csv").read_text() == "mine"
    ask(tmp_path, output="out.csv", force=True)
    assert (tmp_path / "out.csv").read_text().startswith("id,ts")
    assert names(tmp_path) == ["out.csv"]


def test_what_fails_leaves_nothing(tmp_path):
    rows = [*ROWS, {"request_headers": "{broken"}]
    with pytest.raises(Exception, match=r"malformed|invalid|JSON|Expecting|broken"):
        ask(tmp_path, rows=rows, output="out.har")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("day.har", "day.har"),
        ("/etc/passwd.har", "passwd.har"),
        ("../../up.har", "up.har"),
        ("a/b/c.har", "c.har"),
        ("C:\\x\\y.har", "y.har"),
    ],
)
def test_others_than_the_command_line_write_beside_the_journal(tmp_path, output, name):
    told = ask(tmp_path, actor="agent", output=output)
    assert told.path == str(tmp_path / "exports" / name)
    assert names(tmp_path) == ["exports"]


@pytest.mark.parametrize("output", ["..", ".", "/", "a/..", ".hidden.har", "x\0.har"])
def test_what_is_no_file_is_refused(tmp_path, output):
    with pytest.raises(CommandError):
        ask(tmp_path, actor="agent", output=output, format="har")


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "exports").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CommandError):
        ask(tmp_path, actor="agent", output="day.har")
    assert names(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("output", ["out.txt", "nowhere/out.csv", "."])
def test_the_command_line_is_told_what_is_wrong(tmp_path, output):
    with pytest.raises(CommandError) as caught:
        ask(tmp_path, output=output, format=None if "txt" in output else "csv")
    assert caught.value.hint


def test_a_journal_in_a_file_has_the_folder_beside_it(tmp_path):
    memory = journal(ROWS)
    file = tmp_path / "data" / "journal.duckdb"
    file.parent.mkdir()
    memory.execute(f"ATTACH '{file}' AS copy")
    memory.execute("COPY FROM DATABASE memory TO copy")
    memory.execute("DETACH copy")
    with duckdb.connect(str(file)) as connection, reading(connection) as opened:
        context = Context(journal=opened, actor="agent", folder=tmp_path)
        told = export(context, ExportQuery(output="day.har"))
    assert told.path == str(tmp_path / "data" / "exports" / "day.har")


def test_many_pages_are_all_copied_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr("polymock.journal.exporting.pages._PAGE", 3)
    rows = [{"path": f"/{number}"} for number in range(20)]
    told = ask(tmp_path, rows=rows, output="out.jsonl")
    paths = [json.loads(line)["path"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert told.exchanges == 20
    assert paths == [f"/{number}" for number in range(20)]
