import pytest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from plugins.events import PARENT, TRACE, TS, response
from polymock_observers.opentelemetry.spans import span_of, spans_request
from polymock_schemas.events import ResponseSent


def span(event: ResponseSent, ratio: float = 1.0) -> Span:
    found = span_of(event, ratio)
    assert found is not None
    return found


def attributes(found: Span) -> dict[str, object]:
    return {
        each.key: each.value.string_value
        if each.value.HasField("string_value")
        else each.value.int_value
        for each in found.attributes
    }


def test_an_exchange_is_a_span_of_a_server() -> None:
    found = span(response())
    assert (found.name, found.kind) == ("GET /pets/{petId}", Span.SPAN_KIND_SERVER)
    assert (len(found.trace_id), len(found.span_id), found.parent_span_id) == (16, 8, b"")
    assert found.end_time_unix_nano == TS * 1000
    assert found.end_time_unix_nano - found.start_time_unix_nano == 1_500_000
    assert found.status == Status()
    said = attributes(found)
    assert said["http.request.method"] == "GET"
    assert said["http.response.status_code"] == 200
    assert said["url.path"] == "/pets/1"
    assert (said["polymock.mock"], said["polymock.source"]) == ("shop", "example")
    assert "polymock.session" not in said


def test_it_is_a_part_of_its_callers_trace() -> None:
    found = span(response(parent=f"00-{TRACE}-{PARENT}-01"), ratio=0.0)
    assert (found.trace_id.hex(), found.parent_span_id.hex()) == (TRACE, PARENT)


def test_what_the_caller_does_not_sample_is_none() -> None:
    assert span_of(response(parent=f"00-{TRACE}-{PARENT}-00"), 1.0) is None


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "garbage",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-0",
    ],
)
def test_what_is_no_traceparent_begins_a_trace(parent: str) -> None:
    assert span(response(parent=parent)).parent_span_id == b""
    assert span_of(response(parent=parent), 0.0) is None


def test_later_versions_of_the_header_may_say_more() -> None:
    assert span(response(parent=f"01-{TRACE}-{PARENT}-01-more")).trace_id.hex() == TRACE


@pytest.mark.parametrize(("outcome", "bad"), [("client_error", False), ("server_error", True)])
def test_the_servers_errors_are_errors(outcome: str, bad: bool) -> None:
    found = span(response(outcome=outcome, status=500))
    assert (found.status.code == Status.STATUS_CODE_ERROR) is bad


def test_grpc_has_a_status_of_its_own() -> None:
    said = attributes(span(response(protocol="grpc", operation="shop.v1.Shop/Get", status=5)))
    assert (said["rpc.system"], said["rpc.service"]) == ("grpc", "shop.v1.Shop")
    assert (said["rpc.method"], said["rpc.grpc.status_code"]) == ("Get", 5)
    assert "http.response.status_code" not in said


def test_nothing_to_export_is_no_request() -> None:
    assert spans_request([response()], Resource(), 0.0) is None
    request = spans_request([response(), response()], Resource(), 1.0)
    assert request is not None
    assert len(request.resource_spans[0].scope_spans[0].spans) == 2
