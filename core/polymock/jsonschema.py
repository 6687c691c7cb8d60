"""JSON Schema 2020-12, the one type language inside: bundling and validating.

A schema's references are of the form `#/$defs/NAME`, where NAME (letters, digits, `.`, `_`, `-`)
is a key of the contract's `Definitions`: a mapping that may compute its values on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import jsonschema_rs

from polymock_schemas.calls import Violation

Schema = dict[str, Any] | bool
Definitions = Mapping[str, Schema]
Direction = Literal["request", "response"]
"""Who writes the value: `readOnly` properties are the server's, `writeOnly` the client's."""

REF_PREFIX = "#/$defs/"
MAX_VIOLATIONS = 50
MAX_PARTS = 10_000
"""The library lists every violation of a value, however many; that costs 50 microseconds each."""


class Validator:
    """A schema compiled once, for one direction. Thread-safe, as it never changes.

    Regular expressions run on a linear-time engine where they can, else with a bounded number of
    steps. A pattern that no engine takes is not checked (`skipped_patterns` names it).
    """

    def __init__(
        self, schema: Schema, definitions: Definitions, direction: Direction = "response"
    ) -> None:
        bundled = bundle(schema, definitions, direction)
        self._branches = _branches(bundled)
        self.skipped_patterns: tuple[str, ...] = ()
        try:
            self._compiled = _compile(bundled)
        except ValueError:
            self.skipped_patterns = tuple(sorted(p for p in _patterns(bundled) if not _runs(p)))
            self._compiled = _compile(_without_patterns(bundled, frozenset(self.skipped_patterns)))

    def is_valid(self, value: Any) -> bool:
        """Whether the value satisfies the schema."""
        try:
            return self._compiled.is_valid(value)
        except ValueError:
            return False

    def violations(self, value: Any, location: str) -> tuple[Violation, ...]:
        """Why the value does not satisfy the schema, at most 50 reasons; () where it does.

        `location` is where the value stands in the call (`body`, `query.limit`); a JSON Pointer
        into the value is put behind it. Of a value with more than 10,000 parts one reason is told.
        """
        if self.is_valid(value):
            return ()
        if is_large(value):
            return (self._first_violation(value, location),)
        found: list[Violation] = []
        try:
            for error in self._compiled.iter_errors(value):
                found.extend(_violation(nearest, location) for nearest in _nearest(error))
                if len(found) >= MAX_VIOLATIONS:
                    break
        except ValueError as error:
            found.append(Violation(location, _shorten(str(error))))
        return tuple(dict.fromkeys(found))[:MAX_VIOLATIONS]

    def _first_violation(self, value: Any, location: str) -> Violation:
        """One reason, found without listing all of them, which may be as many as parts.

        Of a schema with branches even one reason holds all those of its branches.
        """
        if not self._branches:
            try:
                self._compiled.validate(value)
            except jsonschema_rs.ValidationError as error:
                return _violation(error, location)
            except ValueError as error:
                return Violation(location, _shorten(str(error)))
        return Violation(
            location, f"breaks its schema; it is not said where in more than {MAX_PARTS} parts"
        )


def bundle(schema: Schema, definitions: Definitions, direction: Direction) -> dict[str, Any]:
    """The schema with every definition that it reaches under `$defs`, seen from one direction.

    A required property that the other side writes is not required.
    """
    reached: dict[str, Schema] = {}
    waiting = list(references(schema))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = definitions[name]
            waiting.extend(references(reached[name]))
    foreign = "readOnly" if direction == "request" else "writeOnly"
    directed = {name: _directed(body, foreign, definitions) for name, body in reached.items()}
    root = _directed(schema, foreign, definitions)
    if isinstance(root, bool):
        root = {} if root else {"not": {}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root,
        **({"$defs": directed} if directed else {}),
    }


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to directly."""
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            ref = node.get("$ref")
            if isinstance(ref, str) and ref.startswith(REF_PREFIX):
                yield ref[len(REF_PREFIX) :]
            waiting.extend(value for _, value in subschemas(node))


