"""What is odd in the traffic."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from polymock.commands.context import Context
from polymock.journal.anomalies.detecting import detect
from polymock.journal.anomalies.gathering import micros
from polymock.journal.selecting import check_names, choose, is_back_from_now
from polymock_schemas.anomalies import AnomalyQuery, AnomalyReport


def anomalies(context: Context, params: AnomalyQuery) -> AnomalyReport:
    """Anomalies of the traffic chosen, by that before it. Raises CommandError, JournalError."""
    times = choose(params)
    check_names(context.journal, params)
    rows = choose(msgspec.structs.replace(params, since=None, until=None))
    since = micros(times.since) if times.since is not None else None
    until = micros(times.until) if times.until is not None else None
    if since is not None and until is None and is_back_from_now(params.since):
        until = _silent_until(context, since)
    return detect(context.journal, params, rows.where, rows.parameters, since, until)


def _silent_until(context: Context, since: int) -> int | None:
    """Until when it counts that nobody calls: until now, as long as the server has not ended."""
    told = context.journal.rows(
        "SELECT type, epoch_us(ts) FROM events WHERE type IN ('server.started', 'server.stopped') "
        "ORDER BY ts DESC LIMIT 1"
    )
    if told and told[0][0] == "server.stopped":
        return int(told[0][1]) if told[0][1] > since else None
    return micros(datetime.now(UTC))
