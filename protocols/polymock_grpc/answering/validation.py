"""Requests checked: for required fields, and by their buf.validate rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from protobuf import (
    DescField,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    Message,
    Registry,
)

from polymock.errors import Invalid
from polymock_grpc.answering.errors import field_path
from polymock_grpc.answering.writes import Write, write_of
from polymock_grpc.fields import is_legacy_required, message_in, shows_absence
from polymock_grpc.model import Method
from polymock_grpc.spec.types import REQUIRED, Types
from polymock_schemas.calls import Violation

if TYPE_CHECKING:
    from protovalidate import Validator

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
        self._demanding: dict[str, bool] = {}
        self._writes: dict[str, Write | None] = {}

    def check_whole(self, message: Message) -> None:
        """Raises Invalid where a field is not set without which there is no message.

        These are the `required` ones of proto2, and LEGACY_REQUIRED ones of editions.
        """
        desc = message.desc()
        if not self._is_demanding(desc):
            return
        _raise(desc, [*islice(self._unset(message, "body"), MAX_VIOLATIONS)])
        try:
            message.to_binary()
        except ValueError as error:  # of a message in an extension, where nobody looked
            _raise(desc, [Violation("body", str(error))])

    def check(self, message: Message, method: Method) -> None:
        """Raises Invalid with what google.api and buf.validate say is wrong with a request."""
        desc = message.desc()
        violations = self._missing(desc, message)
        write = self._write(method)
        if write is not None:
            violations += write.violations(message)
        if self._is_ruled(desc):
            violations += self._violations(message)
        _raise(desc, violations)

    def check_entity(self, message: Message, where: str, touched: Collection[str]) -> None:
        """Raises Invalid where a resource that is about to be written breaks its rules.

        `where` is the place of the resource in the request. Only rules of the fields that are
        `touched`, and of the resource as a whole, count.
        """
        desc = message.desc()
        if not self._is_ruled(desc):
            return
        found = []
        for each in self._violations(message):
            path = each.location.partition("/")[2]
            if not path or path.partition("/")[0] in touched:
                found.append(replace(each, location=f"{where}/{path}" if path else where))
        _raise(desc, found)

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

    def _write(self, method: Method) -> Write | None:
        if method.name not in self._writes:
            self._writes[method.name] = write_of(method.descriptor, self._types)
        return self._writes[method.name]

    def _is_ruled(self, desc: DescMessage) -> bool:
        """Whether a type, or one that it holds, has rules."""
        known = self._ruled.get(desc.type_name)
        if known is None:
            known = self._uses_rules and any(map(self._has_rules, _reached(desc, None)))
            self._ruled[desc.type_name] = known
        return known

    def _has_rules(self, desc: DescMessage) -> bool:
        read = self._types.options.read
        parts: list[Any] = [desc, *desc.fields, *desc.oneofs]
        return any(read(part.proto.options, name) is not None for part in parts for name in _RULES)

    def _is_demanding(self, desc: DescMessage) -> bool:
        """Whether a type, or one that it holds, has fields without which there is no message."""
        known = self._demanding.get(desc.type_name)
        if known is None:
            known = any(
                is_legacy_required(field)
                for part in _reached(desc, self._registry)
                for field in part.fields
            )
            self._demanding[desc.type_name] = known
        return known

    def _unset(self, message: Message, location: str) -> Iterator[Violation]:
        """The fields without which there is no message, here and inside, but for extensions."""
        desc = message.desc()
        for field in desc.fields:
            where = f"{location}/{field.name}"
            if field not in message:
                if is_legacy_required(field):
                    yield Violation(where, "is required")
                continue
            inner = message_in(field)
            if inner is None or not self._is_demanding(inner):
                continue
            value: Any = message[field]
            if isinstance(field.value, DescFieldValueMessage):
                yield from self._unset(value, where)
                continue
            is_map = isinstance(field.value, DescFieldValueMap)
            for key, item in value.items() if is_map else enumerate(value):
                yield from self._unset(item, f"{where}/{_escaped(key)}")

    def _missing(self, desc: DescMessage, message: Message) -> list[Violation]:
        """The fields that google.api marks REQUIRED and that are not set: those whose emptiness
        means just that. An empty `page_token` asks for the first page, whatever it is marked."""
        required = self._required.get(desc.type_name)
        if required is None:
            required = self._required[desc.type_name] = tuple(
                field
                for field in desc.fields
                if REQUIRED in self._types.behaviors(field)
                and shows_absence(field)
                and field.name != "page_token"
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


def _raise(desc: DescMessage, violations: Sequence[Violation]) -> None:
    if not violations:
        return
    first = violations[0]
    where = field_path(first.location) or desc.name
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    raise Invalid(f"{where}: {first.message}{more}.", violations)


def _reached(root: DescMessage, registry: Registry | None) -> Iterator[DescMessage]:
    """A type and all that it holds, directly or not; with a registry, in extensions too."""
    seen = {root.type_name}
    waiting = [root]
    while waiting:
        desc = waiting.pop()
        yield desc
        extensions = () if registry is None else registry.extensions_for(desc)
        for field in (*desc.fields, *extensions):
            inner = message_in(field)
            if inner is not None and inner.type_name not in seen:
                seen.add(inner.type_name)
                waiting.append(inner)


def _violation(told: Any) -> Violation:
    """A violation with its field's path as a JSON Pointer: `body/order/lines/0/quantity`."""
    location = "body"
    for element in told.field.elements if told.field is not None else ():
        location += f"/{element.field_name}"
        if element.subscript is not None:
            location += "/" + _escaped(element.subscript.value)
    return Violation(location, told.message or told.rule_id)


def _escaped(key: object) -> str:
    """A key as a part of a JSON Pointer (RFC 6901, section 3)."""
    return str(key).replace("~", "~0").replace("/", "~1")
