"""Which parts of a schema a recorded call asks for, told from its document; no schema is needed,
only the list of its parts with their types."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec
from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableNode,
    parse,
)

from polymock.interfaces import JOINT, Part, Recorded

MAX_DOCUMENTS = 2048
MAX_CHARACTERS = 8 * 1024 * 1024
"""Of all remembered documents together."""
MAX_TOKENS = 20_000
MAX_BATCH = 1000
MAX_LEVELS = 64

_LITERAL = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|(?<![\w$])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?'
)
_UPLOAD = re.compile(
    r"name=\"?operations\"?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n(.*?)\r?\n--", re.DOTALL
)
_NAME = re.compile(r"\w+")

Key = tuple[str, str, str]
"""Kind, place and name of a part."""


class Asked(NamedTuple):
    """What one operation of a document asks for: parts, and the types of its variables."""

    parts: frozenset[Key]
    variables: Mapping[str, str]
    used: Mapping[str, frozenset[Key]]
    """The arguments whose value is a variable, which may be absent, by its name."""
    defaults: frozenset[str]
    """The variables that have a default."""


class Account:
    """Tells the parts of calls to one mock, and remembers the documents that it has read."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts: dict[Key, Part] = {(part.kind, part.place, part.name): part for part in parts}
        self._types: dict[Key, str] = {
            (part.kind, part.place, part.name): match[0]
            for part in parts
            if (match := _NAME.search(part.type))
        }
        self._known: OrderedDict[tuple[str, str], Asked | None] = OrderedDict()
        self._characters = 0
        self._persisted: OrderedDict[str, str] = OrderedDict()

    def __call__(self, recorded: Recorded) -> Iterable[Part]:
        """The parts that a call asks for."""
        found: set[Key] = set()
        roots = [name.partition(".")[0] for name in recorded.operation.split(JOINT)]
        for request, shape in _requests(recorded):
            text, name = self._document(request), request.get("operationName")
            if text:
                asked = self._find(text, name if isinstance(name, str) else "", roots)
                if asked is not None:
                    found |= asked.parts
                    found.update(self._given(asked, shape))
        return [self._parts[key] for key in found if key in self._parts]

    def _document(self, request: Mapping[str, Any]) -> str:
        """The text of a request's document, as sent or as persisted before; "" for neither."""
        text, extensions = request.get("query"), request.get("extensions")
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if isinstance(text, str):
            if isinstance(digest, str):
                self._persisted[digest.lower()] = text
                if len(self._persisted) > MAX_DOCUMENTS:
                    self._persisted.popitem(last=False)
            return text
        return self._persisted.get(digest.lower(), "") if isinstance(digest, str) else ""

    def _find(self, text: str, name: str, roots: Sequence[str]) -> Asked | None:
        # values do not matter, and many clients write them into the document
        plain = text if "#" in text else _LITERAL.sub(_without_value, text)
        key = (plain, name)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        asked = self._read(plain, name, roots) or self._read(text, name, roots)
        self._known[key] = asked
        self._characters += len(plain)
        while len(self._known) > MAX_DOCUMENTS or self._characters > MAX_CHARACTERS:
            self._characters -= len(self._known.popitem(last=False)[0][0])
        return asked

    def _read(self, text: str, name: str, roots: Sequence[str]) -> Asked | None:
        try:
            document = parse(text, no_location=True, max_tokens=MAX_TOKENS)
            operation = _choose(document, name)
            return None if operation is None else self._walk(document, operation, roots)
        except (GraphQLError, RecursionError):
            return None

    def _walk(
        self, document: DocumentNode, operation: OperationDefinitionNode, roots: Sequence[str]
    ) -> Asked:
        walk = _Walk(self._types, document)
        for root in dict.fromkeys(roots):
            walk.select(operation.selection_set, root, 0)
        definitions = operation.variable_definitions or ()
        return Asked(
            parts=frozenset(walk.found),
            variables={each.variable.name.value: _innermost(each.type) for each in definitions},
            used={variable: frozenset(keys) for variable, keys in walk.used.items()},
            defaults=frozenset(
                each.variable.name.value for each in definitions if each.default_value
            ),
        )

    def _given(self, asked: Asked, shape: Any) -> Iterator[Key]:
        """What the variables add: the arguments that they are for, and fields of input types."""
        given = shape.get("variables") if isinstance(shape, dict) else None
        values = given if isinstance(given, dict) else {}
        for variable, keys in asked.used.items():
            if variable in values or variable in asked.defaults:
                yield from keys
        for variable, value in values.items():
            if variable in asked.variables:
                yield from self._inputs(asked.variables[variable], value, 0)

    def _inputs(self, type_name: str, value: Any, depth: int) -> Iterator[Key]:
        if depth > MAX_LEVELS:
            return
        if isinstance(value, list):
            for inner in value:
                yield from self._inputs(type_name, inner, depth + 1)
        elif isinstance(value, dict):
            for name, inner in value.items():
                key = ("input", type_name, name)
                if key in self._types:
                    yield key
                    yield from self._inputs(self._types[key], inner, depth + 1)


