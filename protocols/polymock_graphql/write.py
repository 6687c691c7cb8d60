"""Results to replies: GraphQL over HTTP, event streams, multipart parts, bare results for sockets.

A result with `data` is 200; in `application/graphql-response+json` one with errors beside its data
is 294, as the edition of September 2026 recommends, which clients treat as any 2xx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import msgspec

from polymock.config.units import parse_duration
from polymock.errors import Invalid, TooLarge
from polymock.interfaces import Answer
from polymock.world.writing import Writer as WorldWriter
from polymock_graphql.model import (
    Asset,
    GraphqlReading,
    Increments,
    Plan,
    Preferences,
    Refused,
    Result,
    Task,
)
from polymock_graphql.planning.errors import is_callers
from polymock_graphql.reading.errors import LimitExceeded, errors_of
from polymock_graphql.reading.media_types import EVENTS, GRAPHQL_JSON, JSON, PARTS
from polymock_graphql.reading.negotiation import DEFER_SPEC, SOCKET
from polymock_graphql.settings import GraphqlSettings
from polymock_graphql.writing.increments import in_earlier_form
from polymock_graphql.writing.streams import frame_of, stream
from polymock_schemas.calls import Headers, Outcome, Reply, Source, Violation

PARTIAL_SUCCESS = 294

_encode = msgspec.json.Encoder().encode
_CONTENT_TYPES = {
    JSON: (b"content-type", b"application/json; charset=utf-8"),
    GRAPHQL_JSON: (b"content-type", b"application/graphql-response+json; charset=utf-8"),
    SOCKET: (b"content-type", b"application/json; charset=utf-8"),
}
_VARY = (b"vary", b"Accept")


class Flowing(msgspec.Struct, frozen=True):
    """The shape of an answer that goes on: its results, and the seconds between two."""

    results: Iterator[Mapping[str, Any]]
    interval: float


class Writer:
    """Answers and writes the calls of one mock."""

    def __init__(self, settings: GraphqlSettings) -> None:
        self._interval = parse_duration(settings.subscriptions.interval)

    def answer(self, reading: GraphqlReading, world: WorldWriter | None = None) -> Answer:
        """Run the tasks, in a world if there is one. Raises InvalidRequest, LimitExceeded."""
        wish = reading.preferences
        if reading.is_batch:
            return _answer_batch(reading.tasks, wish, world)
        (task,) = reading.tasks
        if isinstance(task, Refused):
            return Answer({"errors": task.errors}, "sample")
        variables = task.request.variables
        if wish.code:
            return Answer(in_response(_run(task, wish, None)), "sample", stable=wish.stable)
        plan = _seeded(task.plan, wish)
        if plan.kind == "subscription":
            return _begin_events(plan.events(variables, world), self._interval)
        if plan.incremental and reading.media in (PARTS, DEFER_SPEC, EVENTS):
            return _begin_increments(plan.increments, variables, world, reading.media)
        result = _run(task, wish, world)
        violations = result.violations or None
        stable = wish.stable and not result.wrote
        return Answer(in_response(result), _source([result]), violations, stable)

    def write(self, reading: GraphqlReading, answer: Answer) -> Reply:
        """Encode an answer, whose value is a GraphQL response (of a batch: a list of them)."""
        media = reading.media
        if media not in _CONTENT_TYPES or isinstance(answer.shape, Flowing):
            return self._write_stream(reading, answer)
        body = _encode(answer.value)
        status, outcome = _judge(answer.value, media)
        return Reply(
            status=status,
            headers=(
                _CONTENT_TYPES[media],
                (b"content-length", str(len(body)).encode()),
                _VARY,
                *_applied(reading),
            ),
            body=b"" if reading.call.method == "HEAD" else body,
            source=answer.source,
            outcome=outcome,
            operation=reading.operation,
            violations=answer.shape if isinstance(answer.shape, tuple) else (),
            stable=answer.stable,
        )

    def _write_stream(self, reading: GraphqlReading, answer: Answer) -> Reply:
        flowing = answer.shape
        if not isinstance(flowing, Flowing):
            flowing = Flowing(iter([answer.value]), 0.0)
        frame = frame_of(reading.media)
        headers: Headers = (
            (b"content-type", frame.content_type.encode()),
            (b"cache-control", b"no-cache"),
            _VARY,
            *_applied(reading),
        )
        outcome = _judge(answer.value, reading.media)[1] if answer.value else "ok"
        return Reply(
            status=200,
            headers=headers,
            body=b"",
            source=answer.source,
            outcome=outcome,
            operation=reading.operation,
            stream=None
            if reading.call.method == "HEAD"
            else stream(frame, flowing.results, flowing.interval),
        )


def write_asset(asset: Asset) -> Reply:
    """A file of GraphiQL, which is no operation's answer."""
    headers = [
        (b"content-type", asset.media.encode()),
        (b"content-length", str(len(asset.body)).encode()),
        (b"cache-control", asset.cache.encode()),
        (b"x-content-type-options", b"nosniff"),
        _VARY,
    ]
    if asset.policy:
        headers.append((b"content-security-policy", asset.policy.encode()))
        headers.append((b"referrer-policy", b"no-referrer"))
    body = b"" if asset.is_head else asset.body
    return Reply(status=200, headers=tuple(headers), body=body, source="", stable=True)


