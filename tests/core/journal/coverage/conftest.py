"""A journal with a contract of a few parts, and exchanges put into it."""

import uuid
from datetime import datetime, timedelta

import pytest

from polymock.journal.database import open_journal
from polymock_schemas.journal import EXCHANGES

NOON = datetime(2026, 3, 1, 12, 0, 0)
OPERATIONS = (
    ("shop", "openapi", "GET /pets", "", "", ["200", "4XX", "default"]),
    ("shop", "openapi", "POST /pets", "", "", ["201", "422"]),
    ("shop", "openapi", "GET /pets/{petId}", "", "", ["200"]),
    ("rpc", "grpc", "shop.v1.Shop/GetPet", "", "", []),
)
RULES = ["pet_id", "GET /v1/pets/{pet_id}"]
PARTS = (
    ("shop", "GET /pets", "parameter", "query", "limit", "integer", False, []),
    ("shop", "GET /pets", "parameter", "query", "filter", "object", False, ["colour", "size"]),
    ("shop", "GET /pets", "parameter", "header", "X-Trace", "string", False, []),
    ("shop", "GET /pets", "response", "200", "items", "array", True, []),
    ("shop", "GET /pets", "response", "200", "items[].id", "integer", True, []),
    ("shop", "GET /pets", "response", "200", "items[].tags", "array", False, []),
    ("shop", "GET /pets", "response", "4XX", "title", "string", False, []),
    ("shop", "POST /pets", "request", "", "name", "string", True, []),
    ("shop", "POST /pets", "request", "", "owner", "object", False, []),
    ("shop", "POST /pets", "request", "", "owner.name", "string", False, []),
    ("shop", "POST /pets", "response", "201", "id", "integer", True, []),
    ("shop", "GET /pets/{petId}", "parameter", "path", "petId", "string", True, []),
    ("rpc", "shop.v1.Shop/GetPet", "request", "", "petId", "string", False, RULES),
    ("rpc", "shop.v1.Shop/GetPet", "response", "", "name", "string", False, []),
)


class Database:
    """A journal that is open to write, and rows to put into it."""

    noon = NOON

    def __init__(self, path):
        self.path = str(path)
        self.connection = open_journal(self.path)
        with self.connection.cursor().appender("operations") as operations:
            operations.append_rows(OPERATIONS)
        with self.connection.cursor().appender("contract_parts") as parts:
            parts.append_rows(PARTS)

    def cursor(self):
        """As `Cursors` has it."""
        return self.connection.cursor()

    def rows(self, statement, parameters=None):
        """All rows of a statement."""
        return self.connection.execute(statement, parameters or None).fetchall()

    def put(self, operation, seconds=0.0, **more):
        """Put one exchange into it, so many seconds after noon."""
        values = {
            "id": uuid.uuid4(),
            "ts": NOON + timedelta(seconds=seconds),
            "mock": "rpc" if operation.startswith("shop.v1") else "shop",
            "protocol": "grpc" if operation.startswith("shop.v1") else "openapi",
            "operation": operation,
            "status": 200,
            "outcome": "ok",
            "source": "sample",
            "request_headers": "{}",
            "response_headers": "{}",
            "truncated": False,
            "violations": [],
            **more,
        }
        defaults = {"VARCHAR": "", "BIGINT": 0, "INTEGER": 0}
        row = [
            values.get(c.name, None if c.name.endswith("_body") else defaults.get(c.type))
            for c in EXCHANGES.columns
        ]
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO exchanges VALUES ({marks})", row)

    def clear(self):
        """Take out all that was put into it, and what was found in that."""
        for table in ("exchanges", "footprints", "exercised", "looked_into"):
            self.connection.execute(f"DELETE FROM {table}")


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """One journal for all, as it takes a while to make."""
    made = Database(tmp_path_factory.mktemp("coverage") / "journal.duckdb")
    yield made
    made.connection.close()


@pytest.fixture
def database(opened):
    """A journal with two mocks, and no exchanges."""
    opened.clear()
    return opened
