"""Who asks for many different things, and who does not."""

import random

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


def scans(rows):
    with read(rows) as journal:
        return anomalies(Context(journal=journal), AnomalyQuery(kinds=("scan",))).anomalies


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