class _Walk:
    """Collects what the selections of one operation ask for."""

    def __init__(self, types: Mapping[Key, str], document: DocumentNode) -> None:
        self._types = types
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._spread: set[tuple[str, str]] = set()
        self.found: set[Key] = set()
        self.used: dict[str, set[Key]] = {}

    def select(self, selections: SelectionSetNode, type_name: str, depth: int) -> None:
        """Collect from the selections on a type."""
        if depth > MAX_LEVELS:
            return
        for node in selections.selections:
            if _is_left_out(node):
                continue
            if isinstance(node, FieldNode):
                self._field(node, type_name, depth)
            elif isinstance(node, InlineFragmentNode):
                on = node.type_condition
                inner = on.name.value if on is not None else type_name
                self.select(node.selection_set, inner, depth + 1)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
                if fragment is not None and (node.name.value, type_name) not in self._spread:
                    self._spread.add((node.name.value, type_name))
                    on_type = fragment.type_condition.name.value
                    self.select(fragment.selection_set, on_type, depth + 1)

    def _field(self, node: FieldNode, type_name: str, depth: int) -> None:
        name = node.name.value
        key: Key = ("field", type_name, name)
        if key not in self._types:
            return
        self.found.add(key)
        for argument in node.arguments or ():
            place: Key = ("argument", f"{type_name}.{name}", argument.name.value)
            if place not in self._types:
                continue
            if isinstance(argument.value, VariableNode):
                self.used.setdefault(argument.value.name.value, set()).add(place)
            else:
                self.found.add(place)
                self._literal(argument.value, self._types[place], depth)
        if node.selection_set is not None:
            self.select(node.selection_set, self._types[key], depth + 1)

    def _literal(self, value: ValueNode, type_name: str, depth: int) -> None:
        if depth > MAX_LEVELS:
            return
        if isinstance(value, ListValueNode):
            for inner in value.values:
                self._literal(inner, type_name, depth + 1)
        elif isinstance(value, ObjectValueNode):
            for field in value.fields:
                key: Key = ("input", type_name, field.name.value)
                if key in self._types:
                    self.found.add(key)
                    self._literal(field.value, self._types[key], depth + 1)


def _requests(recorded: Recorded) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """The requests of a call, each with the shape of the whole request."""
    body = recorded.body
    if recorded.shape is not None:
        yield _decoded(body) or {}, recorded.shape
        return
    upload = _UPLOAD.search(body) if "operations" in body else None
    value = _decoded(upload[1] if upload else body)
    if isinstance(value, list):
        for each in value[:MAX_BATCH]:
            if isinstance(each, dict):
                yield each, each
    elif isinstance(value, dict):
        yield value, value
    elif body.strip():
        yield {"query": body}, {}
    elif recorded.query:
        pairs = {name: values[0] for name, values in parse_qs(recorded.query).items()}
        request: dict[str, Any] = {name: pairs.get(name) for name in ("query", "operationName")}
        for name in ("variables", "extensions"):
            request[name] = _decoded(pairs.get(name, ""))
        yield request, request


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _choose(document: DocumentNode, name: str) -> OperationDefinitionNode | None:
    operations = [n for n in document.definitions if isinstance(n, OperationDefinitionNode)]
    for operation in operations:
        if name and operation.name is not None and operation.name.value == name:
            return operation
    return operations[0] if len(operations) == 1 else None


def _is_left_out(node: Any) -> bool:
    """Whether `@skip(if: true)` or `@include(if: false)` says so; variables are not looked at."""
    for directive in node.directives or ():
        wanted = {"skip": True, "include": False}.get(directive.name.value)
        for argument in directive.arguments or ():
            value = argument.value
            if isinstance(value, BooleanValueNode) and value.value is wanted:
                return True
    return False


def _innermost(node: TypeNode) -> str:
    inner: Any = node
    while hasattr(inner, "type"):
        inner = inner.type
    return str(inner.name.value)


def _without_value(literal: re.Match[str]) -> str:
    return '""' if literal[0].startswith('"') else "0"
