"""Requests that a document says to send after an answer."""

from typing import Any

import msgspec
import pytest

from polymock.interfaces import Answer
from polymock.samples import Sampler
from polymock_openapi.answering.answers import Answerer
from polymock_openapi.answering.callbacks import CallbackWriter, is_callable_url
from polymock_openapi.model import (
    Callback,
    Endpoint,
    MediaType,
    Parameter,
    Preferences,
    Reading,
    RequestBody,
    Response,
)
from polymock_openapi.write import Writer
from polymock_schemas.calls import Outbound

JSON = "application/json"
EVENT = {
    "type": "object",
    "required": ["id", "secret", "state"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "secret": {"type": "string", "writeOnly": True},
        "state": {"const": "done"},
    },
}


def callback(
    url: str = "{$request.body#/url}", schema: Any = EVENT, *parameters: Parameter, **examples: Any
) -> Callback:
    body = RequestBody(True, {JSON: MediaType(JSON, schema, examples)})
    return Callback("done", url, "post", body, parameters)


def endpoint(*callbacks: Callback) -> Endpoint:
    return Endpoint(
        name="POST /jobs",
        method="POST",
        path="/jobs",
        pointer="/paths/~1jobs/post",
        parameters=(),
        body=None,
        responses=(
            Response("201", {JSON: MediaType(JSON, None, {"": {"id": 9}})}, {}),
            Response("400", {}, {}),
        ),
        security=(),
        schemes={},
        callbacks=callbacks,
        definitions={},
    )


def reading(of: Endpoint, url: Any = "http://cb.test/x", code: int | None = None) -> Reading:
    return Reading(
        endpoint=of,
        method="POST",
        captures={},
        path={},
        query={},
        header={},
        cookie={},
        body={"url": url},
        media_type=JSON,
        accept="",
        preferences=Preferences(code=code),
        url="http://mock.test/jobs",
        sent={},
    )


def outbound(of: Endpoint, url: Any = "http://cb.test/x") -> tuple[Outbound, ...]:
    return CallbackWriter(of, 42).write(reading(of, url), 201, (), {"id": 9})


def test_a_callback_is_sent_where_the_call_says_with_its_example() -> None:
    of = endpoint(callback("{$request.body#/url}/{$response.body#/id}", None, cat={"a": 1}))
    assert outbound(of) == (
        Outbound(
            method="POST",
            url="http://cb.test/x/9",
            headers=((b"content-type", b"application/json"), (b"content-length", b"7")),
            body=b'{"a":1}',
        ),
    )


def test_a_body_is_sampled_as_the_asking_side_writes_it() -> None:
    (request,) = outbound(endpoint(callback()))
    body = msgspec.json.decode(request.body)
    assert body["state"] == "done"
    assert set(body) == {"secret", "state"}
    assert outbound(endpoint(callback())) == (request,)


def test_an_example_that_breaks_the_schema_is_not_sent() -> None:
    (request,) = outbound(endpoint(callback(cat={"state": 7})))
    assert msgspec.json.decode(request.body)["state"] == "done"


def test_required_parameters_are_sent() -> None:
    def parameter(name: str, location: Any, required: bool = True) -> Parameter:
        return Parameter(name, location, required, "form", True, True, examples={"": "a b\r\n"})

    (request,) = outbound(
        endpoint(
            callback(
                "http://cb.test/?x=1",
                None,
                parameter("X-Sign", "header"),
                parameter("q&", "query"),
                parameter("X-Other", "header", required=False),
                parameter("Host", "header"),
            )
        )
    )
    assert request.url == "http://cb.test/?x=1&q%26=a%20b%0D%0A"
    assert request.headers == ((b"x-sign", b"a b"),)
    assert request.body == b""


@pytest.mark.parametrize(
    "url",
    [
        "/relative",
        "ftp://cb.test/",
        "http://",
        "http:///x",
        "javascript:alert(1)",
        "http://a b/",
        "http://a/\r\nx: y",
        "http://[::1",
        "http://a:99999/",
        "http://é.test/",
        None,
        {"a": 1},
        "x" * 100_000,
    ],
)
def test_what_is_no_http_url_is_not_sent_and_logged(
    url: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert outbound(endpoint(callback()), url) == ()
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("polymock.callbacks", "WARNING")
    assert "POST /jobs: the callback 'done' is not sent" in record.getMessage()
    assert len(record.getMessage()) < 700


def test_a_body_that_nothing_satisfies_is_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    of = endpoint(callback("http://cb.test/", {"type": "integer", "minimum": 2, "maximum": 1}))
    assert outbound(of) == ()
    assert "is not sent" in caplog.text


def test_callbacks_are_bounded() -> None:
    assert len(outbound(endpoint(*[callback()] * 30))) == 10


def test_a_reply_carries_the_callbacks_and_is_not_remembered() -> None:
    of = endpoint(callback())
    sampler = Sampler({})
    answer = Answerer(of, sampler, 42).example(reading(of))
    assert answer is not None
    reply = Writer(of, sampler, 42).write(reading(of), answer)
    assert [request.url for request in reply.outbound] == ["http://cb.test/x"]
    assert not reply.stable
    silent = Writer(of, sampler, 42, callbacks=False).write(reading(of), answer)
    assert (silent.outbound, silent.stable) == ((), True)


def test_an_error_calls_nobody_back() -> None:
    of = endpoint(callback())
    call = reading(of, code=400)
    answer: Answer = Answerer(of, Sampler({}), 42).sample(call)
    assert Writer(of, Sampler({}), 42).write(call, answer).outbound == ()


def test_a_url_may_have_a_port_and_an_address() -> None:
    assert is_callable_url("https://[2001:db8::1]:8443/a?b=c")
    assert is_callable_url("HTTP://user:pass@cb.test")
    assert not is_callable_url("http://cb.test:0/")
