"""Multipart bodies, whole, broken and hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import TooLarge, Unreadable
from polymock.multipart import MAX_HEADER_BYTES, MAX_PARTS, Part, split_parts

FILE = (
    b'--x\r\nContent-Disposition: form-data; name="a%22b"; filename="c \\"d\\".txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\n"
)
FIELD = b"--x\r\nContent-Disposition: form-data; name=plain\r\n\r\n7\r\n"
END = b"--x--\r\n"


def test_fields_and_files_are_told_apart() -> None:
    file, field = split_parts(FILE + FIELD + END, "x")
    assert (file.name, file.filename, file.data) == ('a"b', 'c "d".txt', b"hello")
    assert file.headers["content-type"] == "text/plain"
    assert (field.name, field.filename, field.data) == ("plain", None, b"7")
    assert [file.is_file, field.is_file] == [True, False]


def test_a_part_needs_no_headers() -> None:
    assert split_parts(b"--x\r\n\r\ndata\r\n" + END, "x") == [Part("", None, {}, b"data")]


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (FIELD, "x"),
        (FIELD + END, "y"),
        (FIELD + END, ""),
        (FIELD + END, "ä"),
        (b"--x\r\nno line of a header\r\n\r\n" + END, "x"),
        (b"--x\r\nContent-Type: a/b\r\n" + END, "x"),
    ],
)
def test_what_is_broken_or_cut_off_is_unreadable(body: bytes, boundary: str) -> None:
    with pytest.raises(Unreadable):
        split_parts(body, boundary)


@pytest.mark.parametrize(
    "body",
    [
        FIELD * (MAX_PARTS + 1) + END,
        b"--x\r\nA: " + b"a" * MAX_HEADER_BYTES + b"\r\n\r\n\r\n" + END,
    ],
)
def test_parts_and_their_headers_are_bounded(body: bytes) -> None:
    with pytest.raises(TooLarge):
        split_parts(body, "x")


@given(st.lists(st.sampled_from([b"--x", b"--", b"\r\n", b"\r\n\r\n", b"A: b", b'"', b"\xff"])))
def test_any_bytes_are_parts_or_refused(pieces: list[bytes]) -> None:
    try:
        parts = split_parts(b"".join(pieces), "x")
    except (Unreadable, TooLarge):
        return
    assert all(isinstance(part, Part) for part in parts)
