"""Commands on the journal's file."""

import time
from types import SimpleNamespace

import pytest

from polymock.commands import log_keeping
from polymock.commands.context import Context
from polymock.errors import CommandError
from polymock.journal.database import open_read_only
from polymock.journal.reading import reading
from polymock.journal.writer import Journal, Settings
from polymock_schemas.commands import Nothing
from polymock_schemas.log_keeping import ClearInfo, ClearParams, CompactInfo, CompactParams

DAY = 86_400
FILL = """
INSERT INTO exchanges (id, ts, mock, operation, session, path, status)
SELECT uuid(), make_timestamp(CAST(1000000 * (? + d * 86400 + i) AS BIGINT)), 'shop', 'GET /pets',
    's' || i % 4, '/' || i, 200
FROM range(3) t(d), range(100) u(i)
"""


@pytest.fixture
def journal(tmp_path):
    """Three days of a hundred exchanges each; the last is today."""
    opened = Journal(Settings(str(tmp_path / "journal.duckdb")))
    cursor = opened._file.cursor()
    cursor.execute(FILL, [int(time.time()) // DAY * DAY - 2 * DAY])
    cursor.execute("INSERT INTO journal_gaps VALUES (now(), 'n', 7, 700, 'full')")
    cursor.close()
    yield opened
    opened.close()


@pytest.fixture
def context(journal):
    """What a command gets from a server that has this journal."""
    return Context(server=SimpleNamespace(journal=journal))


def status(journal):
    with journal.reading() as open_reading:
        return log_keeping.status(Context(journal=open_reading), Nothing())


def test_status_tells_what_there_is(journal, context, tmp_path):
    found = status(journal)
    assert (found.rows, found.archived_rows, found.gaps, found.dropped_rows) == (300, 0, 1, 7)
    assert found.path == str(tmp_path / "journal.duckdb")
    assert found.bytes + found.log_bytes > 10_000
    assert (found.newest - found.oldest).days == 2
    log_keeping.compact(context, CompactParams(archive=0))
    (tmp_path / "journal.duckdb.damaged-20261129T150000Z").write_bytes(b"x")
    after = status(journal)
    assert (after.rows, after.archived_rows) == (300, 200)
    assert (after.oldest, after.newest) == (found.oldest, found.newest)
    assert [archive.rows for archive in after.archives] == [100, 100]
    assert after.set_aside == ("journal.duckdb.damaged-20261129T150000Z",)


def test_status_of_a_file_that_nobody_has_open(tmp_path):
    Journal(Settings(str(tmp_path / "journal.duckdb"))).close()
    with (
        open_read_only(str(tmp_path / "journal.duckdb")) as connection,
        reading(connection) as open_reading,
    ):
        found = log_keeping.status(Context(journal=open_reading), Nothing())
    assert (found.rows, found.gaps, found.oldest) == (0, 0, None)
    assert found.path == str(tmp_path / "journal.duckdb")


def test_compact_archives_days_that_ended(context):
    assert log_keeping.compact(context, CompactParams()) == CompactInfo(0, 0, 0, 0)
    assert log_keeping.compact(context, CompactParams(archive=DAY)) == CompactInfo(100, 1, 0, 0)


def test_clear_deletes_what_is_named_but_archives_stay(journal, context):
    assert log_keeping.clear(context, ClearParams(session="s1")) == ClearInfo(75, 0)
    log_keeping.compact(context, CompactParams(archive=DAY))
    assert log_keeping.clear(context, ClearParams(session="s2")) == ClearInfo(50, 25)
    assert log_keeping.clear(context, ClearParams(everything=True)) == ClearInfo(100, 75)
    assert status(journal).rows == 75


def test_clear_wants_to_know_what(context):
    with pytest.raises(CommandError, match="which exchanges"):
        log_keeping.clear(context, ClearParams())
    with pytest.raises(CommandError, match="Nothing is recorded"):
        log_keeping.clear(
            Context(server=SimpleNamespace(journal=None)), ClearParams(everything=True)
        )
