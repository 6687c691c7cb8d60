"""Values that travel between contracts: the same thing in the terms of another type.

A number as text, an enum's value in another spelling, names in camelCase or snake_case, an instant
with or without its time: what means the same is turned into what the schema asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from polymock.jsonschema import REF_PREFIX, Definitions, Schema, Validator
from polymock.world.entities import MISSING
from polymock.world.names import fold

MAX_DEPTH = 12
"""Objects and lists inside one another that are looked into."""
MAX_OPTIONS = 50
"""Values of an enum that are all told."""
_MAX_DIGITS = 18
_TRUTHS = {"true": True, "false": False}


class Adapter:
    """Turns values into those of one schema. What it compiles is kept; safe to share.

    `validator` is the schema's, where somebody has compiled it already.
    """

    def __init__(
        self, schema: Schema, definitions: Definitions, validator: Validator | None = None
    ) -> None:
        self._schema = schema
        self._definitions = definitions
        self._validator = validator
        self._properties: dict[str, Adapter | None] = {}
        self._described: dict[str, tuple[str, Schema]] | None = None

    def adapt(self, value: Any) -> Any:
        """The value in the schema's terms; MISSING where it cannot be one of its values."""
        if self.is_valid(value):
            return value
        turned = _turned(value, self._schema, self._definitions, MAX_DEPTH)
        return turned if turned is not MISSING and self.is_valid(turned) else MISSING

    def complete(self, value: Any, sample: Any) -> Any:
        """The value in the schema's terms, in which a sample fills what objects inside it leave out
        and always have; MISSING where that is not enough."""
        return self.adapt(_completed(value, sample, self._schema, self._definitions, MAX_DEPTH))

    def why_not(self, value: Any) -> str:
        """Why a value is none of the schema's, in one sentence."""
        if self.is_valid(value) or self._validator is None:
            return "it cannot be told in the contract's terms"
        options = resolve(self._schema, self._definitions).get("enum")
        if isinstance(options, list) and isinstance(value, str) and len(options) <= MAX_OPTIONS:
            return f"{value[:100]!r} is none of: {', '.join(map(str, options))}"
        return self._validator.violations(value, "")[0].message

    def member(self, name: str) -> tuple[str, Adapter] | None:
        """The adapter of a property, by its folded name, and how the schema spells it."""
        if self._described is None:
            self._described = {
                fold(spelt): (spelt, schema)
                for spelt, schema in properties_of(self._schema, self._definitions).items()
            }
        found = self._described.get(name)
        if found is None:
            return None
        spelt, schema = found
        adapter = self._properties.get(name)
        if adapter is None:
            adapter = self._properties[name] = Adapter(schema, self._definitions)
        return spelt, adapter

    @property
    def spellings(self) -> Mapping[str, str]:
        """The schema's own properties, by their folded names."""
        self.member("")
        assert self._described is not None
        return {name: spelt for name, (spelt, _) in self._described.items()}

    def is_valid(self, value: Any) -> bool:
        """Whether the value satisfies the schema; without a usable one everything does."""
        if self._schema is True or self._schema == {}:
            return True
        if self._validator is None:
            try:
                self._validator = Validator(self._schema, self._definitions)
            except (ValueError, KeyError):
                self._schema = True
                return True
        return self._validator.is_valid(value)


def resolve(schema: Schema | None, definitions: Definitions) -> dict[str, Any]:
    """The schema behind references; {} where that is a boolean or none."""
    for _ in range(MAX_DEPTH):
        if not isinstance(schema, dict):
            break
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            return schema
        schema = definitions.get(ref.removeprefix(REF_PREFIX))
    return {}


def properties_of(schema: Schema | None, definitions: Definitions) -> dict[str, Schema]:
    """The properties of an object's schema by name, those of its branches too."""
    found: dict[str, Schema] = {}
    _collect(schema, definitions, MAX_DEPTH, found)
    return found


def required_of(schema: Schema | None, definitions: Definitions) -> frozenset[str]:
    """The properties that every object of the schema has."""
    body = resolve(schema, definitions)
    names = {name for name in body.get("required", ()) if isinstance(name, str)}
    for part in body.get("allOf", ()):
        names |= required_of(part, definitions)
    return frozenset(names)


def _collect(
    schema: Schema | None, definitions: Definitions, depth: int, found: dict[str, Schema]
) -> None:
    body = resolve(schema, definitions)
    own = body.get("properties")
    if isinstance(own, dict):
        for name, inner in own.items():
            found.setdefault(name, inner)
    for keyword in ("allOf", "anyOf", "oneOf") if depth else ():
        for part in body.get(keyword, ()):
            _collect(part, definitions, depth - 1, found)