def in_response(result: Result) -> Mapping[str, Any]:
    """A result as a response map; errors first, as they are easy to miss."""
    if result.errors:
        return {"errors": result.errors, "data": result.data}
    return {"data": result.data}


def _applied(reading: GraphqlReading) -> Headers:
    """The preferences that the answer is made by (RFC 7240, section 3)."""
    applied = reading.preferences.applied
    return ((b"preference-applied", applied.encode()),) if applied else ()


def _seeded(plan: Plan, wish: Preferences) -> Plan:
    return plan if wish.seed is None else plan.reseeded(wish.seed)


def _source(results: Sequence[Result | Increments]) -> Source:
    """Who made the answer: the world, where anything in it was written."""
    return "world" if any(result.touched or result.wrote for result in results) else "sample"


def _run(task: Task, wish: Preferences, world: WorldWriter | None) -> Result:
    variables, plan = task.request.variables, _seeded(task.plan, wish)
    try:
        if wish.code:
            words = wish.code.replace("_", " ").capitalize()
            return plan.fail(variables, f"{words}, as the request prefers.", wish.code)
        return plan.run(variables, world)
    except TooLarge as error:
        raise LimitExceeded(error.detail) from error


def _answer_batch(
    tasks: Sequence[Task | Refused], wish: Preferences, world: WorldWriter | None
) -> Answer:
    """What is wrong with one request of a batch does not touch the others."""
    values: list[Mapping[str, Any]] = []
    violations: list[Violation] = []
    results: list[Result] = []
    for index, task in enumerate(tasks):
        if isinstance(task, Refused):
            values.append({"errors": task.errors})
            continue
        try:
            result = _run(task, wish, world)
        except (Invalid, TooLarge) as error:
            values.append({"errors": errors_of(error)})
        else:
            results.append(result)
            values.append(in_response(result))
            violations += (
                Violation(each.location.replace("body/", f"body/{index}/", 1), each.message)
                for each in result.violations
            )
    stable = wish.stable and not any(result.wrote for result in results)
    return Answer(values, _source(results), tuple(violations) or None, stable)


def _begin_events(results: Iterator[Result], interval: float) -> Answer:
    """An answer that goes on. The first result is made now: what is wrong with the request is
    refused as such, before anything is sent."""
    try:
        first = [*islice(results, 1)]
    except TooLarge as error:
        raise LimitExceeded(error.detail) from error
    shown = (in_response(result) for result in chain(first, results))
    return Answer(None, _source(first), Flowing(shown, interval), stable=False)


def _begin_increments(
    make: Callable[[Mapping[str, Any], WorldWriter | None], Increments],
    variables: Mapping[str, Any],
    world: WorldWriter | None,
    media: str,
) -> Answer:
    """An answer in parts; all of them are made now."""
    try:
        made = make(variables, world)
    except TooLarge as error:
        raise LimitExceeded(error.detail) from error
    results = iter(made.results)
    shown = results if media == PARTS else in_earlier_form(results)
    return Answer(None, _source([made]), Flowing(shown, 0.0), stable=False)


def _judge(value: Any, media: str) -> tuple[int, Outcome]:
    """The status, and whether something went wrong, of a response or a batch of them."""
    if isinstance(value, Mapping):
        if "errors" not in value:
            return 200, "ok"
        status = PARTIAL_SUCCESS if media == GRAPHQL_JSON else 200
        return status, "client_error" if all(map(is_callers, value["errors"])) else "server_error"
    failed = [entry for entry in value if "errors" in entry]
    if not failed:
        return 200, "ok"
    refused = all("data" not in entry for entry in value)
    return (400 if refused and media == GRAPHQL_JSON else 200), "client_error"
