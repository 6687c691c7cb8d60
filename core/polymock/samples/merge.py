"""Takes the choices of a set of schemas: which keywords must hold together, in which cases.

`$ref` and `allOf` join their targets to the set; `anyOf`, `oneOf`, `if`, `not` and
`dependentSchemas` each open a choice. A case is the flat list of parts that one way through the
choices leaves; the keywords for one type are then read from all of its parts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from polymock.errors import Unsatisfiable
from polymock.jsonschema import REF_PREFIX, Schema
from polymock.samples.negation import negations
from polymock.samples.recipe import Part, pointer

MAX_CASES = 1024
MAX_TURNS = 20_000
"""Parts looked at for one node."""
_MAX_RIVALS = 16
"""Branches of `oneOf` that are negated while another one is taken."""

Resolve = Callable[[str], Schema]
"""Gives the body of a definition by its name. Raises KeyError."""


class Case(msgspec.Struct, frozen=True):
    """One way to satisfy a node. `types` None admits every type; `definitions` are those joined."""

    parts: tuple[Part, ...]
    types: tuple[str, ...] | None
    definitions: tuple[str, ...]
    rank: int = 0
    """How far it is from what people expect: 1 for each less likely option taken."""


Option = list[Part]


class Choice(NamedTuple):
    """Options of which one has to be taken. `ordered`: the first is the likely one."""

    options: list[Option]
    ordered: bool = False


class _State:
    """How far one way through the choices has come."""

    __slots__ = ("choices", "definitions", "flat", "rank", "seen", "types", "waiting")

    def __init__(self, waiting: list[Part]) -> None:
        self.waiting = waiting
        self.flat: list[Part] = []
        self.seen: set[int] = set()
        self.types: tuple[str, ...] | None = None
        self.definitions: list[str] = []
        self.choices: list[Choice] = []
        self.rank = 0

    def branch(self, option: Option, rank: int) -> _State:
        other = _State(list(reversed(option)))
        other.flat, other.seen = list(self.flat), set(self.seen)
        other.types, other.definitions = self.types, list(self.definitions)
        other.choices = self.choices[1:]
        other.rank = self.rank + rank
        return other


def cases(parts: Sequence[Part], resolve: Resolve, *, exclusive: bool) -> list[Case]:
    """The cases of a node, at most 1024. Raises Unsatisfiable where every one contradicts itself.

    `exclusive` takes a branch of `oneOf` together with the negation of the other branches.
    """
    search = _Search(resolve, exclusive)
    pending = [_State(list(reversed(parts)))]
    while pending and len(search.found) < MAX_CASES and search.turns < MAX_TURNS:
        pending.extend(reversed(search.advance(pending.pop())))
    if not search.found:
        path = parts[0].path if parts else ""
        raise search.contradiction or Unsatisfiable(
            path, "no combination of its branches was found"
        )
    return search.found


class _Search:
    def __init__(self, resolve: Resolve, exclusive: bool) -> None:
        self.resolve = resolve
        self.exclusive = exclusive
        self.found: list[Case] = []
        self.turns = 0
        self.contradiction: Unsatisfiable | None = None

    def advance(self, state: _State) -> list[_State]:
        """Join all that needs no choice, then open the next choice: one state an option."""
        try:
            while state.waiting:
                self.turns += 1
                self.join(state, state.waiting.pop())
        except Unsatisfiable as contradiction:
            self.contradiction = self.contradiction or contradiction
            return []
        if not state.choices:
            definitions = tuple(state.definitions)
            self.found.append(Case(tuple(state.flat), state.types, definitions, state.rank))
            return []
        options, ordered = state.choices[0]
        return [
            state.branch(option, int(ordered and place > 0)) for place, option in enumerate(options)
        ]

    def join(self, state: _State, part: Part) -> None:
        schema, path, direct = part
        if schema is False:
            raise Unsatisfiable(path, "the schema `false` allows no value")
        if schema is True or id(schema) in state.seen:
            return
        state.seen.add(id(schema))
        state.flat.append(part)
        if "type" in schema:
            state.types = _common_types(state.types, schema["type"], path)
        for index in range(len(schema.get("allOf", ())) - 1, -1, -1):
            state.waiting.append(Part(schema["allOf"][index], pointer(path, "allOf", index), False))
        ref = schema.get("$ref")
        if ref is not None:
            name, body = self.target(ref, path)
            state.definitions.append(name)
            state.waiting.append(Part(body, pointer("/$defs", name), direct))
        self.open_choices(state, schema, path)

    def target(self, ref: str, path: str) -> tuple[str, Schema]:
        name = ref.removeprefix(REF_PREFIX)
        try:
            return name, self.resolve(name)
        except KeyError as error:
            raise Unsatisfiable(path, f"{ref} is not defined") from error

    def open_choices(self, state: _State, schema: dict[str, object], path: str) -> None:
        if not _CHOOSING & schema.keys():
            return
        for keyword in ("anyOf", "oneOf"):
            branches = schema.get(keyword)
            if isinstance(branches, list):
                options = [
                    [Part(b, pointer(path, keyword, i), False)] for i, b in enumerate(branches)
                ]
                if keyword == "oneOf" and self.exclusive and len(options) <= _MAX_RIVALS:
                    options = _exclusive(options)
                state.choices.append(Choice(options))
        if "if" in schema:
            state.choices.append(Choice(_conditions(schema, path)))
        if "not" in schema:
            self.deny(state, schema["not"], pointer(path, "not"))
        if "x-not-ref" in schema:
            _, body = self.target(str(schema["x-not-ref"]), path)
            self.deny(state, body, path)
        dependents = schema.get("dependentSchemas")
        if isinstance(dependents, dict):
            for name, body in dependents.items():
                inner = Part(body, pointer(path, "dependentSchemas", name), False)
                absent = Part({"properties": {name: False}}, path, False)
                state.choices.append(Choice([[inner], [absent]], ordered=True))

    def deny(self, state: _State, schema: object, path: str) -> None:
        if isinstance(schema, dict | bool):
            state.choices.append(Choice(negations(schema, path)))


_CHOOSING = frozenset({"anyOf", "oneOf", "if", "not", "x-not-ref", "dependentSchemas"})


def _conditions(schema: dict[str, object], path: str) -> list[Option]:
    condition = schema["if"]
    if not isinstance(condition, dict | bool):
        return [[]]
    met = [Part(condition, pointer(path, "if"), False)]
    unmet = [Part({"not": condition}, pointer(path, "if"), False)]
    for keyword, option in (("then", met), ("else", unmet)):
        if isinstance(inner := schema.get(keyword), dict | bool):
            option.append(Part(inner, pointer(path, keyword), False))
    return [met, unmet]


def _exclusive(options: list[Option]) -> list[Option]:
    return [
        option
        + [
            Part({"not": rival.schema}, rival.path, False)
            for other in options
            for rival in other
            if other is not option
        ]
        for option in options
    ]


def _common_types(
    known: tuple[str, ...] | None, declared: str | list[str], path: str
) -> tuple[str, ...]:
    """The types that both admit, in the order of the declaration; integers are numbers."""
    wanted = (declared,) if isinstance(declared, str) else tuple(declared)
    if known is None:
        return wanted
    common = [kind for kind in wanted if kind in known]
    if "number" in known and "integer" in wanted and "integer" not in common:
        common.append("integer")
    if "number" in wanted and "integer" in known and "integer" not in common:
        common.append("integer")
    if not common:
        raise Unsatisfiable(path, f"no value is both {_listed(known)} and {_listed(wanted)}")
    return tuple(common)


def _listed(types: Sequence[str]) -> str:
    return " or ".join(types)
