"""Requests checked by their buf.validate rules, and for fields that google.api marks REQUIRED."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from protobuf import (
    DescExtension,
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Message,
    Registry,
    ScalarType,
)

from polymock.errors import Invalid
from polymock_grpc.spec.types import Types
from polymock_schemas.calls import Violation

if TYPE_CHECKING:
    from protovalidate import Validator

REQUIRED = 2
"""Of google.api.FieldBehavior."""
MAX_VIOLATIONS = 50
_RULES = ("buf.validate.field", "buf.validate.message", "buf.validate.oneof")


class Validation:
    """The checks of a contract's messages; a type that nobody made rules for costs nothing."""

    def __init__(self, types: Types, registry: Registry) -> None:
        self._types = types
        self._registry = registry
        self._uses_rules = registry.extension(_RULES[0]) is not None
        self._ruled: dict[str, bool] = {}
        self._required: dict[str, Sequence[DescField]] = {}

    def check(self, message: Message) -> None:
        """Raises Invalid with the violations."""
        desc = message.desc()
        violations = self._missing(desc, message)
        if self._is_ruled(desc):
            violations += self._violations(message)
        if violations:
            first = violations[0]
            where = first.location.removeprefix("body").lstrip("/") or desc.name
            more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
            raise Invalid(f"{where}: {first.message}{more}.", violations)

    def diagnose(self, message: Message) -> str:
        """Why a message's rules cannot be evaluated, or how it breaks them; "" if neither."""
        if not self._is_ruled(message.desc()):
            return ""
        try:
            found = self._judge.collect_violations(message)
        except _unusable() as error:
            return f"its rules cannot be evaluated: {error}"
        if not found:
            return ""
        first = _violation(found[0].proto)
        return f"no sample was found that keeps its rules: {first.location}: {first.message}"

    def _violations(self, message: Message) -> list[Violation]:
        """What protovalidate finds; none where rules cannot be evaluated."""
        try:
            found = self._judge.collect_violations(message)
        except _unusable():
            return []
        return [_violation(each.proto) for each in found[:MAX_VIOLATIONS]]

    @cached_property
    def _judge(self) -> Validator:
        # Only contracts with rules need it: it costs 40 ms. One a contract, as it takes types of
        # the same name for the same.
        from protovalidate import Validator

        return Validator(self._registry)

    def _is_ruled(self, desc: DescMessage) -> bool:
        """Whether a type, or one that it holds, has rules."""
        known = self._ruled.get(desc.type_name)
        if known is None:
            known = self._uses_rules and any(map(self._has_rules, _reached(desc)))
            self._ruled[desc.type_name] = known
        return known

    def _has_rules(self, desc: DescMessage) -> bool:
        read = self._types.options.read
        parts: list[Any] = [desc, *desc.fields, *desc.oneofs]
        return any(read(part.proto.options, name) is not None for part in parts for name in _RULES)

    def _missing(self, desc: DescMessage, message: Message) -> list[Violation]:
        """The required fields that are not set: those whose emptiness means just that."""
        required = self._required.get(desc.type_name)
        if required is None:
            required = self._required[desc.type_name] = tuple(
                field
                for field in desc.fields
                if REQUIRED in self._types.behaviors(field) and _shows_absence(field)
            )
        return [
            Violation(f"body/{field.name}", "is required")
            for field in required
            if field not in message
        ]


def _unusable() -> tuple[type[Exception], ...]:
    """What protovalidate raises for rules that it cannot compile or evaluate."""
    from protovalidate import CompilationError, EvaluationError

    return (CompilationError, EvaluationError, ValueError)


def _reached(root: DescMessage) -> Iterator[DescMessage]:
    """A type and all that it holds, directly or not."""
    seen = {root.type_name}
    waiting = [root]
    while waiting:
        desc = waiting.pop()
        yield desc
        for field in desc.fields:
            inner = _inner(field)
            if inner is not None and inner.type_name not in seen:
                seen.add(inner.type_name)
                waiting.append(inner)


def _inner(field: DescField | DescExtension) -> DescMessage | None:
    value = field.value
    if isinstance(value, DescFieldValueMessage):
        return value.message
    if isinstance(value, DescFieldValueList) and isinstance(value.element, DescMessage):
        return value.element
    if isinstance(value, DescFieldValueMap) and isinstance(value.value, DescMessage):
        return value.value
    return None


def _shows_absence(field: DescField) -> bool:
    """Whether no value can be told from a value: a number's zero cannot, an empty text can."""
    value = field.value
    if isinstance(value, DescFieldValueScalar):
        return value.scalar in (ScalarType.STRING, ScalarType.BYTES)
    return isinstance(value, DescFieldValueMessage | DescFieldValueList | DescFieldValueMap)


def _violation(told: Any) -> Violation:
    """A violation with its field's path as a JSON Pointer: `body/order/lines/0/quantity`."""
    location = "body"
    for element in told.field.elements if told.field is not None else ():
        location += f"/{element.field_name}"
        if element.subscript is not None:
            location += "/" + str(element.subscript.value).replace("~", "~0").replace("/", "~1")
    return Violation(location, told.message or told.rule_id)
