"""Calls that no operation answered: which one was meant, and what they missed it by."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from typing import Any, NamedTuple

from polymock.journal.questions.addresses import (
    NOTHING_NEAR,
    Known,
    Miss,
    Template,
    nearest_address,
    nearest_rpc,
    prefix_of,
    templates,
)
from polymock.journal.reading import Reading
from polymock_schemas.log_questions import Unmatched, UnmatchedCalls

_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_MEANT = re.compile(r"Did you mean ([^?]*)\?")
_ROOT = re.compile(r"(query|mutation|subscription)?[^{}\"]*\{\s*(?:\w+\s*:\s*)?(\w+)")
_ROOTS = ("Query", "Mutation", "Subscription")
_BODY = 4000


class _Row(NamedTuple):
    mock: str
    protocol: str
    method: str
    path: str
    status: int
    message: str | None
    calls: int
    first_ts: Any
    last_ts: Any
    last_id: str
    body: str | None
    kinds: int
    total: int


def missing(reading: Reading, where: str, parameters: dict[str, Any], limit: int) -> UnmatchedCalls:
    """What no operation answered, among the rows of `requests r` that a condition chooses."""
    rows = [
        _Row(*row)
        for row in reading.rows(
            "SELECT mock, protocol, method, path, status, violations[1].message AS message, "
            "count(*) AS calls, min(ts), max(ts), CAST(arg_max(id, ts) AS VARCHAR), "
            f"left(arg_max(request_body, ts), {_BODY}), count(*) OVER (), sum(count(*)) OVER () "
            f"FROM requests r WHERE operation = '' AND source <> '' AND {where} "
            "GROUP BY mock, protocol, method, path, status, message "
            f"ORDER BY calls DESC, max(ts) DESC LIMIT {int(limit)}",
            parameters,
        )
    ]
    if not rows:
        return UnmatchedCalls(0, 0, ())
    known = [
        Known(*row)
        for row in reading.rows("SELECT DISTINCT mock, protocol, operation FROM operations")
    ]
    addresses = templates(known, _prefixes(reading))
    told = tuple(_told(row, _explained(row, known, addresses)) for row in rows)
    return UnmatchedCalls(int(rows[0].total), rows[0].kinds, told)


def _prefixes(reading: Reading) -> dict[str, str]:
    """The prefix of each mock, by the paths that its operations answered."""
    seen: dict[str, Counter[str]] = {}
    for mock, operation, path in reading.rows(
        "SELECT mock, operation, any_value(path) FROM requests "
        "WHERE operation <> '' GROUP BY mock, operation"
    ):
        prefix = prefix_of(operation, path)
        if prefix is not None:
            seen.setdefault(mock, Counter())[prefix] += 1
    return {mock: prefixes.most_common(1)[0][0] for mock, prefixes in seen.items()}


def _explained(row: _Row, known: Sequence[Known], addresses: Sequence[Template]) -> Miss:
    if row.protocol == "graphql":
        return _field(row, [one for one in known if one.mock == row.mock])
    rpc = nearest_rpc(row.path, known)
    if rpc.operation is not None:
        return rpc
    return nearest_address(row.method, row.path, row.mock, addresses)


def _field(row: _Row, known: Sequence[Known]) -> Miss:
    """Of a GraphQL document: the root field that it names, or nearly names."""
    names = {one.name: one for one in known}
    why = row.message or "the request is not one that GraphQL over HTTP knows"
    meant = _MEANT.search(why)
    hint = f"Did you mean {meant[1]}?" if meant else ""
    found = _FIELD.search(why)
    if found and found[2] in _ROOTS:
        wanted = [name for name in names if name.startswith(f"{found[2]}.")]
        close = difflib.get_close_matches(f"{found[2]}.{found[1]}", wanted, n=1, cutoff=0.6)
        if not close:
            return Miss(None, why, hint or "The schema has no such field.")
        return Miss(names[close[0]], why, hint or f"Did you mean '{close[0].partition('.')[2]}'?")
    root = _ROOT.search(row.body or "")
    if root:
        name = f"{(root[1] or 'query').title()}.{root[2]}"
        if name in names:
            return Miss(names[name], why, hint)
    return Miss(None, why, hint)


def _told(row: _Row, miss: Miss) -> Unmatched:
    if miss is NOTHING_NEAR and row.message:
        miss = miss._replace(why=row.message)
    return Unmatched(
        mock=row.mock,
        protocol=row.protocol,
        method=row.method,
        path=row.path,
        status=row.status,
        calls=row.calls,
        first_ts=row.first_ts.replace(tzinfo=UTC),
        last_ts=row.last_ts.replace(tzinfo=UTC),
        last_id=row.last_id,
        nearest=miss.operation.name if miss.operation else "",
        nearest_mock=miss.operation.mock if miss.operation else "",
        why=miss.why,
        hint=miss.hint,
    )
