"""Metadata to header fields and back."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from polymock_grpc.listeners.translation import build_call, outcome_of, to_metadata
from polymock_schemas.calls import Reply


def test_a_call_gives_up_a_little_before_its_caller() -> None:
    now = time.monotonic()
    for remaining in (10.0, 0.001, 0.0, -1.0):
        deadline = build_call("/a/B", (), "", remaining, "grpc://x").deadline
        assert deadline is not None
        assert now + remaining - 0.006 < deadline < now + remaining + 0.5
    assert build_call("/a/B", (), "", None, "grpc://x").deadline is None


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=5))
def test_metadata_is_what_the_wire_can_carry(fields: list[tuple[bytes, bytes]]) -> None:
    for name, value in to_metadata(tuple(fields)):
        assert name
        assert not set(name) - set("0123456789abcdefghijklmnopqrstuvwxyz_.-")
        if isinstance(value, str):
            assert not name.endswith("-bin")
            assert value.isascii()
            assert value.isprintable()


def test_fields_of_the_transport_are_no_metadata() -> None:
    fields = ((b"content-type", b"a"), (b"grpc-message", b"b"), (b"grpc-status-details-bin", b"c"))
    assert to_metadata(fields) == [("grpc-status-details-bin", b"c")]


def test_a_status_that_grpc_has_not_is_internal() -> None:
    for status in (500, 17, -1):
        ending = outcome_of(Reply(status=status, headers=(), body=b"", source="refusal"))
        assert ending.code == 13
        assert ending.message
