"""Names of resources (AIP-122) taken apart and put together, by their pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence

from polymock.world.names import entity_name
from polymock_grpc.model import Method
from polymock_grpc.spec.resources import parent_of

_VARIABLE = re.compile(r"\{([A-Za-z_]\w*)(?:=[^{}]*)?\}")
_RULE_VARIABLE = re.compile(r"\{([\w.]+)=([^{}]*)\}")
MAX_NUMBER = 18
"""Digits of the number in a name that was counted."""


class NamePattern:
    """The pattern `shelves/{shelf}/books/{book}`, whose every variable is a whole segment."""

    def __init__(self, template: str) -> None:
        self.template = template
        self._segments = template.split("/")
        self.variables: tuple[str, ...] = tuple(
            found[1] for each in self._segments if (found := _VARIABLE.fullmatch(each)) is not None
        )
        self.word = _word(self.variables[-1])

    def parse(self, name: str) -> tuple[str, ...] | None:
        """The values of the variables; None where the name is not of the pattern."""
        given = name.split("/")
        if len(given) != len(self._segments):
            return None
        values: list[str] = []
        for segment, own in zip(given, self._segments, strict=True):
            if own[0] == "{":
                if not segment:
                    return None
                values.append(segment)
            elif segment != own:
                return None
        return tuple(values)

    def compose(self, values: Sequence[str]) -> str:
        """The name with these values of the variables."""
        rest = iter(values)
        return "/".join(next(rest) if own[0] == "{" else own for own in self._segments)

    def below(self, parent: str, last: str) -> str:
        """The name of a resource below the one of a name."""
        return f"{parent}/{self._segments[-2]}/{last}"

    @property
    def shape(self) -> str:
        """The pattern without the names of its variables: `shelves/*/books/*`."""
        return _VARIABLE.sub("*", self.template)

    @property
    def parent_shape(self) -> str:
        """That of the parents' names; "" where there are none."""
        return _VARIABLE.sub("*", parent_of(self.template))

    def key_at(self, index: int) -> str:
        """The last segment of the index-th resource that nobody wrote: `book-8`."""
        return f"{self.word}-{index + 1}"

    def index_of(self, key: str) -> int | None:
        """The inverse of `key_at`."""
        word, _, digits = key.rpartition("-")
        if word != self.word or not digits.isascii() or not digits.isdecimal():
            return None
        if digits[0] == "0" or len(digits) > MAX_NUMBER:
            return None
        return int(digits) - 1


def read_pattern(template: str) -> NamePattern | None:
    """The pattern, where names of it can be taken apart: `collection/{id}` all along."""
    segments = template.split("/")
    if len(segments) < 2 or len(segments) % 2:
        return None
    for index, segment in enumerate(segments):
        if (_VARIABLE.fullmatch(segment) is not None) != bool(index % 2) or not segment:
            return None
    return NamePattern(template)


def pattern_in_rules(method: Method, field: str) -> str:
    """The pattern that a method's HTTP rules tell of a field: `/v1/{name=shelves/*/books/*}`."""
    for rule in method.rules:
        for found in _RULE_VARIABLE.finditer(rule.template):
            segments = found[2].split("/")
            if found[1].rpartition(".")[2] != field or len(segments) < 2 or len(segments) % 2:
                continue
            if any((part == "*") != bool(n % 2) for n, part in enumerate(segments)):
                continue
            return "/".join(
                f"{{{entity_name(segments[n - 1]) or 'item'}}}" if n % 2 else part
                for n, part in enumerate(segments)
            )
    return ""


def _word(variable: str) -> str:
    return variable.removesuffix("_id").removesuffix("_name").replace("_", "-").lower() or "item"
