"""Bodies: media types, every family's decoding, the Encoding Object, and hostile bytes."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import msgspec
import pytest

from polymock.errors import TooLarge, Unreadable, UnsupportedMedia
from polymock.jsonschema import Schema
from polymock_openapi.model import Encoding, MediaType, RequestBody
from polymock_openapi.reading.bodies import NO_BODY, Body, BodyReader
from polymock_schemas.calls import Call, Violation

PET: Schema = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 2},
        "age": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "owner": {"type": "object", "properties": {"zip": {"type": "integer"}}},
    },
}
FORM = "application/x-www-form-urlencoded"


def post(data: bytes, content_type: str | None = "application/json", **headers: str) -> Call:
    fields = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    if content_type is not None:
        fields[b"content-type"] = content_type.encode()
    return Call("POST", "/pets", b"", tuple(fields.items()), fields, data)


def body(
    *names: str,
    schema: Schema | None = PET,
    required: bool = True,
    encoding: dict[str, Encoding] | None = None,
) -> BodyReader:
    content = {n: MediaType(n, schema, encoding=encoding or {}) for n in names}
    return BodyReader(RequestBody(required, content), {})


def read(reader: BodyReader, call: Call) -> Any:
    """The value, or the violations where there are some."""
    found: list[Violation] = []
    value = reader.read(call, found).value
    return found or value


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--X\r\n" + part + b"\r\n" for part in parts) + b"--X--\r\n"


def part(name: str, data: bytes, more: str = "", content_type: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"{more}\r\n'
    head += f"Content-Type: {content_type}\r\n" if content_type else ""
    return head.encode() + b"\r\n" + data


@pytest.mark.parametrize(
    "data",
    [
        b'{"name":"Rex"}',
        b'\xef\xbb\xbf{"name":"Rex"}',
        '{"name":"Rex"}'.encode("utf-16"),
        '{"name":"Rex"}'.encode("utf-16-be"),
        '{"name":"Rex"}'.encode("utf-32-le"),
        b'{"name":"Max","name":"Rex"}',
    ],
)
def test_json_in_any_unicode_encoding(data: bytes) -> None:
    assert read(body("application/json"), post(data)) == {"name": "Rex"}


def test_json_in_a_named_charset() -> None:
    data = '{"name":"Réx"}'.encode("latin-1")
    sent = post(data, "application/json; charset=iso-8859-1")
    assert read(body("application/json"), sent) == {"name": "Réx"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"name":', "ends too early, after byte 8"),
        (b'{"name":"Rex"} x', "trailing characters"),
        (b'{"age":NaN}', "byte 7"),
        (b"\x00", "byte 0"),
        (b'{"name":"\x00"}', "byte 9"),
        ('{"name":"é"}'.encode("latin-1"), "must be UTF-8"),
        (b'{"age":1e999}', "out of range"),
        (b"[" * 201 + b"]" * 201, "deeper than 200"),
        (b"[" * 100_000, "deeper than 200"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "deeper than 200"),
    ],
)
def test_what_is_no_json(data: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read(body("application/json"), post(data))


def test_json_may_be_200_levels_deep() -> None:
    data = b"[" * 200 + b"]" * 200
    assert isinstance(read(body("application/json", schema=None), post(data)), list)


def test_large_json_is_read_as_small_json_is() -> None:
    several = b"[" + b"1e300,-0.5,7,1e-400," * 20_000 + b"2]"
    value = read(body("application/json", schema=None), post(several))
    assert value[:4] == [1e300, -0.5, 7, 0.0]
    assert [type(number) for number in value[:4]] == [float, float, int, float]
    with pytest.raises(Unreadable, match="out of range"):
        read(body("application/json", schema=None), post(several[:-1] + b",1e400]"))


def test_violations_point_into_the_body() -> None:
    found = read(body("application/json"), post(b'{"name":"x","owner":{"zip":"1"}}'))
    assert {violation.location for violation in found} == {"body/name", "body/owner/zip"}


def test_read_only_properties_are_not_required_and_tolerated() -> None:
    assert read(body("application/json"), post(b'{"name":"Rex"}')) == {"name": "Rex"}
    assert read(body("application/json"), post(b'{"id":1,"name":"Rex"}'))["id"] == 1


def test_no_body() -> None:
    (violation,) = read(body("application/json"), post(b""))
    assert violation.location == "body"
    assert "required" in violation.message
    assert body("application/json", required=False).read(post(b""), []) == NO_BODY
    assert NO_BODY.value is msgspec.UNSET
    assert read(body("text/plain", schema={"type": "string"}), post(b"", "text/plain")) == ""


def test_an_empty_form_of_the_sent_type_is_a_body_even_where_none_is_required() -> None:
    optional = body(FORM, "application/json", required=False)
    (violation,) = read(optional, post(b"", FORM))
    assert "name" in violation.message
    for content_type in (None, "application/json", "application/xml", "nonsense"):
        assert optional.read(post(b"", content_type), []) == NO_BODY


@pytest.mark.parametrize(
    ("declared", "sent", "taken"),
    [
        (("application/json",), "Application/JSON; charset=utf-8", "application/json"),
        (("application/*",), "application/vnd.x.v1+json", "application/vnd.x.v1+json"),
        (("*/*",), "application/json", "application/json"),
        (("application/*+json",), "application/hal+json", "application/hal+json"),
        (("application/json; v=1",), "application/json", "application/json"),
        (("application/vnd.x.v1+json", "application/json"), None, "application/vnd.x.v1+json"),
        (("text/plain", "application/json"), None, "application/json"),
        (("application/merge-patch+json",), None, "application/merge-patch+json"),
    ],
)
def test_media_ranges(declared: tuple[str, ...], sent: str | None, taken: str) -> None:
    reader = body(*declared, schema=None)
    assert reader.read(post(b'{"a":1}', sent), []) == Body({"a": 1}, taken)


def test_the_closest_media_range_counts() -> None:
    named = {"type": "object", "required": ["exact"]}
    content = {
        "*/*": MediaType("*/*", False),
        "application/*": MediaType("application/*", False),
        "application/vnd.x+json": MediaType("application/vnd.x+json", named),
    }
    reader = BodyReader(RequestBody(True, content), {})
    sent = post(b'{"exact":1}', "application/vnd.x+json;q=1")
    assert read(reader, sent) == {"exact": 1}


@pytest.mark.parametrize(
    "sent", ["text/plain", "nonsense", "*/*", "application/json; \x00", "", None]
)
def test_unsupported_media(sent: str | None) -> None:
    with pytest.raises(UnsupportedMedia) as refusal:
        read(body("text/csv", "image/png"), post(b"x", sent))
    assert refusal.value.accepted == ("text/csv", "image/png")


def test_urlencoded() -> None:
    data = b"name=R%C3%A9x+II&age=3&tags=a&tags=b&owner[zip]=12&other=1&other=2"
    assert read(body(FORM), post(data, FORM)) == {
        "name": "Réx II",
        "age": 3,
        "tags": ["a", "b"],
        "owner": {"zip": 12},
        "other": ["1", "2"],
    }


def test_urlencoded_objects_may_be_json_or_in_brackets() -> None:
    assert read(body(FORM), post(b'name=Rex&owner={"zip":1}', FORM))["owner"] == {"zip": 1}
    found = read(body(FORM), post(b"name=Rex&owner={", FORM))
    assert found[0].location == "body/owner"


def test_urlencoded_encodings() -> None:
    encoding = {
        "tags": Encoding(style="pipeDelimited", explode=False),
        "owner": Encoding(style="deepObject"),
        "age": Encoding(content_type="application/json"),
    }
    data = b"name=Rex&tags=a|b&owner[zip]=1&age=7"
    value = read(body(FORM, encoding=encoding), post(data, FORM))
    assert value == {"name": "Rex", "tags": ["a", "b"], "owner": {"zip": 1}, "age": 7}


def test_urlencoded_violations() -> None:
    found = read(body(FORM), post(b"name=Rex&age=x", FORM))
    assert [violation.location for violation in found] == ["body/age"]
    with pytest.raises(Unreadable, match="body/name"):
        read(body(FORM), post(b"name=%ff", FORM))
    with pytest.raises(TooLarge):
        read(body(FORM), post(b"a=1&" * 20_000, FORM))


def test_multipart() -> None:
    schema: Schema = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary", "maxLength": 4},
            "age": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "owner": {"type": "object", "properties": {"zip": {"type": "integer"}}},
        },
    }
    sent = multipart(
        part("file", b"\x00\xff\r\n", '; filename="a.bin"', "application/octet-stream"),
        part("age", b"3"),
        part("tags", b"a"),
        part("tags", "é".encode("latin-1"), content_type="text/plain; charset=latin-1"),
        part("owner", b'{"zip":1}'),
        part("other", b"[1]", content_type="application/json"),
    )
    reader = body("multipart/form-data", schema=schema)
    assert read(reader, post(sent, "multipart/form-data; boundary=X")) == {
        "file": b"\x00\xff\r\n",
        "age": 3,
        "tags": ["a", "é"],
        "owner": {"zip": 1},
        "other": [1],
    }
    long = multipart(part("file", b"12345", '; filename="a"'))
    (violation,) = read(reader, post(long, "multipart/form-data; boundary=X"))
    assert violation.location == "body/file"


def test_multipart_part_types() -> None:
    encoding = {"file": Encoding(content_type="image/png, image/*")}
    reader = body("multipart/form-data", schema={}, encoding=encoding)
    wrong = multipart(part("file", b"x", content_type="text/plain"))
    (violation,) = read(reader, post(wrong, "multipart/form-data; boundary=X"))
    assert violation == Violation("body/file", "is text/plain; expected image/png, image/*")


def test_multipart_without_names_is_a_list() -> None:
    sent = multipart(b"Content-Type: application/json\r\n\r\n{}", b"\r\ntext")
    reader = body("multipart/mixed", schema={"type": "array"})
    assert read(reader, post(sent, "multipart/mixed; boundary=X")) == [{}, "text"]


@pytest.mark.parametrize(
    ("data", "content_type", "message"),
    [
        (multipart(part("a", b"1")), "multipart/form-data", "boundary"),
        (multipart(part("a", b"1")), "multipart/form-data; boundary=Y", "does not occur"),
        (multipart(part("a", b"1"))[:-6], "multipart/form-data; boundary=X", "closing boundary"),
        (b"--X\r\nnonsense\r\n\r\n1\r\n--X--", "multipart/form-data; boundary=X", "header line"),
        (b"--X\r\nA: b\r\n--X--", "multipart/form-data; boundary=X", "empty line"),
        (b"--Xx\r\n\r\n1\r\n--X--", "multipart/form-data; boundary=X", "line of its own"),
    ],
)
def test_broken_multipart(data: bytes, content_type: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read(body("multipart/form-data"), post(data, content_type))


def test_multipart_limits() -> None:
    many = multipart(*[part("a", b"")] * 1_001)
    with pytest.raises(TooLarge, match="1000 parts"):
        read(body("multipart/form-data"), post(many, "multipart/form-data; boundary=X"))
    blank = multipart(*[b"A: " + b" " * 8_000 + b"x\r\n\r\n1"] * 1_000)  # must not take long
    read(body("multipart/mixed", schema=None), post(blank, "multipart/mixed; boundary=X"))
    wide = multipart(part("a", b"", more="; x=" + "y" * 9_000))
    with pytest.raises(TooLarge, match="headers"):
        read(body("multipart/form-data"), post(wide, "multipart/form-data; boundary=X"))


def test_text() -> None:
    reader = body("text/plain", schema={"type": "string", "maxLength": 4})
    assert read(reader, post("é".encode("latin-1"), "text/plain; charset=ISO-8859-1")) == "é"
    assert read(reader, post(b"12345", "text/plain"))[0].location == "body"
    assert read(body("text/plain", schema={"type": "integer"}), post(b"12", "text/plain")) == 12
    for data, charset in ((b"\xff", "utf-8"), (b"x", "zip"), (b"x", "rot13"), (b"a\x00", "utf-8")):
        with pytest.raises(Unreadable):
            read(reader, post(data, f"text/plain; charset={charset}"))


def test_octets() -> None:
    schema: Schema = {"type": "string", "format": "binary", "minLength": 2, "maxLength": 3}
    reader = body("application/octet-stream", "image/*", schema=schema)
    assert read(reader, post(b"\x00\xff", "application/octet-stream")) == b"\x00\xff"
    assert read(reader, post(b"\x00", "image/png"))[0].message.startswith("has 1 bytes")
    assert read(reader, post(b"\x00" * 4, "image/png"))[0].message.startswith("has 4 bytes")


def test_json_lines() -> None:
    name = "application/x-ndjson"
    data = b'{"a":1}\n\n{"a":2}\r\n'
    item: Schema = {"type": "object", "properties": {"a": {"maximum": 1}}}
    assert read(body(name, schema=None), post(data, name)) == [{"a": 1}, {"a": 2}]
    assert read(body(name, schema=item), post(data, name))[0].location == "body/1/a"
    assert read(body(name, schema={"type": "array", "maxItems": 1}), post(data, name))
    with pytest.raises(Unreadable, match="line 2"):
        read(body(name), post(b'{"name":"Rex"}\n{', name))


def test_xml() -> None:
    data = b"<pet><name>Rex</name><age>3</age></pet>"
    assert read(body("application/xml"), post(data, "application/xml")) == {"name": "Rex", "age": 3}
    with pytest.raises(Unreadable):
        read(body("application/xml"), post(b"<pet>", "application/xml"))


def test_content_codings() -> None:
    reader, data = body("application/json"), b'{"name":"Rex"}'
    raw = zlib.compress(data)[2:-4]
    for coding, coded in (
        ("gzip", gzip.compress(data)),
        ("x-gzip", gzip.compress(data[:5]) + gzip.compress(data[5:])),
        ("deflate", zlib.compress(data)),
        ("deflate", raw),
        ("identity", data),
        ("deflate, gzip", gzip.compress(zlib.compress(data))),
    ):
        assert read(reader, post(coded, content_encoding=coding)) == {"name": "Rex"}


def test_hostile_content_codings() -> None:
    reader = body("application/json")
    with pytest.raises(TooLarge, match="once expanded"):
        read(reader, post(gzip.compress(b" " * (17 * 1024 * 1024), 1), content_encoding="gzip"))
    with pytest.raises(TooLarge, match="members"):
        read(reader, post(gzip.compress(b"") * 100, content_encoding="gzip"))
    with pytest.raises(Unreadable, match="not gzip data"):
        read(reader, post(b"{}", content_encoding="gzip"))
    with pytest.raises(Unreadable, match="ends too early"):
        read(reader, post(gzip.compress(b"{}" * 99)[:-9], content_encoding="gzip"))
    with pytest.raises(UnsupportedMedia, match="'br' is not supported"):
        read(reader, post(b"{}", content_encoding="br"))
    with pytest.raises(UnsupportedMedia, match="too many"):
        read(reader, post(b"{}", content_encoding="gzip,gzip,gzip,gzip"))
