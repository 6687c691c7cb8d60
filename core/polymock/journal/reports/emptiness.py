"""What to say where nothing matches: what there is instead, and what to ask for."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches

from polymock.journal.reading import Reading
from polymock_schemas.journal_questions import Selection

SHOWN_NAMES = 8


def hints(
    reading: Reading, selection: Selection, since: datetime | None, until: datetime | None
) -> tuple[str, ...]:
    """Why there may be no call of a selection, and what to do about it."""
    extent = reading.rows("SELECT count(*), min(r.ts), max(r.ts) FROM requests r")[0]
    calls, first, last = extent
    if not calls:
        return ("The journal is empty: send a call to a mock, then ask again.",)
    found = [
        f"The journal has {calls:,} calls, from {first:%Y-%m-%d %H:%M:%S} to "
        f"{last:%Y-%m-%d %H:%M:%S} UTC."
    ]
    for name in ("mock", "operation", "principal", "session"):
        wanted = getattr(selection, name)
        if wanted is not None:
            hint = _nearest(reading, name, wanted)
            if hint:
                found.append(hint)
    if len(found) == 1 and (selection.since or selection.until):
        found.append("Ask about another time: with an earlier `since`, or without `until`.")
    elif len(found) == 1:
        found.append("No call has all of that at once: leave a condition out.")
    return tuple(found)


def _nearest(reading: Reading, column: str, wanted: str) -> str:
    """What to say where no call of the journal has the value in a column; "" where some have."""
    rows = reading.rows(
        f"SELECT r.{column}, count(*) AS n FROM requests r GROUP BY r.{column} ORDER BY n DESC "
        "LIMIT 10000"
    )
    names = [row[0] for row in rows if row[0]]
    if wanted in names or (not wanted and len(names) < len(rows)):
        return ""
    if not wanted:
        return f"Every call has a {column}."
    told = f"No call is of the {column} {wanted[:100]!r}"
    if not names:
        return f"{told}, nor of any other."
    near = get_close_matches(wanted, names, n=1)
    if near:
        return f"{told}; did you mean {near[0]!r}?"
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return f"{told}; there are: {', '.join(names[:SHOWN_NAMES])}{more}."
