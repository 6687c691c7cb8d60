"""What is odd in the traffic."""

from __future__ import annotations

import msgspec

from polymock.commands.context import Context
from polymock.journal.anomalies.detecting import detect
from polymock.journal.anomalies.gathering import micros
from polymock.journal.selecting import choose
from polymock_schemas.anomalies import AnomalyQuery, AnomalyReport


def anomalies(context: Context, params: AnomalyQuery) -> AnomalyReport:
    """Anomalies of the traffic chosen, by that before it. Raises CommandError, JournalError."""
    times = choose(params)
    rows = choose(msgspec.structs.replace(params, since=None, until=None))
    return detect(
        context.journal,
        params,
        rows.where,
        rows.parameters,
        micros(times.since) if times.since is not None else None,
        micros(times.until) if times.until is not None else None,
    )
