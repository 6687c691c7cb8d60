"""Answers as replies."""

from typing import Any

import msgspec
import pytest

from polymock.interfaces import Answer
from polymock.samples import Sampler
from polymock_openapi.answering.answers import Answerer
from polymock_openapi.model import (
    Endpoint,
    HeaderSpec,
    MediaType,
    Preferences,
    Reading,
    Response,
)
from polymock_openapi.write import Writer
from polymock_schemas.calls import Reply

JSON = "application/json"


def header(name: str, schema: Any, **examples: Any) -> HeaderSpec:
    return HeaderSpec(name, True, schema, examples=examples)


def response(status: str, media: MediaType | None = None, *headers: HeaderSpec) -> Response:
    content = {} if media is None else {media.name: media}
    return Response(status, content, {spec.name: spec for spec in headers})


def endpoint(*responses: Response, method: str = "GET") -> Endpoint:
    return Endpoint(
        name=f"{method} /pets",
        method=method,
        path="/pets",
        pointer="/paths/~1pets/get",
        parameters=(),
        body=None,
        responses=responses,
        security=(),
        schemes={},
        callbacks=(),
        definitions={},
    )


def reading(of: Endpoint, method: str = "", **wishes: Any) -> Reading:
    return Reading(
        endpoint=of,
        method=method or of.method,
        captures={},
        path={},
        query={},
        header={},
        cookie={},
        body=msgspec.UNSET,
        media_type="",
        accept="",
        preferences=Preferences(**wishes),
        url="http://mock.test/pets?x=1",
        sent={},
    )


def write(of: Endpoint, method: str = "", **wishes: Any) -> Reply:
    call = reading(of, method, **wishes)
    sampler = Sampler(of.definitions)
    given = Answerer(of, sampler, 42)
    return Writer(of, sampler, 42).write(call, given.example(call) or given.sample(call))


CATS = MediaType(JSON, None, {"": [{"id": 1}]})


def test_an_example_is_written_as_declared() -> None:
    assert write(endpoint(response("200", CATS))) == Reply(
        status=200,
        headers=((b"content-type", b"application/json"), (b"content-length", b"10")),
        body=b'[{"id":1}]',
        source="example",
        outcome="ok",
        operation="GET /pets",
        stable=True,
    )


def test_head_has_the_headers_of_get_and_no_body() -> None:
    of = endpoint(response("200", CATS))
    get, head = write(of), write(of, method="HEAD")
    assert head.headers == get.headers
    assert head.body == b""


@pytest.mark.parametrize(("status", "length"), [("204", ()), ("304", ()), ("205", (b"0",))])
def test_statuses_without_content_have_none_even_if_it_is_declared(
    status: str, length: tuple[bytes, ...]
) -> None:
    reply = write(endpoint(response(status, CATS)), code=int(status))
    assert reply.body == b""
    fields = [field for field in reply.headers if field[0] != b"preference-applied"]
    assert fields == [(b"content-length", value) for value in length]


def test_a_response_without_content_is_empty() -> None:
    reply = write(endpoint(response("200")))
    assert (reply.status, reply.headers, reply.body) == (200, ((b"content-length", b"0"),), b"")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("200", "ok"), ("302", "ok"), ("404", "client_error"), ("503", "server_error")],
)
def test_the_outcome_follows_the_status(status: str, outcome: str) -> None:
    assert write(endpoint(response(status, CATS))).outcome == outcome


def test_preferences_that_were_followed_are_named() -> None:
    of = endpoint(response("200", MediaType(JSON, None, {"a b": 1, "c": 2})))
    assert write(of, example="c", code=200).headers[-1] == (
        b"preference-applied",
        b"code=200, example=c",
    )
    assert write(of, example="a b").headers[-1][1] == b'example="a b"'
    assert write(of).headers[-1][0] == b"content-length"


def test_an_example_is_remembered_without_what_one_caller_asked_for() -> None:
    of = endpoint(response("200", CATS))
    writer, given = Writer(of, Sampler({}), 42), Answerer(of, Sampler({}), 42)
    for code in (200, None):
        call = reading(of, code=code)
        answer = given.example(call)
        assert answer is not None
        reply = writer.write(call, answer)
    assert reply.headers == ((b"content-type", b"application/json"), (b"content-length", b"10"))


def test_an_answer_of_somebody_else_is_written_as_the_best_declared_one() -> None:
    of = endpoint(response("404", CATS), response("201", MediaType("text/plain", None)))
    reply = Writer(of, Sampler({}), 42).write(reading(of), Answer("made", "stub"))
    assert (reply.status, reply.body, reply.source) == (201, b"made", "stub")
    assert reply.headers[0] == (b"content-type", b"text/plain; charset=utf-8")


def test_an_answer_of_somebody_else_where_no_body_is_declared_is_json() -> None:
    of = endpoint(response("200"))
    reply = Writer(of, Sampler({}), 42).write(reading(of), Answer({"a": 1}, "stub"))
    assert (reply.headers[0], reply.body) == ((b"content-type", b"application/json"), b'{"a":1}')


def test_declared_headers_are_sent() -> None:
    reply = write(
        endpoint(
            response(
                "200",
                CATS,
                header("X-Total", {"type": "integer"}, total=3),
                header("Content-Type", {"type": "string"}),
                header("Content-Encoding", {"type": "string"}),
                header("X-RateLimit-Remaining", {"type": "integer"}),
            )
        )
    )
    assert reply.headers[2:] == ((b"x-total", b"3"), (b"x-ratelimit-remaining", b"59"))


def test_a_location_names_what_was_made() -> None:
    of = endpoint(
        response(
            "201",
            MediaType(JSON, None, {"": {"id": "a/1"}}),
            header("Location", {"type": "string", "format": "uri"}),
        ),
        method="POST",
    )
    assert write(of).headers[-1] == (b"location", b"http://mock.test/pets/a%2F1")


def test_a_range_of_statuses_has_the_headers_of_the_status_sent() -> None:
    of = endpoint(response("4XX", CATS, header("X-A", {"const": "b"})), response("200"))
    reply = write(of, code=418)
    assert (reply.status, reply.headers[2]) == (418, (b"x-a", b"b"))


def test_vary_names_accept_where_it_chose_the_media_type() -> None:
    def varies(*media: MediaType, headers: dict[str, HeaderSpec] | None = None) -> list[bytes]:
        content = {each.name: each for each in media}
        reply = write(endpoint(Response("200", content, headers or {})))
        return [value for name, value in reply.headers if name == b"vary"]

    xml = MediaType("application/xml", None, {"": "<a/>"})
    assert varies(CATS) == []
    assert varies(CATS, xml) == [b"Accept"]
    assert varies(MediaType("*/*", {"type": "object"})) == [b"Accept"]
    declared = header("Vary", {"type": "string"}, x="Origin")
    assert varies(CATS, xml, headers={"Vary": declared}) == [b"Origin"]
