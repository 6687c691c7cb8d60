"""UUIDv7s."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from polymock.ids import new_run, uuid7, uuid_text

moments = st.integers(0, 2**47 * 1000)


@given(moments, st.integers(0, 2**30 - 1), st.integers(0, 2**40))
def test_it_is_a_version_7_uuid_of_its_millisecond(ts, run, counter):
    made = UUID(uuid_text(uuid7(ts, run, counter)))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == ts // 1000


@given(moments, moments, st.integers(0, 2**30 - 1))
def test_ids_sort_by_time(one, other, run):
    early, late = sorted((one, other))
    assert uuid7(early, run, 5) <= uuid7(late, run, 6)


def test_ids_of_a_run_differ_and_ascend_within_a_microsecond():
    run = new_run()
    ids = [uuid7(1_735_689_600_123_456, run, counter) for counter in range(1000)]
    assert ids == sorted(set(ids))


def test_a_time_before_1970_still_makes_an_id():
    assert UUID(uuid_text(uuid7(-5, 1, 1))).version == 7