def subschemas(schema: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The schemas directly inside a schema, each with its path of keys; data is passed over."""
    for key, value in schema.items():
        if key in SCHEMA_MAPS:
            if isinstance(value, dict):
                for name, body in value.items():
                    yield (key, name), body
        elif key in LITERAL_KEYWORDS:
            continue
        elif isinstance(value, dict):
            yield (key,), value
        elif isinstance(value, list):
            for index, body in enumerate(value):
                if isinstance(body, dict):
                    yield (key, index), body


def rebuild(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """A copy of the schema in which `change` has been applied to each schema directly inside."""
    if isinstance(schema, bool):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in SCHEMA_MAPS and isinstance(value, dict):
            copy[key] = {name: change(body) for name, body in value.items()}
        elif key in LITERAL_KEYWORDS:
            copy[key] = value
        elif isinstance(value, dict):
            copy[key] = change(value)
        elif isinstance(value, list):
            copy[key] = [change(item) if isinstance(item, dict) else item for item in value]
        else:
            copy[key] = value
    return copy


SCHEMA_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
"""Keywords whose values map names to schemas."""
LITERAL_KEYWORDS = frozenset({"const", "enum", "default", "example", "examples"})
"""Keywords whose values are data, not schemas."""


def _directed(
    schema: Schema, foreign: str, definitions: Definitions, inherited: frozenset[str] = frozenset()
) -> Schema:
    """The schema without requirements of properties that carry the mark `foreign`.

    `inherited` are the marked properties of the schemas around it that see the same value.
    """
    if isinstance(schema, bool):
        return schema
    inside = {id(part) for part in _in_place(schema)}
    marked = inherited
    if inside or "required" in schema:
        marked = inherited | _marked(schema, foreign, definitions)
    directed = rebuild(
        schema,
        lambda part: _directed(
            part, foreign, definitions, marked if id(part) in inside else frozenset()
        ),
    )
    if isinstance(directed, dict) and isinstance(directed.get("required"), list):
        directed["required"] = [name for name in directed["required"] if name not in marked]
    return directed


def _in_place(schema: dict[str, Any]) -> Iterator[Any]:
    """The schemas directly inside that see the same value (JSON Schema 2020-12, section 10.2)."""
    for keyword in ("allOf", "anyOf", "oneOf", "if", "then", "else"):
        part = schema.get(keyword)
        for each in part if isinstance(part, list) else [part]:
            if isinstance(each, dict):
                yield each


def _marked(schema: Schema, mark: str, definitions: Definitions) -> frozenset[str]:
    """The properties that a schema, or what it extends by `$ref` and `allOf`, marks."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        properties, members, ref = node.get("properties"), node.get("allOf"), node.get("$ref")
        if isinstance(properties, dict):
            found.update(n for n, body in properties.items() if is_marked(body, mark, definitions))
        if isinstance(members, list):
            waiting.extend(members)
        if isinstance(ref, str) and ref.startswith(REF_PREFIX) and ref not in seen:
            seen.add(ref)
            waiting.append(definitions[ref[len(REF_PREFIX) :]])
    return frozenset(found)


def is_marked(schema: Schema, mark: str, definitions: Definitions) -> bool:
    """Whether a property's schema, or what it refers to, carries `readOnly` or `writeOnly`."""
    for _ in range(8):
        if not isinstance(schema, dict):
            return False
        if schema.get(mark) is True:
            return True
        ref = schema.get("$ref")
        if not (isinstance(ref, str) and ref.startswith(REF_PREFIX)):
            return False
        schema = definitions[ref[len(REF_PREFIX) :]]
    return False


def _compile(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            offline=True,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=10_000_000),
        )
    except ValueError:
        return jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            offline=True,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000),
        )


def _branches(schema: Any) -> bool:
    """Whether there is an `anyOf` or `oneOf` anywhere in a schema."""
    return isinstance(schema, dict) and (
        "anyOf" in schema
        or "oneOf" in schema
        or any(_branches(inner) for _, inner in subschemas(schema))
    )


def is_large(value: Any) -> bool:
    """Whether a JSON value has more than MAX_PARTS parts, itself and keys not counted."""
    waiting, parts = [value], 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list):
            parts += len(node)
            if parts > MAX_PARTS:
                return True
            waiting.extend(node.values() if isinstance(node, dict) else node)
    return False


def _patterns(schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    pattern, named = schema.get("pattern"), schema.get("patternProperties")
    if isinstance(pattern, str):
        yield pattern
    if isinstance(named, dict):
        yield from named
    for _, inner in subschemas(schema):
        yield from _patterns(inner)


def _runs(pattern: str) -> bool:
    try:
        _compile({"pattern": pattern})
    except ValueError:
        return False
    return True


def _without_patterns(schema: Schema, dropped: frozenset[str]) -> Any:
    kept = rebuild(schema, lambda inner: _without_patterns(inner, dropped))
    if isinstance(kept, bool):
        return kept
    if kept.get("pattern") in dropped:
        del kept["pattern"]
    named = kept.get("patternProperties")
    if isinstance(named, dict):
        kept["patternProperties"] = {n: body for n, body in named.items() if n not in dropped}
    return kept


def _nearest(error: jsonschema_rs.ValidationError) -> list[jsonschema_rs.ValidationError]:
    """For a failed `anyOf` or `oneOf`, the errors of the branch that was meant.

    Where constants inside the value tell the branches apart, as a discriminator's do, that is the
    one whose constants hold; no branch is, where none has them all. Else it is the branch that came
    furthest.
    """
    branches = getattr(error.kind, "context", None)
    if not branches:
        return [error]
    depth = len(error.instance_path)
    wrong = [[e for e in branch if _is_constant_below(e, depth)] for branch in branches]
    if all(wrong):
        return [one for constants in wrong for one in constants]
    if sum(not constants for constants in wrong) == 1 and len(branches) > 1:
        return list(branches[wrong.index([])])
    reached, branch = max(
        ((max((len(e.instance_path) for e in branch), default=0), branch) for branch in branches),
        key=lambda scored: scored[0],
    )
    return branch if reached > depth else [error]


def _is_constant_below(error: jsonschema_rs.ValidationError, depth: int) -> bool:
    is_constant = isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Constant)
    return is_constant and len(error.instance_path) > depth


def _violation(error: jsonschema_rs.ValidationError, location: str) -> Violation:
    pointer = "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.instance_path
    )
    return Violation(location + pointer, _shorten(error.message))


def _shorten(message: str) -> str:
    return message if len(message) <= 300 else message[:297] + "..."
