"""The plan of a contract's schemas: a node for each set of parts, and what nodes ask about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions, Direction, Schema, Validator, is_marked
from polymock.samples.node import Option, PlannedNode
from polymock.samples.recipe import MAX_DEPTH, Part


class SchemaPlanner:
    """Gives out nodes for the schemas of one contract, seen from one direction."""

    def __init__(self, definitions: Definitions, direction: Direction) -> None:
        self.definitions = definitions
        self.direction = direction
        self._foreign = "readOnly" if direction == "request" else "writeOnly"
        self._nodes: dict[tuple[object, ...], PlannedNode] = {}
        self._bodies: dict[str, Schema] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def node(self, parts: Sequence[Part], name: str, entity: str) -> PlannedNode:
        """The node of some parts, for a property of this name in an object of this entity."""
        given = tuple(part for part in parts if part.schema is not True)
        key = (name, entity, *(id(part.schema) for part in given))
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = PlannedNode(self, given, name, entity)
        return node

    def foreign(self, schema: Schema) -> bool:
        """Whether a property of this schema is the other side's to write."""
        try:
            return is_marked(schema, self._foreign, self.definitions)
        except KeyError:
            return False

    def resolve(self, name: str) -> Schema:
        """The body of a definition, always the same object. Raises KeyError."""
        body = self._bodies.get(name)
        if body is None:
            body = self._bodies.setdefault(name, self.definitions[name])
        return body

    def validator(self, parts: Sequence[Part]) -> Validator:
        """A validator of several parts together. Raises Unsatisfiable where there is none."""
        schemas = [_checkable(part.schema) for part in parts]
        whole = schemas[0] if len(schemas) == 1 else {"allOf": schemas} if schemas else True
        try:
            return Validator(whole, self.definitions, self.direction)
        except ValueError as error:
            path = parts[0].path if parts else ""
            raise Unsatisfiable(path, "its parts together are no valid JSON Schema") from error

    def examples(self, parts: Sequence[Part]) -> list[Any]:
        """The examples and defaults of parts and of what they refer to, best first."""
        found: list[Any] = []
        defaults: list[Any] = []
        waiting = [part.schema for part in reversed(parts) if part.direct]
        seen: set[int] = set()
        while waiting:
            schema = waiting.pop()
            if isinstance(schema, bool) or id(schema) in seen:
                continue
            seen.add(id(schema))
            examples = schema.get("examples")
            found.extend(examples if isinstance(examples, list) else [])
            if "example" in schema:
                found.append(schema["example"])
            if schema.get("default") not in (None, {}, []):
                defaults.append(schema["default"])
            if "$ref" in schema:
                waiting.append(self.resolve(schema["$ref"].removeprefix("#/$defs/")))
        return [self._without_foreign(value, parts) for value in [*found, *defaults]]

    def heights(self, root: PlannedNode) -> None:
        """Work out the heights of all options that a node may need, as a least fixed point."""
        reached: dict[int, tuple[PlannedNode, list[tuple[Option, list[PlannedNode]]]]] = {}
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if id(node) not in reached:
                needs = list(_needs(node))
                reached[id(node)] = (node, needs)
                waiting.extend(inner for _, inners in needs for inner in inners)
        lowest: dict[int, float] = dict.fromkeys(reached, inf)
        # What was reached last is mostly needed by what was reached first, so go backwards.
        backwards = list(reversed(reached.items()))
        changed, rounds = True, 0
        while changed and rounds <= MAX_DEPTH:
            changed, rounds = False, rounds + 1
            for key, (_, needs) in backwards:
                for option, inners in needs:
                    option.height = 1 + max((lowest[id(inner)] for inner in inners), default=0)
                    if option.height < lowest[key]:
                        lowest[key] = option.height
                        changed = True
        for node, _ in reached.values():
            node.measured = True

    def _without_foreign(self, value: Any, parts: Sequence[Part]) -> Any:
        """An example without the properties that the other side writes."""
        if not isinstance(value, dict):
            return value
        foreign: set[str] = set()
        waiting = [part.schema for part in parts]
        for _ in range(64):
            schema = waiting.pop() if waiting else True
            if isinstance(schema, bool):
                continue
            properties = schema.get("properties", {})
            foreign.update(name for name in properties if self.foreign(properties[name]))
            waiting.extend(schema.get("allOf", ()))
            if "$ref" in schema:
                waiting.append(self.resolve(schema["$ref"].removeprefix("#/$defs/")))
        return {name: inner for name, inner in value.items() if name not in foreign}


def _needs(node: PlannedNode) -> Iterable[tuple[Option, list[PlannedNode]]]:
    try:
        options = node.options(False)
    except Unsatisfiable:
        return
    for option in options:
        try:
            inners = option.recipe().required()
        except Unsatisfiable:
            continue
        yield option, [inner for inner in inners if isinstance(inner, PlannedNode)]


def _checkable(schema: Schema) -> Schema:
    """A part as the validator reads it: `x-not-ref` is a negated reference of our own."""
    if isinstance(schema, dict) and "x-not-ref" in schema:
        return {"not": {"$ref": schema["x-not-ref"]}}
    return schema
