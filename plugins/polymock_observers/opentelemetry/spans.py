"""Exchanges as spans (OpenTelemetry's trace signal, and its semantic conventions)."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from polymock_schemas.events import ResponseSent

GRPC = "grpc"
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)"
)
_SAMPLED = 1


def spans_request(
    events: Sequence[ResponseSent], resource: Resource, ratio: float
) -> ExportTraceServiceRequest | None:
    """A request that exports a span for each exchange; None where there is none to export.

    An exchange whose caller traces is part of the caller's trace, and a span only if the caller
    samples it; of the others a `ratio` is.
    """
    spans = [span for event in events if (span := span_of(event, ratio)) is not None]
    if not spans:
        return None
    scope = ScopeSpans(spans=spans)
    scope.scope.name = "polymock"
    return ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[scope])]
    )


def span_of(event: ResponseSent, ratio: float) -> Span | None:
    """The span of an exchange; None where it is not sampled."""
    parent = _TRACEPARENT.match(event.parent)
    if parent is None:
        if random.random() >= ratio:  # noqa: S311 - a sample, no secret
            return None
        trace_id, parent_id = secrets.token_bytes(16), b""
    else:
        if not int(parent[3], 16) & _SAMPLED:
            return None
        trace_id, parent_id = bytes.fromhex(parent[1]), bytes.fromhex(parent[2])
    return Span(
        trace_id=trace_id,
        span_id=secrets.token_bytes(8),
        parent_span_id=parent_id,
        name=event.operation or event.method,
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=(event.ts - event.latency_us) * 1000,
        end_time_unix_nano=event.ts * 1000,
        attributes=_attributes(event),
        status=_status(event),
    )


def attribute(key: str, value: str | int) -> KeyValue:
    """An attribute of a span, a metric or a resource."""
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    return KeyValue(key=key, value=AnyValue(string_value=value))


def _attributes(event: ResponseSent) -> list[KeyValue]:
    said: dict[str, str | int] = {
        "http.request.method": event.method,
        "url.path": event.path,
        "http.response.body.size": event.bytes,
        "polymock.protocol": event.protocol,
        "polymock.mock": event.mock,
        "polymock.operation": event.operation,
        "polymock.exchange": event.exchange,
        "polymock.source": event.source,
        "polymock.outcome": event.outcome,
        "polymock.session": event.session,
        "polymock.stub": event.stub,
        "polymock.scenario": event.scenario,
        "enduser.id": event.principal,
    }
    if event.protocol == GRPC:
        service, _, method = event.operation.partition("/")
        said |= {"rpc.system": GRPC, "rpc.service": service, "rpc.method": method}
        said["rpc.grpc.status_code"] = event.status
    else:
        said["http.response.status_code"] = event.status
    return [attribute(key, value) for key, value in said.items() if value != ""]


def _status(event: ResponseSent) -> Status:
    """A server's span is an error where the server is to blame."""
    if event.outcome in ("server_error", "fault"):
        return Status(code=Status.STATUS_CODE_ERROR, message=event.outcome)
    return Status()
