"""Uploads by the GraphQL multipart request specification."""

from __future__ import annotations

import msgspec
import pytest

UPLOAD = "mutation($file: Upload!) { upload(file: $file) }"
OPERATIONS = {"query": UPLOAD, "variables": {"file": None}}


def form(*parts: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    pieces = [
        b"--x\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), data)
        for head, data in parts
    ]
    return b"".join(pieces) + end


def field(name: str, value: object) -> tuple[str, bytes]:
    return f'name="{name}"', msgspec.json.encode(value)


FILE = ('name="0"; filename="a \\"b\\".txt"\r\nContent-Type: text/plain; charset=utf-8', b"hello")


def send(client, *parts, content_type="multipart/form-data; boundary=x", **more):
    return client.post(form(*parts, **more), content_type=content_type)


def told(reply):
    return msgspec.json.decode(reply.body)


def test_a_variable_gets_the_description_of_its_file(client) -> None:
    reply = send(
        client, field("operations", OPERATIONS), field("map", {"0": ["variables.file"]}), FILE
    )
    assert told(reply) == {"data": {"upload": 'a "b".txt text/plain 5'}}


def test_a_batch_of_uploads(client) -> None:
    reply = send(
        client,
        field("operations", [OPERATIONS, OPERATIONS]),
        field("map", {"0": ["0.variables.file", "1.variables.file"]}),
        FILE,
    )
    assert told(reply) == [{"data": {"upload": 'a "b".txt text/plain 5'}}] * 2


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [field("operations", OPERATIONS)],
        [field("operations", OPERATIONS), field("map", ["0"])],
        [field("operations", OPERATIONS), field("map", {"0": "variables.file"})],
        [field("operations", OPERATIONS), field("map", {"0": ["variables.file"]})],
        [field("operations", OPERATIONS), field("map", {"0": ["variables.other.x"]}), FILE],
        [field("operations", OPERATIONS), field("map", {"0": ["query.0"]}), FILE],
        [field("operations", [OPERATIONS]), field("map", {"0": ["9.variables.file"]}), FILE],
        [field("operations", [OPERATIONS]), field("map", {"0": ["9" * 5000]}), FILE],
        [field("operations", OPERATIONS), field("map", {"0": ["variables.file"] * 2000}), FILE],
        [('name="operations"', b"{"), field("map", {})],
        [field("operations", None), field("map", {})],
    ],
)
def test_a_form_that_does_not_fit_is_400(client, parts) -> None:
    assert send(client, *parts).status == 400


def test_a_form_that_is_cut_off_is_400(client) -> None:
    parts = [field("operations", OPERATIONS), field("map", {})]
    assert send(client, *parts, end=b"").status == 400
    assert send(client, *parts, content_type="multipart/form-data").status == 400
    assert (
        client.post(b"--x\r\n" * 500, content_type="multipart/form-data; boundary=x").status == 400
    )


def test_a_bare_document(client) -> None:
    reply = client.post(b"{ __typename }", content_type="application/graphql")
    assert told(reply) == {"data": {"__typename": "Query"}}
    assert client.post(b"\xff", content_type="application/graphql").status == 400
