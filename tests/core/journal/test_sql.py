"""Users' SQL: what it gives, and what it is kept from."""

import threading
import time

import duckdb
import pytest

from polymock.errors import JournalError
from polymock.journal.database import open_journal
from polymock.journal.sql import MAX_ROWS, run


@pytest.fixture(scope="module")
def database():
    connection = open_journal(":memory:")
    connection.execute(
        "INSERT INTO operations SELECT 'shop', 'openapi', 'GET /' || i, '', '', ['200']"
        " FROM range(5000) t(i)"
    )
    yield connection
    connection.close()


def ask(database, statement, limit=10, timeout_ms=2000):
    return run(database, statement, limit, timeout_ms)


def test_rows_come_with_columns_and_types(database):
    result = ask(database, "SELECT 1 AS a, 'x' AS b, TIMESTAMP '2024-01-02 03:04:05.006' AS c")
    assert result.columns == ("a", "b", "c")
    assert result.types == ("INTEGER", "VARCHAR", "TIMESTAMP")
    assert result.rows == [[1, "x", "2024-01-02T03:04:05.006000Z"]]
    assert not result.truncated


@pytest.mark.parametrize(
    ("statement", "rows", "truncated"),
    [
        ("FROM range(10)", 10, False),
        ("FROM range(11)", 10, True),
        ("FROM range(10000000000)", 10, True),
        ("FROM range(0)", 0, False),
    ],
)
def test_the_limit_cuts_and_says_so(database, statement, rows, truncated):
    result = ask(database, statement)
    assert (len(result.rows), result.truncated) == (rows, truncated)


def test_many_rows_come_in_full_up_to_the_largest_limit(database):
    assert len(ask(database, "FROM range(5000)", 5000).rows) == 5000
    assert len(ask(database, f"FROM range({MAX_ROWS + 1})", 10**9, 20_000).rows) == MAX_ROWS
    assert ask(database, "SELECT 1", -5).rows == []


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("NULL", None),
        ("'NaN'::DOUBLE", None),
        ("'-Infinity'::FLOAT", None),
        ("170141183460469231731687303715884105727::HUGEINT", str(2**127 - 1)),
        ("9007199254740993", "9007199254740993"),
        ("sum(x)", 3),
        ("1.50::DECIMAL(9,2)", 1.5),
        ("12345678901234567890.1234567::DECIMAL(38,7)", "12345678901234567890.1234567"),
        ("'0190163d-8694-739b-aea5-966c26f8ad91'::UUID", "0190163d-8694-739b-aea5-966c26f8ad91"),
        ("'\\xFF\\x00'::BLOB", "/wA="),
        ("DATE '2024-02-03'", "2024-02-03"),
        ("TIME '01:02:03'", "01:02:03"),
        ("INTERVAL 90 SECONDS", 90.0),
        ("TIMESTAMPTZ '2024-01-01 00:00:00+02'", "2023-12-31T22:00:00Z"),
        ("{'a': [1, NULL], 'b': {'c': 'x'}}", {"a": [1, None], "b": {"c": "x"}}),
        ("MAP {1: 'x'}", {"1": "x"}),
        ("'{\"a\":1}'::JSON", '{"a":1}'),
        ("'a'::ENUM('a', 'b')", "a"),
    ],
)
def test_values_are_of_jsons_types(database, expression, value):
    result = ask(database, f"SELECT {expression} FROM (VALUES (1), (2)) t(x) GROUP BY ALL LIMIT 1")
    assert result.rows == [[value]]


def test_every_type_of_duckdb_is_shown(database):
    assert len(ask(database, "FROM test_all_types()").rows) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "DESCRIBE requests",
        "SUMMARIZE operations",
        "SHOW TABLES",
        "VALUES (1)",
        "FROM latency",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT count(*) FROM operations",
        "/* why */ SELECT 1 -- because\n;",
        "PIVOT operations ON mock IN ('shop') USING count(*)",
        "SELECT repeat('-', 20) || lpad(mock, 10, ' ') FROM operations",
        "SELECT unnest(range(10)), printf('%5d', 3)",
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'requests'",
    ],
)
def test_reading_is_allowed(database, statement):
    assert ask(database, statement, 100).columns


