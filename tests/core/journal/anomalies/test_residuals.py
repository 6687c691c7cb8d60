"""How far is too far."""

import random

import pytest

from polymock.journal.anomalies.episodes import episodes
from polymock.journal.anomalies.residuals import (
    Spread,
    nearest,
    of_count,
    of_counts,
    of_share,
    spread,
)
from polymock.journal.anomalies.traffic import Frame


@pytest.mark.parametrize(
    ("seen", "expected", "sign"), [(10, 10, 0), (40, 10, 1), (0, 10, -1), (5, 0, 1), (0, 0, -1)]
)
def test_a_count_is_too_high_or_too_low(seen, expected, sign):
    residual = of_count(seen, expected)
    assert (residual > 0.5) - (residual < -0.5) == (sign if (seen, expected) != (0, 0) else 0)


def test_many_counts_are_as_each_where_they_are_far_off():
    assert of_counts([50, 10, 0], [10.0, 10.0, 30.0]) == [
        of_count(50, 10),
        0.0,
        of_count(0, 30),
    ]


def test_a_share_of_no_calls_says_nothing():
    assert of_share(0, 0, 0.5) == 0.0
    assert of_share(10, 10, 0.0) > 10
    assert abs(of_share(10, 100, 0.1)) < 1e-6


@pytest.mark.parametrize(
    ("residuals", "found"), [((3.0, 5.0), 3.0), ((-3.0, -5.0), -3.0), ((-3.0, 5.0), 0.0)]
)
def test_references_must_agree(residuals, found):
    assert nearest(residuals) == found


def test_the_spread_of_bursty_traffic_is_wide():
    rng = random.Random(1)
    calm = spread([rng.gauss(0, 1) for _ in range(1000)])
    bursty = spread([rng.expovariate(0.3) * rng.choice((-1, 1)) for _ in range(1000)])
    assert calm.surprise(8.0) > 14 > 8 > bursty.surprise(8.0)


def test_another_anomaly_does_not_hide_one():
    rng = random.Random(1)
    calm = [rng.gauss(0, 1) for _ in range(1000)]
    assert spread([*calm, *[30.0] * 12]).surprise(30.0) > 16


def test_too_few_windows_are_taken_for_chance_alone():
    assert spread([9.0, 9.0]) == Spread()


def test_episodes_are_joined_over_short_gaps_and_measured_by_the_others():
    rng = random.Random(1)
    residuals = [rng.gauss(0, 0.8) for _ in range(200)]
    residuals[50:60] = [12.0, 11.0, 0.0, 13.0, 12.0, 0.0, 0.0, 12.0, 9.0, 12.0]
    (found,) = episodes(Frame(0, 1_000_000, 200), residuals, 16.0)
    assert (found.start, found.stop, found.sign) == (50, 60, 1)
    assert episodes(Frame(0, 1_000_000, 200, examined=100), residuals, 16.0) == []
