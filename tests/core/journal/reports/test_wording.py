"""Figures as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from polymock.journal.reports.tables import cut, table
from polymock.journal.reports.wording import (
    latency,
    percent,
    rate,
    short_count,
    size,
    span,
    step_label,
    text,
)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (percent(0), "0 %"),
        (percent(1), "100 %"),
        (percent(0.00001), "<0.1 %"),
        (percent(0.99999), ">99.9 %"),
        (percent(0.0594), "5.9 %"),
        (latency(0), "0 µs"),
        (latency(405), "405 µs"),
        (latency(999), "999 µs"),
        (latency(1_000), "1 ms"),
        (latency(1_344), "1.34 ms"),
        (latency(12_345), "12.3 ms"),
        (latency(999_499), "999 ms"),
        (latency(999_500), "1 s"),
        (latency(200_000_000), "3 min 20 s"),
        (size(812), "812 B"),
        (size(1_710_000_000), "1.71 GB"),
        (rate(16.53), "16.5/s"),
        (rate(0.1), "6/min"),
        (rate(0.0005), "1.8/h"),
        (rate(0.00001), "0.86/d"),
        (span(0.25), "0.25 s"),
        (span(604_800), "7 d"),
        (span(5_400), "1 h 30 min"),
        (span(90_061), "1 d 1 h"),
        (span(3_601), "1 h"),
        (short_count(269_000), "269k"),
        (short_count(7), "7"),
        (text("a\nb\x1b[2J\u202e"), "a\\nb\\x1b[2J\\u202e"),
        (step_label(datetime(2026, 3, 1, tzinfo=UTC), 3600), "Mar 1"),
        (step_label(datetime(2026, 3, 1, 13, tzinfo=UTC), 3600), "13:00"),
        (step_label(datetime(2026, 3, 1, 13, 0, 5, tzinfo=UTC), 5), "13:00:05"),
    ],
)
def test_words(shown, words):
    assert shown == words


def test_what_is_too_long_is_cut_in_its_middle():
    assert cut("GET /products/{productId}", 16) == "GET /produ…ctId}"
    assert cut("short", 16) == "short"
    assert cut("界" * 20, 10) == "界界界…界"


def test_a_table_cuts_its_longest_texts_and_never_its_figures():
    lines = list(table(("name", "calls"), [("x" * 200, "1,234"), ("y", "5")], ("name",), 40))
    assert [len(line) for line in lines] == [40, 40, 40]
    assert lines[1].endswith("  1,234")
    assert lines[2] == "y" + " " * 38 + "5"
