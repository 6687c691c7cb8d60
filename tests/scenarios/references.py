"""Values of earlier answers in a step: `{$of: first page, at: /data/pets/pageInfo/endCursor}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from scenarios.answers import Answer, value_at
from scenarios.form import Step

KEY = "$of"
PLACE = "at"


def resolved(step: Step, earlier: Mapping[str, Answer]) -> Step:
    """The step with the values that it refers to, in what is sent and in what is expected.

    Raises ValueError where there is no such step, or no such value in its answer.
    """
    expect = step.expect
    return replace(
        step,
        json=_filled(step.json, earlier),
        variables=_filled(step.variables, earlier),
        messages=UNSET
        if step.messages is UNSET
        else tuple(_filled(message, earlier) for message in step.messages),
        expect=replace(
            expect, json=_filled(expect.json, earlier), subset=_filled(expect.subset, earlier)
        ),
    )


def _filled(value: Any, earlier: Mapping[str, Answer]) -> Any:
    if isinstance(value, dict):
        if value.keys() <= {KEY, PLACE} and KEY in value:
            return _found(value[KEY], value.get(PLACE, ""), earlier)
        return {name: _filled(inner, earlier) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, earlier) for inner in value]
    return value


def _found(name: str, pointer: str, earlier: Mapping[str, Answer]) -> Any:
    """The value at a JSON Pointer of the answer to a step."""
    if name not in earlier:
        raise ValueError(f"there is no earlier step {name!r}")
    try:
        return value_at(earlier[name].value, pointer)
    except LookupError as error:
        raise ValueError(f"of the answer to {name!r}: {error}") from None
