"""Observers and health, printed."""

import pytest

from polymock.cli.showing.observers import show_delivery, show_health
from polymock_schemas.observers import Delivery, Health, PartHealth


@pytest.mark.parametrize(("attempts", "words"), [(1, "1 attempt, "), (3, "3 attempts, ")])
def test_attempts_are_counted(capsys, attempts, words):
    delivery = Delivery("d1", 0, "request.received", 1, True, attempts, 200, 7, "")
    show_delivery(delivery, None)
    assert capsys.readouterr().out == f"d1 was delivered: HTTP 200, {words}7 ms.\n"


def test_a_reason_that_is_the_state_is_not_repeated(capsys):
    parts = (PartHealth("journal", "ok", "ok"), PartHealth("hook", "failed", "it is gone"))
    show_health(Health(True, parts), None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].split() == ["journal", "ok"]
    assert lines[-1].split() == ["hook", "failed", "it", "is", "gone"]