WRITES = [
    "DELETE FROM operations",
    "/* SELECT */ DELETE FROM operations",
    "-- SELECT\nUPDATE operations SET mock = ''",
    "INSERT INTO operations SELECT * FROM operations",
    "MERGE INTO operations o USING operations p ON false WHEN MATCHED THEN DELETE",
    "WITH x AS (DELETE FROM operations RETURNING *) SELECT * FROM x",
    "EXPLAIN ANALYZE DELETE FROM operations",
    "EXPLAIN DELETE FROM operations",
    "DROP TABLE operations",
    "ALTER TABLE operations DROP COLUMN mock",
    "TRUNCATE operations",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "COMMENT ON TABLE operations IS 'x'",
    "SELECT * FROM query('DELETE FROM operations')",
    "SELECT * FROM json_execute_serialized_sql('x')",
]
MANY = [
    "",
    "  -- nothing",
    "SELECT 1; SELECT 2",
    "COMMIT; DROP TABLE operations",
    "SELECT 1; COMMIT; DELETE FROM operations",
    "SELECT 1 /* ; */ ; DELETE FROM operations --",
]
CONTROLS = [
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "PREPARE p AS DELETE FROM operations",
    "EXECUTE p",
    "SET threads = 8",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET VARIABLE x = 1",
    "RESET memory_limit",
    "PRAGMA threads = 8",
    "PRAGMA database_list",
    "CALL enable_logging()",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM force_checkpoint()",
    "VACUUM",
    "ANALYZE",
    "USE temp",
    "ATTACH ':memory:' AS other",
    "DETACH memory",
    "CONNECT 'x'",
    "KILL 1",
    "SELECT * FROM enable_logging('QueryLog')",
    "SELECT write_log('x')",
    "SELECT nextval('x')",
]
REACHES_OUT = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/*')",
    "SELECT * FROM read_json('http://127.0.0.1/')",
    "FROM '/etc/passwd'",
    "FROM 'https://example.org/x.parquet'",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM read_duckdb('/tmp/x.duckdb')",
    "COPY operations TO '/tmp/polymock-must-not-exist.csv'",
    "COPY operations FROM '/etc/passwd'",
    "EXPORT DATABASE '/tmp/polymock-must-not-exist'",
    "ATTACH '/tmp/polymock-must-not-exist.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT getenv('HOME')",
    "SELECT * FROM database",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
]
STALLS = [
    "SELECT pg_sleep(100)",
    'SELECT "PG_Sleep"(100)',
    "SELECT pg_catalog.pg_sleep(100)",
    "SELECT list_transform([1], lambda x: sleep_ms(100000))",
    "EXPLAIN SELECT pg_sleep(100)",
    "SELECT length(repeat('x', 1000000000))",
    "SELECT repeat(repeat('x', 9999), 9999)",
    "SELECT repeat('x', i) FROM range(1000000000, 1000000001) t(i)",
    "SELECT range(1000000000)",
    "SELECT unnest(generate_series(1, 10000000000))",
    "SELECT lpad('x', 1000000000, 'y')",
    "SELECT list_resize([1], 1000000000)",
    "SELECT printf('%1000000000d', 1)",
    "SELECT format('{:1000000000}', 'x')",
    "SELECT count(*) FROM range(10000000000) t(i) WHERE i % 7 = 3",
    "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM r) SELECT max(s) FROM r",
    "SELECT list(range) FROM range(1000000000)",
]
MALFORMED = [
    "SELEC 1",
    "SELECT",
    "SELECT FROM WHERE",
    "SELECT ?",
    "SELECT $name",
    "SELECT * FROM nothing",
    "SELECT '\x00",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "SELECT " + "+".join("1" * 20000),
    "SELECT " + "x" * 200_000,
    "PIVOT operations ON mock USING count(*)",
]


@pytest.mark.parametrize(
    "statement",
    [*WRITES, *MANY, *CONTROLS, *REACHES_OUT, *STALLS, *MALFORMED],
    ids=lambda statement: statement[:60],
)
def test_everything_else_is_refused_in_time_and_with_words(database, statement):
    started = time.monotonic()
    with pytest.raises(JournalError) as caught:
        ask(database, statement, timeout_ms=300)
    assert time.monotonic() - started < 5
    assert len(caught.value.message) > 10
    assert ask(database, "SELECT count(*) FROM operations").rows == [[5000]]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("SELECT 1; SELECT 2", "exactly one statement"),
        ("DELETE FROM operations", "only a SELECT is allowed, not DELETE"),
        ("WITH x AS (DELETE FROM operations RETURNING *) FROM x", "the statement writes"),
        ("FROM read_csv('/etc/passwd')", "files or the network"),
        ("SELECT count(*) FROM range(10000000000) t(i) WHERE i % 7 = 3", "took longer than 300 ms"),
        ("SELECT list(range) FROM range(1000000000)", "more memory"),
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT statu FROM requests", "statu"),
        ("SELECT pg_sleep(1)", "pg_sleep is not allowed"),
    ],
)
def test_a_refusal_says_why(database, statement, reason):
    with pytest.raises(JournalError) as caught:
        ask(database, statement, timeout_ms=300 if "took" in reason else 10_000)
    assert reason in caught.value.message


def test_variables_of_the_server_are_not_tables(database):
    secret = [{"a": 1}]
    with pytest.raises(JournalError, match="secret"):
        ask(database, "SELECT * FROM secret")
    assert secret


def test_interrupting_one_query_leaves_the_others_alone(database):
    found = []
    slow = threading.Thread(
        target=lambda: found.append(
            ask(database, "SELECT count(*) FROM range(30000000) t(i) WHERE i % 7 = 3", 10, 60_000)
        )
    )
    slow.start()
    with pytest.raises(JournalError, match="took longer"):
        ask(database, "SELECT count(*) FROM range(10000000000) t(i) WHERE i % 7 = 3", 10, 50)
    slow.join()
    assert found[0].rows == [[4285714]]


def test_a_closed_journal_is_an_error():
    connection = duckdb.connect()
    connection.close()
    with pytest.raises(JournalError, match="closed"):
        ask(connection, "SELECT 1")
