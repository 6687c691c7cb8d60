"""Looking into exchanges in the background, and keeping what was found."""

import threading
import time
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from polymock.interfaces import Operation, Part
from polymock.journal.appender import Source
from polymock.journal.coverage import keeping, tracking
from polymock.journal.coverage.tracking import Tracker
from polymock.journal.frames import Contracts, Parts, mock_part
from polymock.journal.writer import Journal, Settings

SHOP = mock_part("shop", "openapi", [Operation("GET /pets", statuses=("200",))])
LIMIT = Part("GET /pets", "parameter", "query", "limit", "integer")
NAME = Part("GET /pets", "response", "200", "name", "string")
BOTH = "SELECT name FROM contract_parts ORDER BY name"


def catch_up(database):
    Tracker(database, lambda: 0).catch_up()


def test_what_messages_had_in_common_is_kept_once(database):
    for seconds in range(5):
        database.put("GET /pets", seconds, query=f"limit={seconds}")
    catch_up(database)
    assert database.rows("SELECT mock, operation, kind, place, names FROM footprints") == [
        ("shop", "GET /pets", "parameter", "query", ["limit"])
    ]
    last = database.noon + timedelta(seconds=4)
    assert database.rows("SELECT session, hour, first_ts, last_ts FROM exercised") == [
        ("", database.noon, database.noon, last)
    ]
    assert database.rows("SELECT sum(exchanges) FROM looked_into") == [(5,)]


def test_a_second_look_adds_nothing(database):
    database.put("GET /pets", query="limit=1")
    catch_up(database)
    catch_up(database)
    assert database.rows("SELECT count(*) FROM exercised") == [(1,)]
    assert database.rows("SELECT count(*) FROM looked_into") == [(1,)]


def test_hours_that_are_over_are_put_together(database):
    tracker = Tracker(database, lambda: 0)
    for seconds in (0, 100, 200):
        database.put("GET /pets", seconds, query="limit=1")
        tracker.catch_up()
    tracker.catch_up()
    last = database.noon + timedelta(seconds=200)
    assert database.rows("SELECT first_ts, last_ts FROM exercised") == [(database.noon, last)]


