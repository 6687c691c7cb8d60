"""Samples as bytes, each made once: an answer is one of them, parsed, with the request put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protobuf import DescField, DescMessage, Message, Registry, message_from_json_value

from polymock.errors import NoAnswer, Unsatisfiable
from polymock_grpc.answering.identity import variant_at, variant_of
from polymock_grpc.answering.samples import Samples
from polymock_grpc.answering.validation import Validation
from polymock_grpc.wires.codecs import WRONG

MAX_BYTES = 32 * 1024 * 1024
"""Of all samples of a contract that are kept; beyond it they are forgotten and made again."""
RETRIES = 8
"""Samples tried where one does not keep the rules that JSON Schema cannot say."""
_RETRY = 1_000_000

_UNFIT = (*WRONG, KeyError)
"""What the protobuf library raises for a sample that is not of a message's type."""


class Bases:
    """The samples of a contract's messages, as bytes, by what they are of and their variant."""

    def __init__(self, samples: Samples, validation: Validation, registry: Registry) -> None:
        self._samples = samples
        self._validation = validation
        self._registry = registry
        self._kept: dict[tuple[str, int, bool], bytes] = {}
        self._size = 0

    def message(self, kind: DescMessage, variant: int, *, named: bool) -> Message:
        """A message of its own, to be changed at will.

        `named` says that the caller sets its key; else it has the key that its variant tells.
        Raises NoAnswer where its rules contradict one another.
        """
        return self.made(
            (kind.type_name, variant, named), kind, lambda n: self._thing(kind, n, named), variant
        )

    def wrapped(
        self, kind: DescMessage, field: DescField, inner: DescMessage, variant: int, *, named: bool
    ) -> Message:
        """A message with a thing in one of its fields, whose key `named` is about.

        Raises NoAnswer.
        """

        def value(n: int) -> dict[str, Any]:
            outer = self._samples.value(kind, n)
            return {**outer, field.json_name: self._thing(inner, n, named)}

        return self.made((f"{kind.type_name}/{field.name}", variant, named), kind, value, variant)

    def made(
        self,
        key: tuple[str, int, bool],
        kind: DescMessage,
        value: Callable[[int], Any],
        variant: int,
    ) -> Message:
        """What is kept under a key, parsed; made of a variant's value at first."""
        known = self._kept.get(key)
        if known is None:
            known = self._encoded(kind, value, variant)
            if self._size > MAX_BYTES:
                self._kept, self._size = {}, 0
            self._kept[key] = known
            self._size += len(known) + 200
        return kind.type.from_binary(known)

    def _thing(self, kind: DescMessage, variant: int, named: bool) -> Any:
        seen = None if named else self._samples.key(kind, variant)
        if seen is None:
            return self._samples.value(kind, variant)
        name, key = seen
        return {**self._samples.value(kind, variant_of(key)), name: key}

    def _encoded(self, kind: DescMessage, value: Callable[[int], Any], variant: int) -> bytes:
        """The bytes of the first of some samples that keeps its rules; else of the last."""
        encoded = b""
        for attempt in range(RETRIES):
            try:
                made = value(variant_at(variant, _RETRY * attempt))
                message = message_from_json_value(kind.type, made, registry=self._registry)
                encoded = message.to_binary()
            except Unsatisfiable as error:
                raise NoAnswer(f"No {kind.type_name} can be made: {error}.", asked=False) from error
            except _UNFIT as error:
                raise NoAnswer(
                    f"The sample made is no {kind.type_name}: {error}.", asked=False
                ) from error
            if not self._validation.diagnose(message):
                break
        return encoded
