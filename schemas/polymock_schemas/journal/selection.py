"""Which exchanges a macro is about: the parameters that most of them have, and their SQL."""

from __future__ import annotations

from polymock_schemas.journal.columns import Parameter

SINCE = Parameter("since", "NULL", "Calls from then on: an instant, or '15m' for a time back")
UNTIL = Parameter("until", "NULL", "Calls before then: an instant, or '15m' for a time back")
MOCK = Parameter("mock", "NULL", "Calls of this mock")
OPERATION = Parameter("operation", "NULL", "Calls of this operation, alone or among others")
PRINCIPAL = Parameter("principal", "NULL", "Calls of this principal; '' for those of none")
SESSION = Parameter("session", "NULL", "Calls of this session; '' for the shared world")

SELECTION = (SINCE, UNTIL, MOCK, OPERATION, PRINCIPAL, SESSION)
"""The parameters of a macro over `requests`; see `selected`."""

JOINED = " + "
"""Stands between the names of several operations of one call."""

_UNITS = (
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
)


def selected(relation: str = "r") -> str:
    """The condition that a row of `requests` (as `relation`) is what SELECTION asks for.

    What is not asked for vanishes when a query is planned, and a time prunes what is scanned.
    """
    return " AND ".join(
        (
            f"({SINCE.name} IS NULL OR {relation}.ts >= {moment(SINCE.name)})",
            f"({UNTIL.name} IS NULL OR {relation}.ts < {moment(UNTIL.name)})",
            f"({MOCK.name} IS NULL OR {relation}.mock = {MOCK.name})",
            f"({OPERATION.name} IS NULL OR {is_of(relation, OPERATION.name)})",
            f"({PRINCIPAL.name} IS NULL OR {relation}.principal = {PRINCIPAL.name})",
            f"({SESSION.name} IS NULL OR {relation}.session = {SESSION.name})",
        )
    )


def is_of(relation: str, operation: str) -> str:
    """The condition that a call is of an operation (SQL), alone or among several."""
    column = f"{relation}.operation"
    return (
        f"({column} = {operation} OR (contains({column}, '{JOINED}') "
        f"AND list_contains(string_split({column}, '{JOINED}'), {operation})))"
    )


def moment(parameter: str) -> str:
    """The instant that a parameter means, as TIMESTAMP in UTC.

    Text may be a time back from now (`90s`, `15m`, `1h`, `7d`) or an instant as SQL or RFC 3339
    write it; without an offset it is UTC.
    """
    text = f"CAST({parameter} AS VARCHAR)"
    units = "|".join(unit for unit, _ in _UNITS)
    factors = " ".join(f"WHEN '{unit}' THEN {factor}" for unit, factor in _UNITS)
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{1,6}}({units})') "
        f"THEN make_timestamp(epoch_us(now()) - CAST(regexp_extract({text}, '[0-9]+') AS BIGINT) "
        f"* CASE regexp_extract({text}, '[a-z]+') {factors} END) "
        f"ELSE make_timestamp(epoch_us(CAST({text} AS TIMESTAMPTZ))) END"
    )
