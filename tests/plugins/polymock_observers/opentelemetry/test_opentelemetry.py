"""Spans and metrics as a collector gets them, over a real socket."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from core.observing.fakes import wait_until
from plugins.events import PARENT, TRACE, response
from plugins.receivers import Receiver
from polymock.observers import ObserverPlace
from polymock.observing.tally import BOUNDS_US, Kind, Tally
from polymock_observers.opentelemetry.plugin import OpenTelemetry, Settings
from polymock_observers.posting import Undelivered
from polymock_schemas.observers import Figures, JournalFigures, ProcessFigures


def figures() -> Figures:
    tally = Tally()
    tally.count_of(Kind("openapi", "shop", "GET /pets", 200, "ok")).add(1500)
    tally.count_of(Kind("openapi", "shop", "GET /pets", 422, "client_error")).add(90)
    return Figures(
        1_700_000_000.0,
        BOUNDS_US,
        tally.series(),
        JournalFigures(7, 0, 0.0, 0, 0, failing=False),
        (),
        (ProcessFigures("control", 1, 2.0, 3, 4),),
    )


def at_work(
    port: int, folder: Path, story: Callable[[OpenTelemetry], Awaitable[Any]], **settings: Any
) -> OpenTelemetry:
    observer = OpenTelemetry(Settings(endpoint=f"http://127.0.0.1:{port}", **settings))

    async def all_of_it() -> None:
        await observer.start(ObserverPlace("otel", folder, folder, figures))
        try:
            await story(observer)
        finally:
            await observer.stop()

    asyncio.run(all_of_it())
    return observer


def bodies(receiver: Receiver, path: str) -> list[bytes]:
    return [
        gzip.decompress(posted.body)
        if posted.headers.get("content-encoding") == "gzip"
        else posted.body
        for posted in receiver.got
        if posted.path == path
    ]


@pytest.mark.parametrize("compress", [True, False])
def test_spans_arrive(receiver: Receiver, tmp_path: Path, compress: bool) -> None:
    events = [response(parent=f"00-{TRACE}-{PARENT}-01"), response()]
    at_work(
        receiver.port,
        tmp_path,
        lambda observer: observer.receive(events),
        compress=compress,
        metrics=False,
        service_name="shop-mock",
        headers={"X-Team": "ci"},
    )
    (body,) = bodies(receiver, "/v1/traces")
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    (name,) = resource.resource.attributes
    assert (name.key, name.value.string_value) == ("service.name", "shop-mock")
    first, second = resource.scope_spans[0].spans
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, PARENT)
    assert second.trace_id != first.trace_id
    assert receiver.got[0].headers["content-type"] == "application/x-protobuf"
    assert receiver.got[0].headers["x-team"] == "ci"


def test_metrics_arrive_again_and_again_and_at_the_end(receiver: Receiver, tmp_path: Path) -> None:
    async def story(_: OpenTelemetry) -> None:
        await asyncio.to_thread(wait_until, lambda: bool(receiver.got))

    at_work(receiver.port, tmp_path, story, interval="100ms")
    found = bodies(receiver, "/v1/metrics")
    assert len(found) >= 2
    (resource,) = ExportMetricsServiceRequest.FromString(found[-1]).resource_metrics
    metrics: dict[str, Metric] = {each.name: each for each in resource.scope_metrics[0].metrics}
    requests = metrics["polymock.requests"].sum
    assert requests.is_monotonic
    assert [point.as_int for point in requests.data_points] == [1, 1]
    assert requests.data_points[0].start_time_unix_nano == 1_700_000_000 * 10**9
    (error,) = metrics["polymock.errors"].sum.data_points
    assert {each.key for each in error.attributes} == {
        *("protocol", "mock", "operation", "status", "outcome")
    }
    times = metrics["polymock.response.time"].histogram.data_points
    assert [point.count for point in times] == [1, 1]
    assert len(times[0].bucket_counts) == len(times[0].explicit_bounds) + 1
    assert times[0].sum == 0.0015
    assert metrics["polymock.journal.rows"].sum.data_points[0].as_int == 7
    assert metrics["process.memory.usage"].gauge.data_points[0].as_int == 3


def test_what_a_collector_refuses_for_now_is_tried_again(
    receiver: Receiver, tmp_path: Path
) -> None:
    answers = iter([503, 200])

    def in_turn(handler: Any) -> None:
        handler.send_response(next(answers))
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answer = in_turn
    at_work(receiver.port, tmp_path, lambda observer: observer.receive([response()]), metrics=False)
    assert len(bodies(receiver, "/v1/traces")) == 2


def test_a_collector_that_is_not_there(receiver: Receiver, tmp_path: Path) -> None:
    receiver.kill()

    async def story(observer: OpenTelemetry) -> None:
        with pytest.raises(Undelivered):
            await observer.receive([response()])
        assert f"http://127.0.0.1:{receiver.port}: " in observer.health()

    at_work(receiver.port, tmp_path, story, attempts=1)


def test_a_collector_that_refuses_a_part(receiver: Receiver, tmp_path: Path) -> None:
    def partly(handler: Any) -> None:
        answer = ExportTraceServiceResponse()
        answer.partial_success.rejected_spans = 1
        answer.partial_success.error_message = "too old"
        body = answer.SerializeToString()
        handler.send_response(200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    receiver.answer = partly

    async def story(observer: OpenTelemetry) -> None:
        with pytest.raises(Undelivered, match="refused a part: too old"):
            await observer.receive([response()])

    at_work(receiver.port, tmp_path, story, metrics=False)


def test_nothing_is_asked_for_without_traces() -> None:
    assert OpenTelemetry(Settings(traces=False)).events == frozenset()
    assert OpenTelemetry(Settings()).events == {"response.sent"}
