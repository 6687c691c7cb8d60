"""Spans and metrics by OTLP over HTTP (http/protobuf) to a collector.

    observers: [{type: opentelemetry, endpoint: "http://127.0.0.1:4318", service_name: shop-mock}]

The collector is chosen by whoever writes the config and mostly stands beside, so it may be private.
Requests that it asks to repeat (429, 502, 503, 504) are repeated, as OTLP says.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from google.protobuf.message import DecodeError, Message
from msgspec import Meta
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from polymock.config.settings import Problem, refusal
from polymock.config.units import parse_duration
from polymock.events import now_us
from polymock.interfaces import Plugin
from polymock.observers import ObserverPlace
from polymock_observers.opentelemetry.metrics import metrics_request
from polymock_observers.opentelemetry.spans import attribute, spans_request
from polymock_observers.posting import Poster, Undelivered, place_of, why_no_url
from polymock_observers.retrying import retrying
from polymock_schemas.config import Duration
from polymock_schemas.events import Event, ResponseSent

T = TypeVar("T", bound=Message)
BACKOFF = (0.5, 8.0)

log = logging.getLogger("polymock.observers.opentelemetry")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where the collector is, and what it gets.

    `/v1/traces` and `/v1/metrics` are put behind `endpoint`. `ratio` is how many of the exchanges
    are spans whose callers do not trace. Metrics are sent every `interval`.
    """

    endpoint: Annotated[str, Meta(min_length=1, max_length=2000)] = "http://127.0.0.1:4318"
    headers: dict[str, str] = {}
    service_name: Annotated[str, Meta(min_length=1, max_length=255)] = "polymock"
    traces: bool = True
    metrics: bool = True
    ratio: Annotated[float, Meta(ge=0, le=1)] = 1.0
    interval: Duration = "15s"
    timeout: Duration = "10s"
    attempts: Annotated[int, Meta(ge=1, le=10)] = 4
    compress: bool = True


class OpenTelemetry:
    """Exports what happens. Raises ConfigError where its settings are wrong."""

    def __init__(self, settings: Settings) -> None:
        wrong = why_no_url(settings.endpoint)
        if wrong:
            problem = Problem("endpoint", wrong, "Write it like http://127.0.0.1:4318")
            raise refusal("observer plugin 'opentelemetry'", [problem])
        self._settings = settings
        self.events = frozenset({"response.sent"} if settings.traces else ())
        self._place = place_of(settings.endpoint)
        self._resource = Resource(attributes=[attribute("service.name", settings.service_name)])
        self._traces = self._poster("traces")
        self._metrics = self._poster("metrics")
        self._measuring: asyncio.Task[None] | None = None
        self._where: ObserverPlace
        self._problem = ""

    async def start(self, place: ObserverPlace) -> None:
        """Begin to export."""
        self._where = place
        await self._traces.open()
        await self._metrics.open()
        if self._settings.metrics:
            self._measuring = asyncio.create_task(self._measure())

    async def receive(self, events: Sequence[Event]) -> None:
        """Export a span for each exchange. Raises Undelivered."""
        answered = [event for event in events if isinstance(event, ResponseSent)]
        request = spans_request(answered, self._resource, self._settings.ratio)
        if request is None:
            return
        told = await self._export(self._traces, request, self._settings.attempts)
        refused = _partly(ExportTraceServiceResponse, told)
        if refused is not None and refused.partial_success.rejected_spans:
            raise Undelivered(_reason(refused.partial_success.error_message), again=False)

    async def stop(self) -> None:
        """Export the last figures."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
            await self._export_figures(1)
        await self._traces.close()
        await self._metrics.close()

    def health(self) -> str:
        """Why the collector did not take the last request."""
        return f"{self._place}: {self._problem}" if self._problem else ""

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(max(0.1, parse_duration(self._settings.interval)))
            await self._export_figures(self._settings.attempts)

    async def _export_figures(self, attempts: int) -> None:
        figures = await asyncio.to_thread(self._where.figures)
        request = metrics_request(figures, self._resource, now_us())
        try:
            told = await self._export(self._metrics, request, attempts)
        except Undelivered as error:
            log.warning("metrics are not exported to %s: %s", self._place, error.reason)
            return
        refused = _partly(ExportMetricsServiceResponse, told)
        if refused is not None and refused.partial_success.rejected_data_points:
            self._problem = _reason(refused.partial_success.error_message)

    async def _export(self, poster: Poster, request: Message, attempts: int) -> bytes:
        """What the collector answered. Raises Undelivered."""
        body = request.SerializeToString()
        headers = {
            "user-agent": "polymock-otlp",
            **{name.lower(): value for name, value in self._settings.headers.items()},
            "content-type": "application/x-protobuf",
        }
        if self._settings.compress:
            body = gzip.compress(body, 1)
            headers["content-encoding"] = "gzip"
        try:
            async for attempt in retrying(attempts, *BACKOFF):
                with attempt:
                    answer = await poster.post(body, headers)
        except Undelivered as error:
            self._problem = error.reason
            raise
        self._problem = ""
        return answer.body

    def _poster(self, signal: str) -> Poster:
        return Poster(
            f"{self._settings.endpoint.rstrip('/')}/v1/{signal}",
            allow_private=True,
            seconds=parse_duration(self._settings.timeout),
            connections=1,
        )


def _partly(shape: type[T], told: bytes) -> T | None:
    """The collector's answer; None where it is none that can be read."""
    answer = shape()
    try:
        answer.ParseFromString(told)
    except DecodeError:
        return None
    return answer


def _reason(message: str) -> str:
    return f"the collector refused a part: {message[:500]}"


plugin = Plugin(config=Settings, build=OpenTelemetry)
