"""SQL from users and agents over the journal: one statement that reads, bounded in time and rows.

The database is opened without access to files, network, extensions and Python (`database`), and
its settings are locked. Here a query is parsed first: it must be a single SELECT (or an EXPLAIN of
one) that calls no function which waits, acts or fills memory at once. Then it runs in a read-only
transaction on a cursor of its own, and a timer interrupts it.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import duckdb

from polymock.errors import JournalError
from polymock.journal.database import LONGEST_STATEMENT_MS, Cursors
from polymock.journal.days import NAME
from polymock.journal.values import plain
from polymock_schemas.commands import SqlResult

MAX_ROWS = 100_000
MAX_STATEMENT = 100_000
MAX_RESULT_BYTES = 64 * 1024 * 1024
MAX_MULTIPLIED = 10_000
FETCHED_ROWS = 1024

_EXPLAIN = re.compile(r"\s*EXPLAIN(?:\s+ANALYZE)?\b", re.IGNORECASE)
_WAITS_OR_ACTS = frozenset(
    {
        "__internal_barrier",
        "arrow_scan",
        "arrow_scan_dumb",
        "checkpoint",
        "force_checkpoint",
        "json_execute_serialized_sql",
        "nextval",
        "pandas_scan",
        "pg_sleep",
        "python_arrow_scan",
        "python_map_function",
        "query",
        "query_table",
        "setseed",
        "sleep_ms",
        "truncate_duckdb_logs",
        "write_log",
    }
)
_REFUSED = (
    "add_",
    "create_external_",
    "deregister_",
    "destroy_",
    "import_",
    "copy_",
    "glob",
    "parquet_",
    "read_",
    "register_",
    "remove_",
    "sniff_",
)
"""How the names of functions begin that read or list files, or change the machine. Archived days
are read through `requests`; DuckDB itself keeps from all other files."""
_NO_TABLE = re.compile(
    r"[/\\*?:]|\.(?:parquet|csv|tsv|json|jsonl|ndjson|gz|zst|txt|db|duckdb)$", re.I
)
"""A table of such a name would be a file."""
_MULTIPLIES = frozenset(
    {
        "array_resize",
        "bar",
        "generate_series",
        "list_resize",
        "lpad",
        "range",
        "repeat",
        "rpad",
    }
)
"""Scalar functions that make a large value of a small one, in one step that no timer can stop."""
_FORMATS = frozenset({"printf", "format"})
_CHANGING = frozenset({"DELETE_QUERY_NODE", "INSERT_QUERY_NODE", "UPDATE_QUERY_NODE"})
_READING_HINT = "write one SELECT; `polymock logs schema` lists the tables and views"


def run(connection: Cursors, statement: str, limit: int, timeout_ms: int) -> SqlResult:
    """Answer one query with at most `limit` rows (1 to 100,000), within `timeout_ms`.

    Values are of JSON's types (see `values.plain`). Raises JournalError where the statement is
    refused or fails, and says why.
    """
    limit = max(0, min(limit, MAX_ROWS))
    timeout_ms = max(1, min(timeout_ms, LONGEST_STATEMENT_MS))
    try:
        cursor = connection.cursor()
    except duckdb.Error as error:
        raise JournalError("the journal is closed", "start the server again") from error
    started = time.monotonic()
    timer = threading.Timer(timeout_ms / 1000, cursor.interrupt)
    timer.daemon = True
    try:
        parsed = _checked(cursor, statement)
        timer.start()
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        cursor.execute(parsed)
        columns = tuple(str(column[0]) for column in cursor.description or ())
        types = tuple(str(column[1]) for column in cursor.description or ())
        rows, truncated = _fetched(cursor, limit, started + timeout_ms / 1000)
    except duckdb.Error as error:
        raise _explained(error, timeout_ms) from error
    finally:
        timer.cancel()
        with contextlib.suppress(duckdb.Error):
            cursor.rollback()
        cursor.close()
    elapsed = round((time.monotonic() - started) * 1000)
    return SqlResult(columns, types, rows, truncated, elapsed)


def _checked(cursor: duckdb.DuckDBPyConnection, statement: str) -> duckdb.Statement:
    """The statement, parsed, once it is known to be a harmless SELECT. Raises JournalError."""
    if len(statement) > MAX_STATEMENT:
        raise JournalError(
            f"the statement has {len(statement)} characters; {MAX_STATEMENT} are allowed"
        )
    try:
        statements = cursor.extract_statements(statement)
        kinds = [parsed.type for parsed in statements]
    except ValueError as error:  # a kind of statement that DuckDB's Python module does not know
        raise JournalError("only a SELECT is allowed", _READING_HINT) from error
    if len(statements) != 1:
        count = "none" if not statements else str(len(statements))
        raise JournalError(f"exactly one statement is allowed, not {count}", _READING_HINT)
    if kinds[0] == duckdb.StatementType.EXPLAIN:
        explain = _EXPLAIN.match(statement)
        if explain is None:
            raise JournalError("the EXPLAIN is not understood", "write EXPLAIN SELECT …")
        _check_calls(cursor, statement[explain.end() :])
    elif kinds[0] == duckdb.StatementType.MULTI:
        raise JournalError(
            "a PIVOT without its values is not allowed", "name them: PIVOT … ON column IN (…)"
        )
    elif kinds[0] != duckdb.StatementType.SELECT:
        raise JournalError(
            f"only a SELECT is allowed, not {kinds[0].name.replace('_', ' ')}", _READING_HINT
        )
    else:
        _check_calls(cursor, statement)
    return statements[0]


def _check_calls(cursor: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Raises JournalError where the SELECT changes something or calls what it may not."""
    row = cursor.execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        reason = tree.get("error_message", "it cannot be read")
        raise JournalError(f"only a SELECT is allowed: {reason}", _READING_HINT)
    multiplied = 1
    for node in _nodes(tree["statements"]):
        if node.get("type") in _CHANGING:
            raise JournalError("the statement writes; only reading is allowed", _READING_HINT)
        table = node.get("table_name")
        if isinstance(table, str) and node.get("type") == "BASE_TABLE" and _NO_TABLE.search(table):
            raise JournalError("files cannot be read by their names", _READING_HINT)
        name = node.get("function_name")
        if not isinstance(name, str):
            continue
        name = name.lower()
        if name.startswith(_REFUSED):
            raise JournalError(
                f"the function {name} reaches for files or the network, which is not allowed",
                _READING_HINT,
            )
        if name in _WAITS_OR_ACTS or name.startswith(("enable_", "disable_")):
            raise JournalError(f"the function {name} is not allowed", _READING_HINT)
        if name in _MULTIPLIES and not node.get("from_table_function"):
            multiplied *= max(_largest_constant(name, node), 1)
            if multiplied > MAX_MULTIPLIED:
                raise JournalError(
                    f"the function {name} may multiply by {MAX_MULTIPLIED} at most",
                    "use smaller numbers; for many rows write FROM range(…)",
                )
        elif name in _FORMATS:
            _check_format(name, node)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a parsed statement; table functions' calls are marked."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("type") == "TABLE_FUNCTION" and isinstance(node.get("function"), dict):
                node["function"]["from_table_function"] = True
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _arguments(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [argument["expression"] for argument in node.get("arguments", ())]


def _largest_constant(name: str, node: dict[str, Any]) -> int:
    """The largest number among a call's arguments. Raises JournalError where one is computed."""
    largest = 0
    for position, argument in enumerate(_arguments(node)):
        literal = argument.get("literal")
        if argument.get("class") != "CONSTANT" or not isinstance(literal, dict):
            if position == 0 and name not in ("range", "generate_series"):
                continue  # what is multiplied
            raise JournalError(
                f"the function {name} needs a written number here, not a computed one",
                "for many rows write FROM range(…)",
            )
        with contextlib.suppress(ValueError):
            largest = max(largest, abs(int(float(literal.get("text", "0")))))
    return largest


def _check_format(name: str, node: dict[str, Any]) -> None:
    """Raises JournalError where a format string may ask for a very wide field."""
    first = next(iter(_arguments(node)), {})
    literal = first.get("literal")
    text = literal.get("text", "") if isinstance(literal, dict) else "*"
    widest = max((int(digits) for digits in re.findall(r"\d{1,18}", text)), default=0)
    if "*" in text or widest > MAX_MULTIPLIED:
        raise JournalError(
            f"the function {name} needs a written format with widths of at most {MAX_MULTIPLIED}",
            _READING_HINT,
        )


def _fetched(
    cursor: duckdb.DuckDBPyConnection, limit: int, deadline: float
) -> tuple[list[list[Any]], bool]:
    rows: list[list[Any]] = []
    size = 0
    while True:
        wanted = min(FETCHED_ROWS, limit + 1 - len(rows))
        fetched = cursor.fetchmany(wanted)
        for row in fetched:
            if len(rows) == limit or size > MAX_RESULT_BYTES:
                return rows, True
            values = [plain(value) for value in row]
            size += sum(len(v) if isinstance(v, str) else 16 for v in values)
            rows.append(values)
        if len(fetched) < wanted:
            return rows, False
        if time.monotonic() > deadline:
            raise duckdb.InterruptException("the query took too long to read")


def _explained(error: duckdb.Error, timeout_ms: int) -> JournalError:
    text = str(error).strip()
    if isinstance(error, duckdb.InterruptException):
        return JournalError(
            f"the query took longer than {timeout_ms} ms and was stopped",
            "ask for less: filter by ts, or aggregate; or allow more time",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return JournalError(
            "the query needs more memory than it is allowed",
            "ask for less: filter by ts, select fewer columns, or aggregate",
        )
    if isinstance(error, duckdb.PermissionException):
        return JournalError(
            "the query reaches for files or the network, which is not allowed", _READING_HINT
        )
    if isinstance(error, duckdb.TransactionException) and "read-only" in text:
        return JournalError("the statement writes; only reading is allowed", _READING_HINT)
    return lost_day(text) or JournalError(f"the query failed: {text}", _READING_HINT)


def lost_day(text: str) -> JournalError | None:
    """What to say where an error of DuckDB is about the file of an archived day; None for others.

    The journal leaves such a file out by itself, a minute later at most.
    """
    found = NAME.search(text)
    if found is None:
        return None
    return JournalError(
        f"the archived day {found[0]} is missing or damaged",
        "put the file back, or ask again in a minute: the other days are told without it then "
        "(`polymock logs compact` does that at once)",
    )
