from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.generating.names import is_variable, label


@given(st.text())
def test_a_label_is_one_of_rfc_1035(text: str) -> None:
    assert re.fullmatch(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", label(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My Shop", "my-shop"),
        ("shop_v2.1", "shop-v2-1"),
        ("Größe", "groe"),
        ("2048", "mock-2048"),
        ("$(rm -rf /)", "rm-rf"),
        ("店", "mock"),
        ("a" * 50, "a" * 40),
    ],
)
def test_what_a_label_keeps(text: str, expected: str) -> None:
    assert label(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("PARTNER_KEYS", True), ("a b", False), ("X=1", False), ("", False)]
)
def test_names_of_variables(name: str, expected: bool) -> None:
    assert is_variable(name) is expected
