from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.config.settings import Problem, decode, refusal, suggestion
from polymock.errors import ConfigError
from polymock_schemas.config import Config

TEXTS = st.text(max_size=5) | st.sampled_from(["spec", "mocks", "server", "$env", "auth", "HOME"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS | st.integers(), inner, max_size=3)
        | st.fixed_dictionaries({"$env": inner})
    ),
    max_leaves=12,
)


class Shape(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    number: int | None = None
    ratio: float = 0.0
    names: list[str] | dict[str, str] = []
    flags: tuple[bool, ...] = ()


@given(VALUES, st.dictionaries(st.sampled_from(["HOME", "A"]), st.text(max_size=5)))
def test_whatever_is_written_is_a_config_or_a_config_error(
    value: Any, environ: dict[str, str]
) -> None:
    for shape in (Config, Shape):
        try:
            assert isinstance(decode(value, shape, "here", environ), shape)
        except ConfigError as error:
            assert error.message.startswith("here: ")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("number", "-7", -7),
        ("ratio", "0.5", 0.5),
        ("names", "a, b,,c", ["a", "b", "c"]),
        ("names", "", []),
        ("flags", "true,0", (True, False)),
    ],
)
def test_text_of_the_environment_is_read_as_what_belongs_there(
    key: str, text: str, value: Any
) -> None:
    assert getattr(decode({key: {"$env": "A"}}, Shape, "here", {"A": text}), key) == value


def test_errors_name_the_variable_and_not_its_value() -> None:
    with pytest.raises(ConfigError) as raised:
        decode({"number": {"$env": "A"}}, Shape, "here", {"A": "secret"})
    assert raised.value.message == "here: number (from A): expected `int`, got `str`"


def test_many_problems_are_counted_and_some_shown() -> None:
    message = refusal("here", [Problem(f"k{i}", "is wrong") for i in range(30)]).message
    assert "30 settings are wrong" in message
    assert "k19: is wrong" in message
    assert message.endswith("and 10 more")


def test_the_nearest_word_is_suggested() -> None:
    assert suggestion("prot", ["port", "host"]) == "Did you mean `port`?"
    assert suggestion("zzz", ["port", "host"]) == "Known: port, host."
    assert suggestion("zzz", []) == ""
