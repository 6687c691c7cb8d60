"""A server's figures as metrics (OpenTelemetry's metric signal): cumulative since its start."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from polymock_observers.opentelemetry.spans import attribute
from polymock_schemas.observers import Figures, Series


def metrics_request(
    figures: Figures, resource: Resource, now_us: int
) -> ExportMetricsServiceRequest:
    """A request that exports the figures as they were at a time, in microseconds since 1970."""
    start, now = round(figures.started * 1e9), now_us * 1000
    metrics = [*_traffic(figures, start, now), *_server(figures, start, now)]
    scope = ScopeMetrics(metrics=metrics)
    scope.scope.name = "polymock"
    return ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(resource=resource, scope_metrics=[scope])]
    )


def _traffic(figures: Figures, start: int, now: int) -> Sequence[Metric]:
    requests = [_point(each.count, _labels(each), start, now) for each in figures.series]
    errors = [
        _point(each.count, _labels(each), start, now)
        for each in figures.series
        if each.outcome != "ok"
    ]
    times = [
        HistogramDataPoint(
            attributes=_labels(each),
            start_time_unix_nano=start,
            time_unix_nano=now,
            count=each.count,
            sum=each.sum_us / 1_000_000,
            bucket_counts=each.buckets,
            explicit_bounds=[bound / 1_000_000 for bound in figures.bounds_us],
        )
        for each in figures.series
    ]
    histogram = Histogram(
        data_points=times, aggregation_temporality=AGGREGATION_TEMPORALITY_CUMULATIVE
    )
    return [
        _sum("polymock.requests", "Calls answered", "{call}", requests),
        _sum("polymock.errors", "Calls answered otherwise than ok", "{call}", errors),
        Metric(
            name="polymock.response.time",
            description="From a call's arrival to its reply",
            unit="s",
            histogram=histogram,
        ),
    ]


def _server(figures: Figures, start: int, now: int) -> Sequence[Metric]:
    found = []
    journal = figures.journal
    if journal is not None:
        rows = [_point(journal.rows, [], start, now)]
        dropped = [_point(journal.dropped_rows, [], start, now)]
        lag = NumberDataPoint(time_unix_nano=now, as_double=journal.lag_seconds)
        found += [
            _sum("polymock.journal.rows", "Exchanges recorded", "{exchange}", rows),
            _sum("polymock.journal.dropped", "Exchanges not recorded", "{exchange}", dropped),
            Metric(
                name="polymock.journal.lag",
                description="How long the oldest exchange waits to be recorded",
                unit="s",
                gauge=Gauge(data_points=[lag]),
            ),
        ]
    memory = [
        NumberDataPoint(
            attributes=[attribute("polymock.process", each.name)],
            time_unix_nano=now,
            as_int=each.memory_bytes,
        )
        for each in figures.processes
    ]
    found.append(
        Metric(
            name="process.memory.usage",
            description="Memory resident",
            unit="By",
            gauge=Gauge(data_points=memory),
        )
    )
    return found


def _labels(series: Series) -> list[KeyValue]:
    return [
        attribute("protocol", series.protocol),
        attribute("mock", series.mock),
        attribute("operation", series.operation),
        attribute("status", series.status),
        attribute("outcome", series.outcome),
    ]


def _point(value: int, labels: Sequence[KeyValue], start: int, now: int) -> NumberDataPoint:
    return NumberDataPoint(
        attributes=labels, start_time_unix_nano=start, time_unix_nano=now, as_int=value
    )


def _sum(name: str, text: str, unit: str, points: Sequence[NumberDataPoint]) -> Metric:
    total = Sum(
        data_points=points,
        aggregation_temporality=AGGREGATION_TEMPORALITY_CUMULATIVE,
        is_monotonic=True,
    )
    return Metric(name=name, description=text, unit=unit, sum=total)
