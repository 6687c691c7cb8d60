"""A journal, and what workers send to it."""

import pytest

from polymock.interfaces import Operation
from polymock.journal.frames import mock_part
from polymock.journal.writer import Journal, Settings
from polymock_schemas.calls import Call, Reply

OPERATIONS = (
    Operation("GET /pets/{petId}", "getPet", "One pet", ("200", "404", "default")),
    Operation("POST /pets", "addPet", "", ("201", "4XX")),
)
SHOP = mock_part("shop", "openapi", OPERATIONS)


@pytest.fixture
def shop():
    """The mock `shop`, as a worker announces it."""
    return SHOP


@pytest.fixture
def call():
    """Makes a call."""

    def make(path="/pets/1", body=b"", headers=((b"host", b"localhost"),), method="GET"):
        return Call(method, path, b"", tuple(headers), dict(headers), body, "127.0.0.1")

    return make


@pytest.fixture
def reply():
    """Makes a reply."""

    def make(status=200, body=b'{"id":1}', operation="GET /pets/{petId}", **more):
        made = {"source": "example", "headers": ((b"content-type", b"application/json"),), **more}
        return Reply(status=status, body=body, operation=operation, **made)

    return make


@pytest.fixture
def journal(tmp_path):
    """An open journal in a file."""
    opened = Journal(Settings(str(tmp_path / "journal.duckdb"), redact=("authorization",)))
    yield opened
    opened.close()
