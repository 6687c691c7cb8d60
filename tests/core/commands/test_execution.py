from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from polymock.commands.command import Command
from polymock.commands.execution import read_params, refuse_unknown
from polymock.errors import CommandError

Code = Annotated[str, Meta(pattern="^[a-z]+$", description="Small letters")]


class Tone(Enum):
    LOW = "low"
    HIGH = "high"


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """A part of what is sung."""

    key: Literal["a", "b"] = "a"
    code: Code = "x"


class Song(msgspec.Struct, forbid_unknown_fields=True):
    """What is sung."""

    tone: Tone = Tone.LOW
    mode: Annotated[Literal["major", "minor"] | None, Meta(description="The mode")] = None
    name: Annotated[Code | None, Meta(description="Its name; default: none")] = None
    parts: tuple[Part, ...] = ()
    named: dict[str, Part] = {}
    plain: Annotated[str, Meta(pattern="^x$")] = "x"


SING = Command(
    name="songs.sing",
    summary="Sing.",
    params=Song,
    result=Song,
    run="nowhere:sing",
    place="machine",
)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"tone": "z"}, "tone: Invalid enum value 'z'; it is one of 'low', 'high'"),
        ({"mode": "z"}, "mode: Invalid enum value 'z'; it is one of 'major', 'minor'"),
        ({"parts": [{"key": "z"}]}, "key: Invalid enum value 'z'; it is one of 'a', 'b'"),
        ({"named": {"n": {"key": "z"}}}, "key: Invalid enum value 'z'; it is one of 'a', 'b'"),
        ({"name": "A"}, "name: It is not written as it should be: Small letters"),
        ({"parts": [{"code": "A"}]}, "code: It is not written as it should be: Small letters"),
        ({"plain": "y"}, "plain: It is not written as it should be"),
        ({"parts": 1}, "parts: Expected `array`, got `int`"),
    ],
)
def test_a_wrong_value_is_told_with_those_that_would_do(
    params: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError) as caught:
        read_params(SING, params)
    assert caught.value.message.endswith(message)


def test_parameters_of_those_who_pass_them_on_are_known_too() -> None:
    refuse_unknown(SING, {"tone": "low", "choir": 1}, ("choir",))
    with pytest.raises(CommandError) as caught:
        refuse_unknown(SING, {"zzz": 1}, ("choir",))
    assert "choir" in caught.value.hint
