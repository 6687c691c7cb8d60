"""Percentiles of latencies, at several levels at once, in memory that is bounded.

Of a few calls they are those of the latencies themselves. Many are counted first, latencies that
are close to each other as one, and the percentiles are read off the counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from polymock.journal.reading import Reading
from polymock.journal.selecting import Chosen

EXACT_CALLS = 500_000
"""Up to so many calls, percentiles are exact."""
BUCKETS = 128
"""So many of them from a latency to its double, where there are more calls."""

Levels = dict[tuple[Any, ...], tuple[int, ...]]
"""By what a group of calls has in common, its quantiles."""


def percentiles(
    reading: Reading,
    chosen: Chosen,
    keys: Sequence[str],
    quantiles: Sequence[float],
    *,
    buckets: int | None,
    levels: Sequence[int] = (),
) -> Levels:
    """The quantiles (as `quantile_disc` has them; microseconds) of each group of calls.

    `keys` are expressions over `requests r` that a group has in common; groups have all of them,
    and also the first so many that `levels` name, with None for the rest. Latencies are counted in
    so many `buckets` from one to its double (see `error`), or taken as they are (None).
    """
    names = [f"k{number}" for number in range(len(keys))]
    named = _list(f"{key} AS {name}" for key, name in zip(keys, names, strict=True))
    if buckets is None:
        statement = _exact(named, names, quantiles, levels, chosen.where)
    else:
        statement = _counted(named, names, quantiles, levels, chosen.where, buckets)
    depth = len(keys)
    return {
        tuple(row[:depth]): tuple(row[depth])
        if buckets is None
        else tuple(round(2 ** ((value + 0.5) / buckets)) for value in row[depth:])
        for row in reading.rows(statement, chosen.parameters)
        if row[depth] is not None
    }


def error(buckets: int | None) -> float:
    """How far a percentile may be off, as a ratio: the middle of a bucket from its ends."""
    return 0.0 if buckets is None else round(2 ** (1 / buckets / 2) - 1, 5)


def _exact(
    named: str, names: Sequence[str], quantiles: Sequence[float], levels: Sequence[int], where: str
) -> str:
    sets = ", ".join(f"({', '.join(names[:level])})" for level in (len(names), *levels))
    return f"""
        SELECT {_list(names)} quantile_disc(v, [{", ".join(map(str, quantiles))}])
        FROM (SELECT {named} r.latency_us AS v FROM requests r WHERE {where})
        GROUP BY GROUPING SETS ({sets})
        """


def _counted(
    named: str,
    names: Sequence[str],
    quantiles: Sequence[float],
    levels: Sequence[int],
    where: str,
    buckets: int,
) -> str:
    by = ", ".join(names) or "1"
    every = [f"SELECT {_list(names)} v, n FROM counted", *(_level(names, each) for each in levels)]
    picked = ", ".join(f"min(v) FILTER (upto >= {each} * whole)" for each in quantiles)
    return f"""
        WITH counted AS MATERIALIZED (
            SELECT {named}
                CAST(floor(log2(greatest(r.latency_us, 1)) * {buckets}) AS USMALLINT) AS v,
                count(*) AS n
            FROM requests r WHERE {where} GROUP BY ALL
        ), every AS ({" UNION ALL ".join(every)}), summed AS (
            SELECT {_list(names)} v, sum(n) OVER (PARTITION BY {by} ORDER BY v) AS upto,
                sum(n) OVER (PARTITION BY {by}) AS whole
            FROM every
        )
        SELECT {_list(names)} {picked} FROM summed GROUP BY ALL
        """


def _level(names: Sequence[str], level: int) -> str:
    kept, rest = names[:level], names[level:]
    columns = _list([*kept, *(f"NULL AS {name}" for name in rest)])
    return f"SELECT {columns} v, CAST(sum(n) AS BIGINT) AS n FROM counted GROUP BY {_list(kept)} v"


def _list(names: Iterable[str]) -> str:
    return "".join(f"{name}, " for name in names)
