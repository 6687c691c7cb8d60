"""Media types, whatever is sent in their place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polymock.media_types import MediaName
from polymock_graphql.reading.media_types import parse_accept, parse_media

OFFERS = ("application/json", "application/graphql-response+json", "text/event-stream")


def test_a_content_type() -> None:
    media = parse_media(b'Multipart/Form-Data; Boundary="a b"; charset=UTF-8')
    assert media == MediaName("multipart", "form-data", {"boundary": "a b", "charset": "UTF-8"})
    assert media.is_utf8
    assert parse_media(b"") is None
    assert parse_media(b"json") is None


def test_the_most_specific_range_counts() -> None:
    accepted = parse_accept(b"*/*;q=0.1, application/*;q=0.5, application/json;q=0.2")
    assert accepted.weight("application/json") == 0.2
    assert accepted.weight("application/graphql-response+json") == 0.5
    assert accepted.best(OFFERS) == "application/graphql-response+json"


@given(st.binary(max_size=300))
def test_any_bytes_are_read(field: bytes) -> None:
    parse_media(field)
    assert parse_accept(field).best(OFFERS) in (*OFFERS, None)
