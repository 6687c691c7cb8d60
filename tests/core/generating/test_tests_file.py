from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from polymock.generating.tests_file import literal

VALUES = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_a_literal_is_the_value_whatever_it_holds(value: object) -> None:
    written = literal(value)
    assert written.isascii()
    assert ast.literal_eval(written) == value


def test_plain_texts_have_double_quotes() -> None:
    assert literal("GET /pets/{petId}") == '"GET /pets/{petId}"'
    assert literal('"""') == '\'"""\''
