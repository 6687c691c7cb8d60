"""Anomalies in words, with the figures, and how severe they are."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence

from polymock.journal.anomalies import evidence
from polymock.journal.anomalies.gathering import Scope, instant
from polymock.journal.anomalies.newcomers import Newcomers
from polymock.journal.anomalies.operations import Oddity
from polymock.journal.anomalies.scans import Scan
from polymock_schemas.anomalies import Anomaly, AnomalyKind, Severity, Unit

_NAMES = 3
_SHOWN = 100
_KINDS: dict[str, AnomalyKind] = {
    "rate": "rate",
    "errors": "errors",
    "faults": "errors",
    "violations": "violations",
    "latency": "latency",
    "slow": "latency",
}
_CALLERS: dict[str, tuple[AnomalyKind, str, str]] = {
    "client": ("new_client", "client", "clients"),
    "user_agent": ("new_user_agent", "User-Agent", "User-Agents"),
    "principal": ("new_principal", "principal", "principals"),
}


def tell_oddity(
    oddity: Oddity, parts: Sequence[Oddity], scope: Scope, selected: Mapping[str, str]
) -> Anomaly:
    """An episode of an operation, of a mock as a whole, or of several operations at once."""
    start, stop = evidence.span(oddity)
    minutes = oddity.frame.width / 60_000_000
    unmatched = oddity.series.operation == ""
    kind = "unmatched" if unmatched else _KINDS[oddity.measure]
    usual, seen = oddity.usual, oddity.seen
    if oddity.measure == "rate":
        usual, seen = usual / minutes, seen / minutes
    elif oddity.measure == "latency":
        usual, seen = usual / 1000, seen / 1000
    told = f"{_subject(oddity, parts)} {_happened(oddity, usual, seen)}, {_when(start, stop)}."
    is_one = oddity.series.operation not in ("", "*") and not parts
    return Anomaly(
        kind=kind,
        severity=_severity(oddity, parts),
        summary=told,
        mock=oddity.series.mock,
        operation=oddity.series.operation if is_one else "",
        subject="",
        baseline=_rounded(usual),
        seen=_rounded(seen),
        unit=_UNITS[oddity.measure],
        calls=oddity.calls,
        first_ts=utc(start),
        last_ts=utc(stop),
        surprise=round(oddity.episode.surprise / math.log(10), 1),
        evidence=evidence.of_oddity(oddity, scope, selected),
    )


def tell_newcomers(found: Newcomers, selected: Mapping[str, str]) -> Anomaly:
    """A caller, or several, never seen before."""
    kind, one, many = _CALLERS[found.kind]
    names = _listed(found.names)
    who = f"The {one} {names} is" if len(found.names) == 1 else f"The {many} {names} are"
    calls = _count(found.calls, "call")
    return Anomaly(
        kind=kind,
        severity="medium" if found.calls >= 100 or len(found.names) > 1 else "low",
        summary=f"{who} new: {calls} since {_instant(found.first)}, none among the "
        f"{_count(found.before, 'call')} recorded before, of {_count(found.known, 'other')}.",
        mock="",
        operation="",
        subject=found.names[0],
        baseline=0.0,
        seen=float(found.calls),
        unit="calls",
        calls=found.calls,
        first_ts=utc(found.first),
        last_ts=utc(found.last),
        surprise=None,
        evidence=evidence.of_newcomers(found, selected),
    )


def tell_scan(scan: Scan, selected: Mapping[str, str]) -> Anomaly:
    """A caller who asked for many different things."""
    if scan.sort == "paths":
        what = f"asked for {scan.distinct} different addresses that no operation answers"
    else:
        what = f"asked {_shown(scan.operation)} of {scan.mock} for {scan.distinct} different things"
    usual = f"usual are up to {scan.usual}" if scan.usual else "usual is hardly any"
    return Anomaly(
        kind="scan",
        severity="high" if scan.sort == "paths" or scan.distinct >= 200 else "medium",
        summary=f"The client {_shown(scan.client)} {what} in {_count(scan.calls, 'call')} "
        f"({usual}), {_when(scan.first, scan.last)}.",
        mock=scan.mock,
        operation=scan.operation,
        subject=scan.client,
        baseline=float(scan.usual),
        seen=float(scan.distinct),
        unit="addresses" if scan.sort == "paths" else "ids",
        calls=scan.calls,
        first_ts=utc(scan.first),
        last_ts=utc(scan.last),
        surprise=None,
        evidence=evidence.of_scan(scan, selected),
    )


def utc(micros: int) -> datetime.datetime:
    """Microseconds since 1970 as an instant."""
    return instant(micros).replace(tzinfo=datetime.UTC)


_UNITS: dict[str, Unit] = {
    "rate": "calls per minute",
    "errors": "of calls",
    "faults": "of calls",
    "violations": "of calls",
    "latency": "ms",
    "slow": "of calls",
}


def _subject(oddity: Oddity, parts: Sequence[Oddity]) -> str:
    mock = _shown(oddity.series.mock)
    if oddity.series.operation == "":
        return f"Calls of {mock} that no operation answers"
    if not parts and oddity.series.operation == "*":
        return f"The operations of {mock} as a whole"
    if parts:
        names = [part.series.operation for part in parts]
        return f"{len(names)} operations of {mock} ({_listed(names)})"
    return f"{_shown(oddity.series.operation)} of {mock}"


def _happened(oddity: Oddity, usual: float, seen: float) -> str:
    if oddity.measure == "rate":
        verb = "came" if oddity.series.operation == "" else "had"
        calls = "" if verb == "came" else "calls "
        return (
            f"{verb} {calls}at {_number(seen)} a minute, usually {_number(usual)}"
            f"{_times(usual, seen)}"
        )
    if oddity.measure == "latency":
        way = "slower" if oddity.episode.sign > 0 else "faster"
        return (
            f"answered {way}: typically in {_number(seen)} ms, usually {_number(usual)} ms"
            f"{_times(usual, seen)}, over {_count(oddity.calls, 'call')}"
        )
    what = {
        "errors": "failed",
        "faults": "failed with server errors",
        "violations": "broke the contract",
        "slow": "took far longer than nearly all others",
    }[oddity.measure]
    calls = _count(oddity.calls, "call")
    return f"{what} in {_percent(seen)} of {calls}, usually {_percent(usual)}"


def _severity(oddity: Oddity, parts: Sequence[Oddity]) -> Severity:
    calls, seen, usual = oddity.calls, oddity.seen, oddity.usual
    ratio = seen / usual if usual else math.inf
    if oddity.measure == "rate":
        if oddity.episode.sign < 0:
            return "high" if seen < 0.1 * usual else "medium"
        return "high" if ratio >= 10 else "medium" if ratio >= 3 else "low"
    if oddity.measure == "latency":
        if oddity.episode.sign < 0:
            return "low"
        return "high" if ratio >= 5 or len(parts) > 1 else "medium" if ratio >= 2 else "low"
    if oddity.measure == "slow":
        return "high" if seen >= 0.2 and calls >= 50 else "medium"
    if seen >= 0.2 and calls >= 20:
        return "high" if oddity.measure != "violations" or seen >= 0.5 else "medium"
    return "medium" if oddity.measure == "faults" or ratio >= 5 else "low"


def _when(start: int, stop: int) -> str:
    return f"from {_instant(start)} to {_instant(stop)}"


def _instant(micros: int) -> str:
    return f"{instant(micros):%Y-%m-%d %H:%M:%S}"


def _times(usual: float, seen: float) -> str:
    if not usual or not seen:
        return ""
    return f" ({_number(seen / usual)} times as much)"


def _listed(names: Sequence[str]) -> str:
    told = ", ".join(_shown(name) for name in names[:_NAMES])
    return told if len(names) <= _NAMES else f"{told} and {len(names) - _NAMES} more"


def _shown(name: str) -> str:
    return name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _percent(share: float) -> str:
    return f"{_number(share * 100)} %"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
