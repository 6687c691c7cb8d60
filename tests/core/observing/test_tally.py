from hypothesis import given
from hypothesis import strategies as st

from polymock.observing.tally import BOUNDS_US, Kind, Tally

LATENCIES = st.lists(st.integers(0, 60_000_000), max_size=200)


@given(LATENCIES)
def test_buckets_hold_what_is_at_most_their_bound(latencies: list[int]) -> None:
    tally = Tally()
    count = tally.count_of(Kind("openapi", "shop", "GET /", 200, "ok"))
    for latency in latencies:
        count.add(latency)
    for series in tally.series():
        assert (series.count, series.sum_us) == (len(latencies), sum(latencies))
        for place, bound in enumerate(BOUNDS_US):
            assert sum(series.buckets[: place + 1]) == sum(each <= bound for each in latencies)
    assert bool(tally.series()) is bool(latencies)