def test_many_combinations_are_kept_part_by_part(database, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_FOOTPRINTS", 1)
    database.put("POST /pets", request_body='{"name":""}')
    catch_up(database)
    database.put("POST /pets", 20, request_body='{"name":"","owner":{"name":""}}')
    catch_up(database)
    kept = database.rows("SELECT unnest(names) FROM footprints ORDER BY footprint")
    assert sorted(kept) == [("name",), ("owner",), ("owner.name",)]


def test_a_contract_that_has_changed_has_the_latest_looked_into_again(database, monkeypatch):
    parts = "(mock, operation, kind, place, name, type, required, aliases)"
    new = "('shop', 'GET /pets', 'parameter', 'query', 'later', 'string', false, [])"
    monkeypatch.setattr(keeping, "LOOKED_INTO_AGAIN", 1)
    for seconds in (0, 3600):
        database.put("GET /pets", seconds, query="later=1")
    tracker = Tracker(database, lambda: 0)
    tracker.catch_up()
    assert database.rows("SELECT count(*) FROM exercised") == [(0,)]
    database.connection.execute(f"INSERT INTO contract_parts {parts} VALUES {new}")
    try:
        tracker.catch_up()
        hour = database.noon + timedelta(hours=1)
        assert database.rows("SELECT hour FROM exercised") == [(hour,)]
    finally:
        database.connection.execute("DELETE FROM contract_parts WHERE name = 'later'")


def test_what_was_deleted_is_forgotten(database):
    database.put("GET /pets", query="limit=1")
    catch_up(database)
    database.connection.execute("DELETE FROM exchanges")
    catch_up(database)
    assert database.rows("SELECT count(*) FROM exercised") == [(0,)]
    assert database.rows("SELECT count(*) FROM looked_into") == [(0,)]


def test_a_write_that_fails_leaves_all_of_it_to_be_done_again(database, monkeypatch):
    database.put("GET /pets", query="limit=1")

    def fail(cursor, table, rows):
        if table == "looked_into":
            raise duckdb.IOException("the disk is full")
        append(cursor, table, rows)

    append = keeping._append
    monkeypatch.setattr(keeping, "_append", fail)
    with pytest.raises(duckdb.IOException):
        catch_up(database)
    assert database.rows("SELECT count(*) FROM footprints") == [(0,)]
    assert database.rows("SELECT count(*) FROM exercised") == [(0,)]
    monkeypatch.undo()
    catch_up(database)
    assert database.rows("SELECT count(*) FROM exercised") == [(1,)]


def test_exchanges_that_cannot_be_looked_into_are_passed_over(database, monkeypatch, caplog):
    database.put("GET /pets", query="limit=1")

    def fail(*_):
        raise duckdb.ConversionException("a value is odd")

    monkeypatch.setattr(tracking, "sightings", fail)
    catch_up(database)
    assert "odd" in caplog.text
    assert database.rows("SELECT sum(exchanges) FROM looked_into") == [(1,)]


@pytest.fixture
def journal(tmp_path):
    """A journal that writes what workers send."""
    opened = Journal(Settings(str(tmp_path / "journal.duckdb")))
    yield opened
    opened.close()


def send(journal, source, *frames):
    for frame in frames:
        journal.submit(source, frame, lambda: None)
    assert journal.flush()


def test_parts_are_written_when_all_of_them_have_come(journal):
    source = Source("node", 1, 0)
    send(journal, source, Contracts((SHOP,)), Parts("shop", 0, (LIMIT,)))
    assert journal.query(BOTH).rows == []
    send(journal, source, Parts("shop", 1, (NAME,)), Parts("shop", 2, (), is_last=True))
    assert journal.query(BOTH).rows == [["limit"], ["name"]]


def test_parts_that_were_cut_short_change_nothing(journal):
    source = Source("node", 1, 0)
    send(journal, source, Contracts((SHOP,)), Parts("shop", 0, (LIMIT,)))
    send(journal, Source("node", 2, 0), Parts("shop", 1, (NAME,), is_last=True))
    assert journal.query(BOTH).rows == []
    send(journal, source, Parts("shop", 0, (NAME,)), Parts("shop", 1, (), is_last=True))
    assert journal.query(BOTH).rows == [["name"]]


def test_parts_go_with_their_mock(journal):
    source = Source("node", 1, 0)
    send(journal, source, Contracts((SHOP,)), Parts("shop", 0, (LIMIT,), is_last=True))
    assert journal.query(BOTH).rows == [["limit"]]
    send(journal, source, Contracts((mock_part("other", "openapi", []),)))
    assert journal.query(BOTH).rows == []


def test_parts_stand_in_a_journal_that_is_begun_anew(journal, tmp_path):
    source = Source("node", 1, 0)
    send(journal, source, Contracts((SHOP,)), Parts("shop", 0, (LIMIT,), is_last=True))
    (tmp_path / "journal.duckdb").rename(tmp_path / "taken.duckdb")
    end = time.monotonic() + 20
    while not (tmp_path / "journal.duckdb").exists() and time.monotonic() < end:
        time.sleep(0.1)
    send(journal, source, Parts("shop", 0, (LIMIT,), is_last=True))
    assert journal.query(BOTH).rows == [["limit"]]


def test_it_begins_when_the_parts_are_known_and_ends_with_the_journal(database, monkeypatch):
    monkeypatch.setattr(tracking, "PERIOD_SECONDS", 0.05)
    database.put("GET /pets", query="limit=1")
    tracker = Tracker(database, lambda: 0)
    tracker.start()
    time.sleep(0.3)
    assert database.rows("SELECT count(*) FROM exercised") == [(0,)]
    tracker.know()
    end = time.monotonic() + 20
    while database.rows("SELECT count(*) FROM exercised") == [(0,)] and time.monotonic() < end:
        time.sleep(0.05)
    assert database.rows("SELECT count(*) FROM exercised") == [(1,)]
    database.put("GET /pets", ts=datetime.now(UTC).replace(tzinfo=None))
    tracker.close()
    assert "journal-coverage" not in [thread.name for thread in threading.enumerate()]
    assert database.rows("SELECT sum(exchanges) FROM looked_into") == [(2,)]
