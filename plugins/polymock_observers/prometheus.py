"""Metrics for Prometheus on the admin port, in its text format or that of OpenMetrics.

    observers: [{type: prometheus, prefix: polymock_, processes: true}]

It is told of nothing: exchanges are counted by the core from the start, and written out here when
somebody asks. So `/metrics` is there without any config too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Annotated

import msgspec
from msgspec import Meta
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from polymock.interfaces import Plugin
from polymock.observers import ObserverPlace
from polymock_schemas.events import Event
from polymock_schemas.observers import Figures, JournalFigures, Page, Series

LABELS = ("protocol", "mock", "operation", "status")
OBSERVER = ("observer", "type")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`prefix` stands before every name; `processes` are shown or not."""

    prefix: Annotated[str, Meta(pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,63})?$")] = ""
    processes: bool = True


class Prometheus:
    """Shows a server's figures as Prometheus reads them."""

    events: frozenset[str] = frozenset()
    path = "/metrics"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def start(self, place: ObserverPlace) -> None:
        """Nothing has to be got ready."""

    async def receive(self, events: Sequence[Event]) -> None:
        """Nothing is asked for."""

    async def stop(self) -> None:
        """Nothing was opened."""

    def health(self) -> str:
        """It is always well."""
        return ""

    def expose(self, figures: Figures, accept: str) -> Page:
        """The figures, in the format that the Accept header asks for."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Figures(figures, self._settings))
        try:
            encode, media_type = choose_encoder(accept)
        except (TypeError, ValueError):  # a version that is none
            encode, media_type = choose_encoder("")
        return Page(media_type, encode(registry))


class _Figures(Collector):
    """Figures as families of metrics."""

    def __init__(self, figures: Figures, settings: Settings) -> None:
        self._figures = figures
        self._prefix = settings.prefix
        self._processes = settings.processes

    def collect(self) -> Iterator[Metric]:
        """Every family there is."""
        yield from self._traffic(self._figures.series)
        if self._figures.journal is not None:
            yield from self._journal(self._figures.journal)
        yield from self._observers()
        if self._processes:
            yield from self._of_processes()
        start = self._gauge("server_start_time_seconds", "When the server started; since 1970")
        start.add_metric((), self._figures.started)
        yield start
        if self._figures.disk_free_bytes is not None:
            free = self._gauge("disk_free_bytes", "Room on the journal's disk")
            free.add_metric((), self._figures.disk_free_bytes)
            yield free

    def _traffic(self, series: Sequence[Series]) -> Iterator[Metric]:
        requests = self._counter("requests", "Calls answered", LABELS)
        errors = self._counter("errors", "Calls answered otherwise than ok", (*LABELS, "outcome"))
        times = HistogramMetricFamily(
            f"{self._prefix}response_time_seconds",
            "From a call's arrival to its reply",
            labels=LABELS,
        )
        bounds = [str(bound / 1_000_000) for bound in self._figures.bounds_us]
        for labels, alike in _by_labels(series).items():
            requests.add_metric(labels, sum(each.count for each in alike))
            for each in alike:
                if each.outcome != "ok":
                    errors.add_metric((*labels, each.outcome), each.count)
            counts = accumulate(map(sum, zip(*(each.buckets for each in alike), strict=True)))
            buckets = list(zip((*bounds, "+Inf"), counts, strict=True))
            total = sum(each.sum_us for each in alike) / 1_000_000
            times.add_metric(labels, buckets, sum_value=total)
        yield from (requests, errors, times)

    def _journal(self, journal: JournalFigures) -> Iterator[Metric]:
        for name, text, value in (
            ("journal_rows", "Exchanges recorded", journal.rows),
            ("journal_gaps", "Times that exchanges were lost", journal.gaps),
            ("journal_dropped_rows", "Exchanges that were not recorded", journal.dropped_rows),
        ):
            counter = self._counter(name, text)
            counter.add_metric((), value)
            yield counter
        for name, text, level in (
            ("journal_waiting_rows", "Exchanges to be recorded", float(journal.waiting_rows)),
            ("journal_lag_seconds", "How long the oldest of them waits", journal.lag_seconds),
            ("journal_up", "Whether the journal can be written", float(not journal.failing)),
        ):
            gauge = self._gauge(name, text)
            gauge.add_metric((), level)
            yield gauge

    def _observers(self) -> Iterator[Metric]:
        delivered = self._counter("observer_delivered", "Events taken", OBSERVER)
        failed = self._counter("observer_failed", "Events that it failed on", OBSERVER)
        dropped = self._counter("observer_dropped", "Events there was no room for", OBSERVER)
        waiting = self._gauge("observer_waiting", "Events in its queue", OBSERVER)
        up = self._gauge("observer_up", "Whether it is well", OBSERVER)
        for each in self._figures.observers:
            labels = (each.name, each.type)
            delivered.add_metric(labels, each.delivered)
            failed.add_metric(labels, each.failed)
            dropped.add_metric(labels, each.dropped)
            waiting.add_metric(labels, each.waiting)
            up.add_metric(labels, float(each.state == "ok"))
        yield from (delivered, failed, dropped, waiting, up)

    def _of_processes(self) -> Iterator[Metric]:
        cpu = self._counter("process_cpu_seconds", "Time on the CPU", ("process",))
        memory = self._gauge("process_resident_memory_bytes", "Memory resident", ("process",))
        threads = self._gauge("process_threads", "Threads", ("process",))
        for each in self._figures.processes:
            cpu.add_metric((each.name,), each.cpu_seconds)
            memory.add_metric((each.name,), each.memory_bytes)
            threads.add_metric((each.name,), each.threads)
        yield from (cpu, memory, threads)

    def _counter(self, name: str, text: str, labels: Sequence[str] = ()) -> CounterMetricFamily:
        return CounterMetricFamily(f"{self._prefix}{name}", text, labels=labels)

    def _gauge(self, name: str, text: str, labels: Sequence[str] = ()) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"{self._prefix}{name}", text, labels=labels)


def _by_labels(series: Sequence[Series]) -> dict[tuple[str, str, str, str], list[Series]]:
    """Series by the values of LABELS; those of several outcomes belong together."""
    found: dict[tuple[str, str, str, str], list[Series]] = {}
    for each in series:
        labels = (each.protocol, each.mock, each.operation, str(each.status))
        found.setdefault(labels, []).append(each)
    return found


plugin = Plugin(config=Settings, build=Prometheus)
