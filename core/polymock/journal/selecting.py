"""Which exchanges a command is about, as a condition in SQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from polymock.config.settings import suggestion
from polymock.config.units import parse_duration
from polymock.errors import CommandError
from polymock.journal.reading import Reading
from polymock_schemas.calls import Violation
from polymock_schemas.journal.selection import is_of
from polymock_schemas.journal_questions import Selection

EVERY = "TRUE"
"""The condition that is none."""
_DURATION = re.compile(r"\d{1,6}(ms|s|m|h|d)")


class Chosen(msgspec.Struct, frozen=True):
    """A condition on a row of `requests`, and what stands for its `$name`s.

    `since` and `until` are instants (UTC), None where that end is open.
    """

    where: str
    parameters: dict[str, Any]
    since: datetime | None
    until: datetime | None

    def also(self, condition: str, **parameters: Any) -> Chosen:
        """The same, with another condition that rows keep."""
        where = condition if self.where == EVERY else f"{self.where} AND {condition}"
        return msgspec.structs.replace(
            self, where=where, parameters={**self.parameters, **parameters}
        )


def choose(selection: Selection, relation: str = "r", now: datetime | None = None) -> Chosen:
    """The condition that rows of `requests`, as `relation`, are those of a selection.

    What the selection does not say is no condition. `until` is outside. Raises CommandError where a
    time is none, or the range is upside down.
    """
    now = now if now is not None else datetime.now(UTC)
    since = instant("since", selection.since, now)
    until = instant("until", selection.until, now)
    if since is not None and until is not None and since >= until:
        raise CommandError(
            f"since ({selection.since}) is not before until ({selection.until}).",
            "Swap them, or leave one out.",
            "wrong",
            [Violation("since", "is not before until")],
        )
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    if since is not None:
        conditions.append(f"{relation}.ts >= $since")
        parameters["since"] = stored(since)
    if until is not None:
        conditions.append(f"{relation}.ts < $until")
        parameters["until"] = stored(until)
    for name in ("mock", "principal", "session"):
        value = getattr(selection, name)
        if value is not None:
            conditions.append(f"{relation}.{name} = ${name}")
            parameters[name] = value
    if selection.operation is not None:
        conditions.append(is_of(relation, "$operation"))
        parameters["operation"] = selection.operation
    return Chosen(" AND ".join(conditions) or EVERY, parameters, since, until)


def is_back_from_now(text: str | None) -> bool:
    """Whether a parameter is a time back from now, such as `15m`."""
    return text is not None and _DURATION.fullmatch(text) is not None


def check_names(reading: Reading, selection: Selection) -> None:
    """Refuse a mock or an operation that the journal does not know: neither does a contract have it
    that was served last, nor is any call of it. Raises CommandError."""
    for column in ("mock", "operation"):
        wanted = getattr(selection, column)
        if not wanted:
            continue
        names = [name for (name,) in reading.rows(f"SELECT DISTINCT {column} FROM operations")]
        condition = "r.mock = $wanted" if column == "mock" else is_of("r", "$wanted")
        asked = f"SELECT 1 FROM requests r WHERE {condition} LIMIT 1"
        if wanted not in names and not reading.rows(asked, {"wanted": wanted}):
            raise CommandError(
                f"{column}: the journal knows no {column} {wanted[:200]!r}.",
                suggestion(wanted, names)
                or "See which there are: `SELECT mock, operation FROM operations`.",
                "unknown",
                [Violation(column, "is not known to the journal")],
            )


def instant(name: str, text: str | None, now: datetime) -> datetime | None:
    """The instant (UTC) that a parameter means: RFC 3339, a day, or a time back from `now`.

    Without an offset it is UTC. Raises CommandError.
    """
    if text is None:
        return None
    try:
        if _DURATION.fullmatch(text):
            return now - timedelta(seconds=parse_duration(text))
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(
            f"{name}: {text!r} is no time.",
            "Write an instant such as 2026-11-29T14:30:00Z, or a time back from now such as 15m, "
            "12h or 7d.",
            "wrong",
            [Violation(name, "is neither an instant nor a time back from now")],
        ) from error
    return found


def stored(moment: datetime) -> datetime:
    """An instant as the journal's TIMESTAMP columns have it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
