"""Values as bytes of a media type."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.multipart import split_parts
from polymock_openapi.answering.encode import encode, encode_form, encode_json
from polymock_openapi.model import Encoding, MediaType


def body(value: Any, content_type: str, schema: Any = None) -> bytes:
    return encode(value, MediaType(content_type, schema), content_type, {}).body


@pytest.mark.parametrize(
    ("content_type", "value", "written"),
    [
        ("application/json", {"a": [1.0, None, True, "é"]}, '{"a":[1.0,null,true,"é"]}'.encode()),
        ("application/json", 2**70, b"1180591620717411303424"),
        ("application/json", [float("nan"), float("inf")], b"[null,null]"),
        ("application/json", "text", b'"text"'),
        ("application/json", "\ud800", b'"?"'),
        ("application/problem+json; charset=utf-8", {}, b"{}"),
        ("application/json; charset=iso-8859-1", "é€", b'"\\u00e9\\u20ac"'),
        ("text/plain", "é", "é".encode()),
        ("text/plain", {"a": 1}, b'{"a":1}'),
        ("text/plain; charset=iso-8859-1", "é", b"\xe9"),
        ("text/plain; charset=zlib", "é", "é".encode()),
        ("text/html", "<p>", b"<p>"),
        ("application/octet-stream", b"\0\xff", b"\0\xff"),
        ("application/octet-stream", "text", b"text"),
        ("application/unheard-of", [1], b"[1]"),
        ("no media type\r\n", "x", b"x"),
        ("application/xml", "<a/>", b"<a/>"),
        ("application/x-www-form-urlencoded", {"a": "b c", "d": [1, 2]}, b"a=b+c&d=1&d=2"),
        ("application/x-ndjson", [{"a": 1}, {"a": 2}], b'{"a":1}\n{"a":2}\n'),
        ("application/json-seq", [1], b"\x1e1\n"),
        ("text/event-stream", ["a\nb", {"x": 1}], b'data: a\ndata: b\n\ndata: {"x":1}\n\n'),
        (
            "text/event-stream",
            [{"event": "tick", "data": {"n": 1}, "id": "7"}],
            b'event: tick\nid: 7\ndata: {"n":1}\n\n',
        ),
        ("text/event-stream", "data: ready", b"data: ready\n\n"),
        ("text/csv", [{"a": 1, "b": "x,y"}, {"a": None}], b'a,b\r\n1,"x,y"\r\n,\r\n'),
        ("text/csv", [[1, "b"], [True]], b"1,b\r\ntrue\r\n"),
        ("text/csv", "a;b", b"a;b"),
    ],
)
def test_a_value_is_written_in_the_syntax_of_its_type(
    content_type: str, value: Any, written: bytes
) -> None:
    assert body(value, content_type) == written


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/plain; charset=us-ascii", "text/plain; charset=us-ascii"),
        ("application/json", "application/json"),
        ("application/vnd.x+json; version=2", "application/vnd.x+json; version=2"),
        ("x\r\nset-cookie: a=b", "application/octet-stream"),
        ('text/plain; a="\r\n"', "application/octet-stream"),
    ],
)
def test_the_content_type_is_the_declared_one_and_says_how_text_is_coded(
    declared: str, sent: str
) -> None:
    assert encode("x", MediaType(declared), declared, {}).content_type == sent


def test_xml_is_written_by_its_schema() -> None:
    schema = {
        "type": "object",
        "xml": {"name": "pet"},
        "properties": {"id": {"type": "integer", "xml": {"attribute": True}}},
    }
    assert body({"id": 1}, "application/xml", schema).endswith(b'<pet id="1"/>')


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        (Encoding(), b"R=100&G=200"),
        (Encoding(style="deepObject"), b"c%5BR%5D=100&c%5BG%5D=200"),
        (Encoding(content_type="application/json"), b"c=%7B%22R%22%3A100%2C%22G%22%3A200%7D"),
    ],
)
def test_an_object_in_a_form_has_its_declared_style(encoding: Encoding, written: bytes) -> None:
    assert encode_form({"c": {"R": 100, "G": 200}}, {"c": encoding}) == written


def test_a_list_in_a_form_has_its_declared_style() -> None:
    for style, joined in (
        ("form", b"1%2C2"),
        ("pipeDelimited", b"1%7C2"),
        ("spaceDelimited", b"1+2"),
    ):
        encoding = msgspec.convert({"style": style, "explode": False}, Encoding)
        assert encode_form({"a": [1, 2]}, {"a": encoding}) == b"a=" + joined


def test_a_multipart_body_is_made_of_its_properties() -> None:
    media = MediaType(
        "multipart/form-data", None, {}, {"meta": Encoding(content_type="application/xml, text/x")}
    )
    value = {'a"b': "é", "o": {"x": 1}, "files": [b"\0", b"\1"], "meta": "m"}
    encoded = encode(value, media, media.name, {})
    kind, _, boundary = encoded.content_type.partition("; boundary=")
    assert kind == "multipart/form-data"
    parts = split_parts(encoded.body, boundary)
    assert [(p.name, p.is_file, p.headers["content-type"], p.data) for p in parts] == [
        ('a"b', False, "text/plain", "é".encode()),
        ("o", False, "application/json", b'{"x":1}'),
        ("files", True, "application/octet-stream", b"\0"),
        ("files", True, "application/octet-stream", b"\1"),
        ("meta", False, "application/xml", b"m"),
    ]
    assert encode(value, media, media.name, {}) == encoded


def test_a_list_as_multipart_is_a_part_an_item() -> None:
    encoded = encode([{"a": 1}, "b"], MediaType("multipart/mixed"), "multipart/mixed", {})
    boundary = encoded.content_type.partition("boundary=")[2]
    assert [part.data for part in split_parts(encoded.body, boundary)] == [b'{"a":1}', b"b"]


def test_keys_that_are_not_unicode_are_replaced() -> None:
    assert encode_json({"\udfff": ["\ud800"]}) == b'{"?":["?"]}'


TEXT = st.text(st.characters(exclude_categories=[]), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=4) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(
    VALUES,
    st.sampled_from(
        [
            "application/json",
            "application/json; charset=utf-16",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/mixed",
            "text/plain; charset=us-ascii",
            "text/csv",
            "text/event-stream",
            "application/x-ndjson",
            "application/json-seq",
            "image/png",
        ]
    ),
)
def test_every_value_can_be_written_in_every_type(value: Any, content_type: str) -> None:
    encoded = encode(value, MediaType(content_type), content_type, {})
    assert isinstance(encoded.body, bytes)
    assert encoded.content_type.isascii()
