"""Who is new, and who only calls rarely."""

import pytest

from polymock.journal.anomalies.newcomers import Caller, newcomers

TOTAL = 10_000


def found(callers, examined=None):
    """Calls are even over the time, so that a moment is the number of calls before it."""
    return list(newcomers(callers, "client", examined, lambda moment: moment, TOTAL))


def caller(name, first, calls, kind="client"):
    return Caller(kind, name, calls, first, TOTAL)


REGULARS = [caller(f"r{number}", number * 10, 900) for number in range(10)]


def test_a_client_that_was_never_seen_before_is_new():
    (new,) = found([*REGULARS, caller("x", 6000, 50)])
    assert (new.names, new.calls, new.before, new.known) == (("x",), 50, 6000, 10)


@pytest.mark.parametrize(("first", "calls"), [(6000, 4), (3000, 8), (500, 500), (20, 900)])
def test_one_that_calls_rarely_or_came_at_the_beginning_is_not(first, calls):
    assert found([*REGULARS, caller("x", first, calls)]) == []


def test_where_new_ones_come_all_the_time_only_a_loud_one_is_told():
    visitors = [caller(f"v{number}", 100 * number, 20) for number in range(5, 95)]
    assert found([*REGULARS, *visitors]) == []
    (new,) = found([*REGULARS, *visitors, caller("x", 7000, 400)])
    assert new.names == ("x",)


def test_many_that_come_at_once_are_told_together():
    crowd = [caller(f"x{number}", 6000 + number, 40 + number) for number in range(6)]
    (new,) = found([*REGULARS, *crowd])
    assert new.names == ("x5", "x4", "x3", "x2", "x1", "x0")


def test_only_those_of_the_time_judged_are_told():
    assert found([*REGULARS, caller("x", 6000, 50)], examined=7000) == []
    assert len(found([*REGULARS, caller("x", 7500, 50)], examined=7000)) == 1


def test_other_kinds_and_those_without_a_name_do_not_count():
    assert found([*REGULARS, caller("", 6000, 50), caller("x", 6000, 50, "principal")]) == []
