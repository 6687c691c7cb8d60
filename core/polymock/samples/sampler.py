"""The sampler: (JSON Schema, seed) -> value, the same every time, checked before it is given."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions, Direction, Schema, Validator, references
from polymock.samples.names import entity_of
from polymock.samples.node import PlannedNode
from polymock.samples.plan import SchemaPlanner
from polymock.samples.properties import PropertySampler
from polymock.samples.recipe import MISSING, ROOM, Endless, Part, Run, Spot
from polymock.samples.seeds import derive, salt

_MAX_ROOTS = 4096
_MAX_NODES = 100_000
"""Plans kept; beyond it they are forgotten and made again."""
_MAX_NESTING = 240
"""Objects and lists inside one another in a schema's text."""
_AGAIN = salt("again")
_FAST_ATTEMPTS = 3
_CAREFUL_STEPS = 20_000
_SOUND = frozenset({"type", "enum", "format", "title", "description"})
"""Keywords that the first value made of a schema satisfies, whatever its seed."""


class _Root:
    """A schema that samples were asked of, with its plan. It keeps the schema alive."""

    __slots__ = ("node", "schema", "validator")

    def __init__(self, schema: Schema, node: PlannedNode, validator: Validator) -> None:
        self.schema = schema
        self.node = node
        self.validator = validator


