"""Declared header fields of a response."""

from typing import Any

import pytest

from polymock.samples import Sampler
from polymock_openapi.answering.response_headers import (
    DeclaredHeaders,
    address,
    declare_headers,
    fit_value,
    write_simple,
)
from polymock_openapi.model import Endpoint, HeaderSpec, Response


def declared(spec: HeaderSpec, status: int = 200) -> DeclaredHeaders:
    response = Response(str(status), {}, {spec.name: spec})
    endpoint = Endpoint(
        name="GET /pets",
        method="GET",
        path="/pets",
        pointer="/paths/~1pets/get",
        parameters=(),
        body=None,
        responses=(response,),
        security=(),
        schemes={},
        callbacks=(),
        definitions={"Id": {"type": "string", "enum": ["a"]}},
    )
    return declare_headers(endpoint, response, status, Sampler(endpoint.definitions), 42)


def value(name: str, schema: Any, **examples: Any) -> bytes | None:
    fixed = declared(HeaderSpec(name, False, schema, examples=examples)).fixed
    return fixed[0][1] if fixed else None


@pytest.mark.parametrize(
    ("name", "schema", "examples", "sent"),
    [
        ("X-A", {"type": "string"}, {"one": "x"}, b"x"),
        ("X-A", {"type": "integer"}, {"one": "7"}, b"7"),
        ("X-A", {"type": "integer", "enum": [3]}, {"one": "no number"}, b"3"),
        ("X-A", {"$ref": "#/$defs/Id"}, {}, b"a"),
        ("X-A", {"type": "array", "items": {"const": 1}, "minItems": 2, "maxItems": 2}, {}, b"1,1"),
        ("X-A", {"const": True}, {}, b"true"),
        ("X-A", {"const": "\u0144\r\nx: y"}, {}, b"x: y"),
        ("X-A", {"const": "é"}, {}, b"\xe9"),
        ("X-A", {"enum": ["\u20ac"]}, {}, None),
        ("X-A", False, {}, None),
        ("X-A", {"type": "integer", "minimum": 2, "maximum": 1}, {}, None),
        ("Retry-After", {"type": "integer"}, {}, b"30"),
        ("Retry-After", {"type": "string"}, {}, b"30"),
        ("Retry-After", {"type": "integer", "enum": [5]}, {}, b"5"),
        ("X-RateLimit-Limit", {"type": "integer"}, {}, b"60"),
        ("X-Rate-Limit-Remaining", {"type": "string"}, {}, b"59"),
        ("RateLimit-Reset", {"type": "integer", "maximum": 10, "minimum": 10}, {}, b"10"),
        ("Cache-Control", {"type": "string"}, {}, b"no-store"),
        ("Content-Length", {"type": "integer"}, {}, None),
        ("Transfer-Encoding", {"type": "string"}, {}, None),
        ("Access-Control-Allow-Origin", {"type": "string"}, {}, None),
        ("bad name", {"type": "string"}, {}, None),
        ("Bad\r\nName", {"type": "string"}, {}, None),
    ],
)
def test_a_field_has_a_value_of_its_schema(
    name: str, schema: Any, examples: dict[str, Any], sent: bytes | None
) -> None:
    assert value(name, schema, **examples) == sent


def test_marks_are_quoted_and_cookies_have_a_name() -> None:
    etag = value("ETag", {"type": "string"})
    assert etag is not None
    assert etag.startswith(b'"')
    assert etag.endswith(b'"')
    assert etag == value("ETag", {"type": "string"})
    cookie = value("Set-Cookie", {"type": "string"})
    assert cookie is not None
    assert cookie.startswith(b"session=")


def test_content_is_written_as_json() -> None:
    spec = HeaderSpec("X-A", False, {"const": {"a": [1]}}, media_type="application/json")
    assert declared(spec).fixed == ((b"x-a", b'{"a":[1]}'),)


def test_an_open_address_depends_on_the_call() -> None:
    assert declared(HeaderSpec("Location", False, {"type": "string"}), 201).addresses == (
        "location",
    )
    assert declared(HeaderSpec("Location", False, {"enum": ["/a"]}), 201).fixed == (
        (b"location", b"/a"),
    )


def test_a_redirect_leads_away_from_itself() -> None:
    ((name, url),) = declared(HeaderSpec("Location", False, {"type": "string"}), 302).fixed
    assert name == b"location"
    assert url.startswith(b"http")


@pytest.mark.parametrize(
    ("name", "answer", "text"),
    [
        ("location", {"id": 7}, b"http://m.test/pets/7"),
        ("location", {"id": "a b/\r\n"}, b"http://m.test/pets/a%20b%2F%0D%0A"),
        ("location", {"id": 1}, b"http://m.test/pets/1"),
        ("location", {"id": 0}, b"http://m.test/pets/0"),
        ("location", {"id": True}, b"http://m.test/pets"),
        ("location", [], b"http://m.test/pets"),
        ("content-location", {"id": 7}, b"http://m.test/pets"),
        ("link", None, b'<http://m.test/pets>; rel="self"'),
    ],
)
def test_an_address_is_the_calls_own_or_below_it(name: str, answer: Any, text: bytes) -> None:
    assert address(name, "http://m.test/pets?limit=1", answer) == text


def test_a_hostile_url_is_encoded() -> None:
    assert b"\r" not in address("location", "http://m.test/\r\n\xff\ud7ff", None)


def test_values_in_style_simple() -> None:
    assert write_simple({"R": 100, "G": [1]}, explode=False) == "R,100,G,[1]"
    assert write_simple({"R": 100, "G": True}, explode=True) == "R=100,G=true"
    assert write_simple(["a", None, 1.5], explode=False) == "a,,1.5"


def test_a_value_is_one_line_of_latin_1() -> None:
    assert fit_value(" a\r\n\0b\u20acé\t ") == "abé"
    assert len(fit_value("x" * 10_000)) == 4096
