"""Which stretches have not been looked into."""

from datetime import datetime, timedelta
from itertools import pairwise

from polymock.journal.coverage.pending import (
    BEGINNING,
    BUCKET,
    END,
    Bucket,
    Window,
    missing,
    pending,
    plans,
    start_of,
    windows,
)


def look_into(database, start, count):
    database.connection.execute("INSERT INTO looked_into VALUES (?, ?)", [start, count])


def test_a_bucket_starts_at_whole_tens_of_seconds():
    assert start_of(datetime(2026, 3, 1, 12, 0, 19, 999999)) == datetime(2026, 3, 1, 12, 0, 10)
    assert start_of(datetime(2026, 3, 1, 12, 0, 20)) == datetime(2026, 3, 1, 12, 0, 20)


def test_an_empty_journal_has_no_windows(database):
    assert windows(database.rows, BEGINNING, END) == []


def test_windows_cover_all_exchanges_without_overlap(database):
    for seconds in (0, 5, 100_000, 1_000_000):
        database.put("GET /pets", seconds)
    made = windows(database.rows, BEGINNING, END)
    assert made[0].since == database.noon
    assert made[-1].until == start_of(database.noon + timedelta(seconds=1_000_000)) + BUCKET
    assert all(one.until == other.since for one, other in pairwise(made))
    assert made[-1].until - made[-1].since < made[0].until - made[0].since
    assert sum(missing(database.rows, window) for window in made) == 4


def test_only_buckets_with_something_new_are_pending(database):
    noon = database.noon
    for seconds in (1, 2, 11, 12, 21):
        database.put("GET /pets", seconds)
    look_into(database, noon, 2)
    look_into(database, noon + BUCKET, 1)
    window = Window(noon, noon + 6 * BUCKET)
    assert missing(database.rows, window) == 2
    (plan,) = pending(database.rows, window)
    assert plan.missing == 2
    assert plan.done == (
        Bucket(noon + BUCKET, 2, 1),
        Bucket(noon + 2 * BUCKET, 1, 1),
    )
    look_into(database, noon + 2 * BUCKET, 1)
    database.connection.execute("UPDATE looked_into SET exchanges = 2 WHERE exchanges = 1")
    assert pending(database.rows, window) == []
    assert sum(len(plan.done) for plan in pending(database.rows, window, every=True)) == 3


def test_buckets_are_put_together_and_cut():
    noon = datetime(2026, 3, 1, 12)
    sizes = [3, 3, 3, 25, 1]
    buckets = [Bucket(noon + BUCKET * n, size, size) for n, size in enumerate(sizes)]
    made = list(plans(buckets, 10))
    assert [len(plan.done) for plan in made] == [3, 0, 0, 1, 1]
    assert made[1].since == buckets[3].start
    assert made[1].until == made[2].since
    assert made[3].until == buckets[4].start
    assert sum(plan.missing for plan in made) == sum(sizes)
