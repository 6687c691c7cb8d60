"""Who asks for many different things, and who does not."""

import datetime
import random

import pytest

from core.journal.questions.recorded import START, read
from polymock.commands.context import Context
from polymock.commands.log_anomalies import anomalies
from polymock_schemas.anomalies import AnomalyQuery


def usual(rng, number=600):
    """Some clients, who ask for the same few users."""
    return [
        {
            "operation": "GET /users/{id}",
            "path": f"/users/{rng.randrange(20)}",
            "client": f"10.0.0.{rng.randrange(6)}",
        }
        for _ in range(number)
    ]


def asked(client, number, at=400):
    """A client that asks for one user after the other, within a minute."""
    return [
        {
            "operation": "GET /users/{id}",
            "path": f"/users/{1000 + user}",
            "client": client,
            "ts": START.replace(minute=at // 60, second=user % 60),
        }
        for user in range(number)
    ]


def scans(rows, **query):
    with read(rows) as journal:
        asked = AnomalyQuery(kinds=("scan",), **query)
        return anomalies(Context(journal=journal), asked).anomalies


def test_one_that_asks_for_one_after_the_other_scans():
    (found,) = scans(usual(random.Random(1)) + asked("10.0.0.2", 120))
    assert (found.subject, found.operation, found.unit) == ("10.0.0.2", "GET /users/{id}", "ids")
    assert found.seen >= 100


def test_where_many_do_it_is_no_scan():
    rows = usual(random.Random(1))
    for number in range(5):
        rows += asked(f"10.0.0.{number}", 100)
    assert scans(rows) == ()


def test_one_that_asks_for_the_same_again_and_again_does_not_scan():
    rows = usual(random.Random(1))
    rows += [{**row, "path": "/users/1"} for row in asked("10.0.0.2", 150)]
    assert scans(rows) == ()


def test_writes_are_no_scan():
    rows = usual(random.Random(1))
    rows += [
        {**row, "method": "POST", "operation": "POST /users", "path": "/users", "request_body": "1"}
        for row in asked("10.0.0.2", 150)
    ]
    assert scans(rows) == ()


def test_many_addresses_that_are_not_there_are_a_scan():
    rows = usual(random.Random(1))
    rows += [
        {**row, "operation": "", "status": 404, "source": "refusal"} for row in asked("1.2.3.4", 50)
    ]
    (found,) = scans(rows)
    assert (found.subject, found.unit, found.seen) == ("1.2.3.4", "addresses", 50)


def all_day(rng, hours=30):
    """Clients that ask for users now and then, and one that does so all the time."""
    return [
        {
            "operation": "GET /users/{id}",
            "path": f"/users/{rng.randrange(100_000)}",
            "client": "10.0.0.1" if number % 4 == 0 else f"10.0.0.{2 + rng.randrange(30)}",
            "ts": START + datetime.timedelta(seconds=hours * 3600 * number / 12_000),
        }
        for number in range(12_000)
    ]


def test_one_that_asks_for_much_every_hour_does_not_scan():
    assert scans(all_day(random.Random(2))) == ()
    since = (START + datetime.timedelta(hours=28)).isoformat()
    until = (START + datetime.timedelta(hours=29)).isoformat()
    assert scans(all_day(random.Random(3)), since=since, until=until) == ()


@pytest.mark.parametrize("client", ["10.0.0.7", "10.0.9.9"])
def test_a_scan_is_told_when_it_is(client):
    begun = START + datetime.timedelta(hours=28, minutes=10)
    rows = all_day(random.Random(4))
    rows += [
        {**row, "ts": begun + datetime.timedelta(seconds=number)}
        for number, row in enumerate(asked(client, 250))
    ]
    since = (START + datetime.timedelta(hours=28)).isoformat()
    (found,) = scans(rows, since=since)
    assert found.subject == client
    assert found.seen >= 240
    slack = datetime.timedelta(minutes=5)
    first, last = (moment.replace(tzinfo=None) for moment in (found.first_ts, found.last_ts))
    assert begun - slack <= first <= last <= begun + slack + datetime.timedelta(seconds=250)
