"""Page tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock_grpc.world.tokens import make_token, read_token


@given(st.integers(0, 1 << 40), st.binary(max_size=50))
def test_a_token_leads_back(offset: int, asked: bytes) -> None:
    assert read_token(make_token(offset, asked).encode(), asked) == offset


def test_one_of_another_list_is_none() -> None:
    assert read_token(make_token(7, b"one").encode(), b"other") is None


@pytest.mark.parametrize("token", [b"x", b"nonsense", b"A" * 19, b"A" * 5000, b"\xff", b"===="])
def test_what_nobody_gave_out_is_none(token: bytes) -> None:
    assert read_token(token, b"list") is None