def _turned(value: Any, schema: Schema, definitions: Definitions, depth: int) -> Any:
    """What the value may mean in the schema, unchecked; MISSING where nothing comes to mind."""
    body = resolve(schema, definitions)
    if depth == 0:
        return value
    for keyword in ("anyOf", "oneOf"):
        if keyword in body and not ({"properties", "items", "enum"} & body.keys()):
            return _of_branches(value, body[keyword], definitions, depth)
    if isinstance(value, Mapping):
        return _object(value, body, definitions, depth)
    if isinstance(value, list):
        items = body.get("items", True)
        return [_or_same(item, items, definitions, depth) for item in value]
    return _scalar(value, body)


def _of_branches(
    value: Any, branches: Sequence[Schema], definitions: Definitions, depth: int
) -> Any:
    for branch in branches:
        turned = _turned(value, branch, definitions, depth - 1)
        if turned is not MISSING and Adapter(branch, definitions).is_valid(turned):
            return turned
    return MISSING


def _or_same(value: Any, schema: Schema, definitions: Definitions, depth: int) -> Any:
    turned = _turned(value, schema, definitions, depth - 1)
    return value if turned is MISSING else turned


def _object(
    value: Mapping[str, Any], body: dict[str, Any], definitions: Definitions, depth: int
) -> Any:
    known = {fold(n): (n, s) for n, s in properties_of(body, definitions).items()}
    closed = body.get("additionalProperties") is False or body.get("unevaluatedProperties") is False
    turned: dict[str, Any] = {}
    for name, inner in value.items():
        spelt, schema = known.get(fold(name), (name, True))
        if fold(name) not in known and (closed or known):
            continue
        turned[spelt] = _or_same(inner, schema, definitions, depth)
    return turned


def _completed(
    value: Any, sample: Any, schema: Schema, definitions: Definitions, depth: int
) -> Any:
    """The value, with what the sample has of what the schema's objects always have."""
    if depth == 0 or not isinstance(value, dict | list):
        return value
    body = resolve(schema, definitions)
    if isinstance(value, list):
        samples = sample if isinstance(sample, list) and sample else [None]
        items = body.get("items", True)
        return [
            _completed(item, samples[index % len(samples)], items, definitions, depth - 1)
            for index, item in enumerate(value)
        ]
    known = {fold(n): (n, s) for n, s in properties_of(body, definitions).items()}
    filled = sample if isinstance(sample, Mapping) else {}
    whole = {}
    for name, inner in value.items():
        spelt, part = known.get(fold(name), (name, True))
        whole[spelt] = _completed(inner, filled.get(spelt), part, definitions, depth - 1)
    for name in required_of(body, definitions):
        if name not in whole and name in filled:
            whole[name] = filled[name]
    return whole


def _scalar(value: Any, body: dict[str, Any]) -> Any:
    options = body.get("enum")
    if isinstance(options, list):
        return _option(value, options)
    kinds = body.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    for kind in kinds:
        turned = _as_kind(value, kind, body)
        if turned is not MISSING:
            return turned
    return MISSING


def _option(value: Any, options: Sequence[Any]) -> Any:
    """The enum's value that the given one is another spelling of: `paid`, `ORDER_STATUS_PAID`."""
    if not isinstance(value, str):
        return next((o for o in options if isinstance(o, str) and o == str(value)), MISSING)
    wanted = fold(value)
    texts = [option for option in options if isinstance(option, str)]
    exact = next((text for text in texts if fold(text) == wanted), None)
    if exact is not None:
        return exact
    for text in texts:
        a, b = text.lower(), value.lower()
        if a.endswith("_" + b) or b.endswith("_" + a):
            return text
    numbers = {str(o): o for o in options if not isinstance(o, str | dict | list)}
    return numbers.get(value, MISSING)


def _as_kind(value: Any, kind: str, body: dict[str, Any]) -> Any:
    if kind == "string":
        return _as_text(value, body.get("format"))
    if kind == "integer":
        return _as_integer(value)
    if kind == "number":
        return _as_number(value)
    if kind == "boolean" and isinstance(value, str):
        return _TRUTHS.get(value.lower(), MISSING)
    return MISSING


def _as_text(value: Any, form: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return MISSING
    if form == "date-time" and len(value) == len("2020-01-01"):
        return value + "T00:00:00Z"
    if form == "date" and value[10:11] == "T":
        return value[:10]
    return value


def _as_integer(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS:
            return int(value)
    return MISSING


def _as_number(value: Any) -> Any:
    if isinstance(value, str) and len(value) <= _MAX_DIGITS * 2:
        try:
            return float(value) if any(c in value for c in ".eE") else int(value)
        except ValueError:
            return MISSING
    return MISSING
