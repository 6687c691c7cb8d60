"""Strings from regular expressions: they match, have the wanted length, and come quickly."""

from __future__ import annotations

import time

import pytest

from polymock.samples.pattern_reader import PatternError, parse
from polymock.samples.pattern_text import make, matcher
from polymock.samples.seeds import Stream

PATTERNS = [
    (r"^[A-Z]{3}-\d{4}$", 0, 100),
    (r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z\d@$!%*?&]{8,}$", 10, 20),
    (r"^(a+)+$", 30, 40),
    ("foo", 10, 12),
    (r"^(\w)-\1$", 3, 3),
    (r"^(?<year>\d{4})-\k<year>$", 9, 9),
    (r"^\p{L}+$", 3, 4),
    (r"^#([0-9a-f]{3}|[0-9a-f]{6})$", 7, 7),
    (r"^[^\s@]+@[^\s@]+\.[^\s@]+$", 0, 30),
    (r"^\+?[1-9]\d{1,14}$", 0, 99),
    ("^.*$", 100, 100),
    ("^(abc)+$", 4, 7),
    (r"^\d{3}(-\d{2})?$", 6, 6),
    (r"^(https?|ftp):\/\/[^\s/$.?#].[^\s]*$", 0, 40),
    ("^[\u4e00-\u9fa5]{2}$", 0, 9),
    (r"^[\w.+\-]+$", 0, 9),
    (r"^\u{1F600}$", 0, 9),
    (r"^[^a-zA-Z0-9]+$", 0, 9),
    ("^(?:a|b|c){2,3}?$", 0, 9),
]


@pytest.mark.parametrize(("pattern", "low", "high"), PATTERNS)
def test_made_text_matches_and_fits(pattern: str, low: int, high: int) -> None:
    node = parse(pattern)
    for seed in range(20):
        text = make(node, Stream(seed), low, high)
        assert matcher(pattern).is_valid(text), text
        assert low <= len(text) <= high


@pytest.mark.parametrize("pattern", ["(", "[", "a{5,2}", "\\", "*a", r"\p{Nope}", "a" * 30_000])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern)


@pytest.mark.parametrize(
    "pattern", ["^(.*)*(.*)*(.*)*x$", "((((((a*)*)*)*)*)*)*b", "(a?){1000}a{1000}", "(" * 9999]
)
def test_catastrophic_patterns_end_quickly(pattern: str) -> None:
    started = time.process_time()
    try:
        make(parse(pattern), Stream(1), 0, 5000)
    except PatternError:
        assert pattern.startswith("((")
    assert time.process_time() - started < 5