class Sampler:
    """Makes values from the schemas of one contract, seen from one direction.

    Plans are made on first use and kept by the identity of the schema: schemas must not change
    afterwards. Safe to use from several threads.
    """

    def __init__(self, definitions: Definitions, direction: Direction = "response") -> None:
        self._definitions = definitions
        self._direction = direction
        self._planner = SchemaPlanner(definitions, direction)
        self._roots: dict[int, _Root | tuple[Schema, Unsatisfiable]] = {}
        self._shallow: set[str] = set()

    def sample(self, schema: Schema, seed: int, key: str = "", *, examples: bool = True) -> Any:
        """A value that satisfies the schema; the same for the same schema, seed and key.

        Properties that the other side writes (`writeOnly` in a response, `readOnly` in a request)
        are left out. With `examples`, the schema's own examples and defaults are taken where they
        are valid; without, all is made from types and constraints.

        Raises Unsatisfiable with the JSON Pointer of the contradiction: into the schema, or into
        `/$defs/NAME` where it stands behind a reference.
        """
        try:
            return self._sampled(self._root(schema), seed, key, examples)
        except RecursionError:
            raise Unsatisfiable("", "the schema is nested deeper than the stack allows") from None

    def _sampled(self, root: _Root, seed: int, key: str, examples: bool) -> Any:
        seed = derive(seed, salt(key))
        contradiction: Unsatisfiable | None = None
        value: Any = MISSING
        for attempt, run in enumerate(_runs(examples)):
            part_seed = derive(seed, _AGAIN + attempt) if attempt else seed
            try:
                value = root.node.make(run, Spot(part_seed, part_seed, ROOM, 0))
            except Endless as error:
                if not run.careful:
                    raise Unsatisfiable(error.path, error.reason) from None
            except Unsatisfiable as error:
                contradiction = contradiction or error
            else:
                if root.validator.is_valid(value):
                    return value
        raise contradiction or _unsatisfied(root.validator, value)

    def part(self, schema: Schema, seed: int, names: Collection[str]) -> dict[str, Any]:
        """Some properties of the object that `sample` makes of the same schema and seed; they are
        valid each by itself. {} where it makes no object. Raises Unsatisfiable.
        """
        root, begun = self._root(schema), derive(seed, salt(""))
        try:
            value = root.node.make(Run(examples=True, only=names), Spot(begun, begun, ROOM, 0))
        except (Unsatisfiable, RecursionError):
            value = self.sample(schema, seed)
        if not isinstance(value, dict):
            return {}
        return {name: held for name, held in value.items() if name in names}

    def property(self, schema: Schema, name: str, owner: str) -> PropertySampler:
        """What makes a property of this schema and name in objects of a type called `owner`.

        Much cheaper than samples of whole objects where single properties are asked for. Raises
        Unsatisfiable where the schema is unusable.
        """
        whole: Schema = {
            "type": "object",
            "title": owner,
            "properties": {name: schema},
            "required": [name],
        }
        root = self._planned(whole)
        return PropertySampler(
            name,
            self._planner.node([Part(schema, f"/properties/{name}")], name, entity_of(owner)),
            Validator(schema, self._definitions, self._direction),
            lambda seed: self._sampled(root, seed, "", True),
            checked=not (isinstance(schema, dict) and schema.keys() <= _SOUND),
        )

    def diagnose(self, schema: Schema) -> Unsatisfiable | None:
        """Why no sample can be made of a schema; None where one can."""
        try:
            self.sample(schema, 0)
        except Unsatisfiable as contradiction:
            return contradiction
        return None

    def validator(self, schema: Schema) -> Validator | None:
        """What samples of a schema are checked by, compiled once; None where it is no usable
        schema."""
        try:
            return self._root(schema).validator
        except (Unsatisfiable, RecursionError):
            return None

    def _root(self, schema: Schema) -> _Root:
        root = self._roots.get(id(schema))
        if root is None:
            if len(self._roots) >= _MAX_ROOTS or len(self._planner) >= _MAX_NODES:
                self._roots = {}
                self._planner = SchemaPlanner(self._definitions, self._direction)
            try:
                root = self._planned(schema)
            except Unsatisfiable as contradiction:
                root = (schema, contradiction)
            self._roots[id(schema)] = root
        if isinstance(root, tuple):
            raise Unsatisfiable(root[1].path, root[1].reason)
        return root

    def _planned(self, schema: Schema) -> _Root:
        self._check_nesting(schema)
        try:
            validator = Validator(schema, self._definitions, self._direction)
        except ValueError as error:
            reason = str(error).splitlines()[0][:300]
            raise Unsatisfiable("", f"the schema is not valid JSON Schema: {reason}") from error
        return _Root(schema, self._planner.node([Part(schema, "")], "", ""), validator)

    def _check_nesting(self, schema: Schema) -> None:
        """Refuse schemas nested deeper than the validator can take, and unknown references."""
        waiting = [("", schema)]
        while waiting:
            path, body = waiting.pop()
            if _too_deep(body):
                raise Unsatisfiable(path, f"the schema is nested deeper than {_MAX_NESTING} levels")
            for name in references(body):
                if name not in self._shallow:
                    try:
                        waiting.append((f"/$defs/{name}", self._planner.resolve(name)))
                    except KeyError as error:
                        raise Unsatisfiable(path, f"#/$defs/{name} is not defined") from error
                    self._shallow.add(name)


def _runs(examples: bool) -> list[Run]:
    """The ways to go about a sample, the fastest first, then ever more careful ones."""
    steps = _CAREFUL_STEPS
    return [
        *(Run(examples=examples) for _ in range(_FAST_ATTEMPTS)),
        Run(examples=examples, careful=True, steps=steps),
        Run(examples=examples, careful=True, exclusive=True, steps=steps),
        Run(examples=False, careful=True, lean=True, steps=steps),
        Run(examples=False, careful=True, exclusive=True, lean=True, steps=steps),
    ]


def _unsatisfied(validator: Validator, value: Any) -> Unsatisfiable:
    violations = validator.violations(value, "value")
    reason = f" ({violations[0].location}: {violations[0].message})" if violations else ""
    return Unsatisfiable("", f"no value was found that satisfies the whole schema{reason}")


def _too_deep(schema: Schema) -> bool:
    level: list[Any] = [schema] if isinstance(schema, dict) else []
    for _ in range(_MAX_NESTING):
        members = (outer.values() if isinstance(outer, dict) else outer for outer in level)
        level = [inner for inners in members for inner in inners if isinstance(inner, dict | list)]
        if not level:
            return False
    return True
