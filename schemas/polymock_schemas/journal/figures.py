"""SQL for the figures of a group of exchanges, as views and macros share them."""

from __future__ import annotations

QUANTILES = (0.5, 0.9, 0.95, 0.99)
"""Of latencies, as `quantile_disc` has them: so many of the calls took at most this."""

QUANTILE_LIST = "[" + ", ".join(map(str, QUANTILES)) + "]"

# FLOAT takes half the memory of BIGINT, and is exact up to 16 seconds.
LATENCIES = f"quantile_disc(CAST(r.latency_us AS FLOAT), {QUANTILE_LIST})"


def quantiles(values: str) -> str:
    """The columns p50_us to p99_us of what LATENCIES gave."""
    return ", ".join(
        f"CAST({values}[{number}] AS BIGINT) AS p{quantile * 100:.0f}_us"
        for number, quantile in enumerate(QUANTILES, 1)
    )


QUANTILE_COLUMNS = (
    ("p50_us", "BIGINT", "Half of the calls took at most this; microseconds"),
    ("p90_us", "BIGINT", "90 of 100 calls took at most this"),
    ("p95_us", "BIGINT", "95 of 100 calls took at most this"),
    ("p99_us", "BIGINT", "99 of 100 calls took at most this"),
)
