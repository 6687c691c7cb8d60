"""Pairs of examples: a request example and a response example of the same name belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from polymock_openapi.model import Endpoint, Parameter, Reading

MAX_NAMES = 200


class ExamplePairs:
    """The request examples of an operation whose names are those of response examples too."""

    def __init__(self, endpoint: Endpoint) -> None:
        answers = {
            name
            for response in endpoint.responses
            for media in response.content.values()
            for name in media.examples
        }
        bodies = (
            [media.examples for media in endpoint.body.content.values()] if endpoint.body else []
        )
        asked = [*bodies, *(parameter.examples for parameter in endpoint.parameters)]
        names = dict.fromkeys(
            name for examples in asked for name in examples if name and name in answers
        )
        self._names = tuple(names)[:MAX_NAMES]
        self._bodies: tuple[Mapping[str, Any], ...] = tuple(bodies)
        self._parameters: tuple[Parameter, ...] = tuple(
            parameter for parameter in endpoint.parameters if names.keys() & parameter.examples
        )

    def find(self, reading: Reading) -> str | None:
        """The name whose request examples this request equals in most parts; None in none."""
        if not self._names:
            return None
        name = max(self._names, key=lambda name: self._equal_parts(name, reading))
        return name if self._equal_parts(name, reading) else None

    def _equal_parts(self, name: str, reading: Reading) -> int:
        """How many parts of the request are the example of this name."""
        equal = 0
        for parameter in self._parameters:
            if name in parameter.examples:
                equal += _sent(parameter, reading) == parameter.examples[name]
        if reading.body is not msgspec.UNSET:
            equal += any(
                name in examples and examples[name] == reading.body for examples in self._bodies
            )
        return equal


def _sent(parameter: Parameter, reading: Reading) -> Any:
    values: Mapping[str, Any] = getattr(reading, parameter.location)
    return values.get(parameter.name, msgspec.UNSET)
