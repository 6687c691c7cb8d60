"""What a caller said of an object, said back: arguments and input objects that name its fields.

`pet(id: 7)`, `pet(petId: 7)`, `updatePet(id: 7, input: {name: "Rex"})`, `pets(where: {status: {eq:
SOLD}})`: whatever names a field of the type and is a value of the field's type is what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, Undefined, get_named_type

from polymock.world.names import fold
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.shapes import is_open, key_of, leaf_type, list_depth
from polymock_graphql.planning.words import (
    AFFECTED,
    EQUALS,
    NEGATIONS,
    PROBLEMS,
    is_order,
)

MAX_DEPTH = 4
"""Input objects inside one another that are looked into."""
MAX_NAMES = 2000
"""Names looked at in what one call said of one object."""

Said = Mapping[str, Any]


class Echo:
    """Says back what callers say of the objects of one type."""

    def __init__(self, types: SchemaFacts, facts: TypeFacts) -> None:
        self._types = types
        self._facts = facts
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, said: Said, turn: int = 0) -> dict[str, Any]:
        """The fields that were said. Where several values were, `turn` takes turns among them."""
        found: dict[str, Any] = {}
        self._collect(said, found, turn, MAX_DEPTH)
        return found

    def _collect(self, said: Said, found: dict[str, Any], turn: int, depth: int) -> None:
        for name, value in _bounded(said):
            if value is None:
                continue
            targets = self._targets(name)
            for field in targets:
                fitted = self._fitted(field, value, turn)
                if fitted is not Undefined:
                    found.setdefault(field, fitted)
            if not targets and depth:
                for inner in _inside(name, value):
                    self._collect(inner, found, turn, depth - 1)

    def asked(self, said: Said) -> int | None:
        """How many objects a caller asks for by their keys; None where it names none."""
        return self._keys(said, MAX_DEPTH) if self._facts.key else None

    def _keys(self, said: Said, depth: int) -> int | None:
        for name, value in _bounded(said):
            targets = self._targets(name)
            if self._facts.key in targets:
                value = _equal(value)
                if isinstance(value, list):
                    return len(value)
                if value is not None and not isinstance(value, Mapping):
                    return 1
            elif not targets and depth:
                counts = (self._keys(inner, depth - 1) for inner in _inside(name, value))
                found = next((count for count in counts if count is not None), None)
                if found is not None:
                    return found
        return None

    def _targets(self, name: str) -> tuple[str, ...]:
        """The fields that a name stands for."""
        found = self._known.get(name)
        if found is None:
            found = tuple(dict.fromkeys(self._named(fold(name))))
            if len(self._known) < MAX_NAMES:
                self._known[name] = found
        return found

    def _named(self, folded: str) -> list[str]:
        fields = self._fields
        names = [fields[folded]] if folded in fields else []
        key = self._facts.key
        if key:
            own = fold(self._facts.name)
            if folded in (own + "id", own + fold(key), "id"):
                names.append(key)
        owner = fields.get(folded.removesuffix("id")) if folded.endswith("id") else None
        if owner is not None and leaf_type(self._facts.type.fields[owner]) is None:
            names.append(owner)
        if not names:
            names = [fields[one] for one in _singulars(folded) if one in fields][:1]
        return names

    @cached_property
    def _fields(self) -> dict[str, str]:
        """The fields that can be said, by their folded names."""
        fields = self._facts.type.fields
        return {fold(name): name for name, field in fields.items() if is_open(field)}

    def _fitted(self, name: str, value: Any, turn: int) -> Any:
        field = self._facts.type.fields[name]
        if leaf_type(field) is None:
            return _fitted_object(field, value)
        value = _equal(value)
        if _is_filter(value):
            return Undefined
        fit = self._facts.leaf(name).fit
        if list_depth(field.type) == 1:
            fitted = [fit(item) for item in (value if isinstance(value, list) else [value])]
            return Undefined if any(item is Undefined for item in fitted) else fitted
        if list_depth(field.type):
            return Undefined
        whole = fit(value)
        if whole is Undefined and isinstance(value, list) and value:
            return fit(value[turn % len(value)])
        return whole


class Payload:
    """What a mutation's own type (`CreatePetPayload`) holds of what the caller said."""

    def __init__(self, facts: TypeFacts, number: Callable[[str, Said], int]) -> None:
        """`number` tells how many objects a list field holds, by what was said."""
        self._facts = facts
        self._number = number
        fields = facts.type.fields.items()
        self._objects = [name for name, field in fields if leaf_type(field) is None]
        self._list = self._only_list()
        self._leaves = [
            name for name, field in fields if leaf_type(field) and not list_depth(field.type)
        ]

    def __call__(self, said: Said) -> dict[str, Any]:
        """The leaves that name what was said, and all of it for each object."""
        found: dict[str, Any] = {}
        for name in self._leaves:
            field = self._facts.type.fields[name]
            scalar = get_named_type(field.type).name
            if scalar == "Boolean":
                found[name] = True
                continue
            if scalar == "Int" and self._list and fold(name) in AFFECTED:
                batch = batch_of(said)
                found[name] = len(batch) if batch else self._number(self._list, said)
                continue
            value = repeated(field, name, said, self._facts)
            if value is not Undefined:
                found[name] = value
        for name in self._objects:
            depth = list_depth(self._facts.type.fields[name].type)
            if not depth:
                found[name] = with_key(said, name)
            elif depth == 1:
                batch = batch_of(said)
                if batch:
                    found[name] = batch
                elif name == self._list:
                    found[name] = said
        return found

    def _only_list(self) -> str:
        """The field that holds all objects that were written; "" where it is not one list."""
        told: list[str] = [name for name in self._objects if not fold(name).endswith(PROBLEMS)]
        if len(told) != 1 or list_depth(self._facts.type.fields[told[0]].type) != 1:
            return ""
        return told[0]


def with_key(said: Said, name: str) -> Said:
    """What is said, and that the object of a name has the id that is said under it: of a
    `starrable` that `addStar(starrableId: 7)` gives, the id is 7."""
    if not said:
        return said
    wanted = fold(name) + "id"
    for argument, value in _flat(said, MAX_DEPTH):
        if fold(argument) == wanted and isinstance(value, str | int):
            return {"id": value, **{k: v for k, v in said.items() if fold(k) != "id"}}
    return said


def repeated(field: GraphQLField, name: str, said: Said, facts: TypeFacts) -> Any:
    """The argument that a leaf field repeats, as of `deletePet(id: 7)` or for `deletedPetId`.

    Undefined where there is none.
    """
    wanted = fold(name)
    is_id = get_named_type(field.type).name == "ID"
    pairs = [(fold(argument), value) for argument, value in _flat(said, MAX_DEPTH)]
    exact = [value for folded, value in pairs if folded == wanted]
    alike = [value for folded, value in pairs if _alike(folded, wanted, is_id=is_id)]
    fit = facts.leaf(name).fit
    fitted = (fit(value) for value in (*exact, *alike))
    return next((value for value in fitted if value is not Undefined), Undefined)


def repeated_list(field: GraphQLField, name: str, said: Said, facts: TypeFacts) -> Any:
    """The argument that a list of leaves repeats, as of `deletePets(ids: [1, 2])`; Undefined where
    there is none."""
    is_id = get_named_type(field.type).name == "ID"
    fit = facts.leaf(name).fit
    for argument, value in _flat(said, MAX_DEPTH):
        folded = fold(argument)
        if isinstance(value, list) and (folded == fold(name) or (is_id and folded.endswith("ids"))):
            fitted = [fit(item) for item in value]
            if not any(item is Undefined for item in fitted):
                return fitted
    return Undefined


def _alike(argument: str, wanted: str, *, is_id: bool) -> bool:
    """Whether a leaf may repeat an argument of another name."""
    if wanted == "clientmutationid" or argument == "clientmutationid":
        return False
    return (is_id and argument.endswith("id")) or (len(argument) > 2 and argument in wanted)


def reference(type_: GraphQLObjectType, name: str) -> str:
    """The object field whose key a leaf field repeats: `owner` for `ownerId`; "" for none."""
    wanted = fold(name)
    if not wanted.endswith("id"):
        return ""
    other: str
    for other, field in type_.fields.items():
        named = get_named_type(field.type)
        if (
            fold(other) + "id" == wanted
            and isinstance(named, GraphQLObjectType)
            and not list_depth(field.type)
            and is_open(field)
            and key_of(named)
        ):
            return other
    return ""


def _fitted_object(field: GraphQLField, value: Any) -> Any:
    """What was said of an object inside, or of a list of objects."""
    if list_depth(field.type) == 1:
        if isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            return value
        return Undefined
    if list_depth(field.type):
        return Undefined
    if isinstance(value, Mapping):
        return value
    return {"id": value} if isinstance(value, str | int) else Undefined


def batch_of(said: Said) -> Sequence[Any] | None:
    """The list of input objects that a call for many brings along."""
    for _, value in _flat(said, 1):
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            return value
    return None


def _flat(said: Said, depth: int) -> list[tuple[str, Any]]:
    """All names and values, those of input objects included, the outer ones first."""
    found: list[tuple[str, Any]] = []
    level = [said]
    for _ in range(depth):
        pairs = [pair for inner in level for pair in _bounded(inner) if pair[1] is not None]
        found.extend(pairs)
        level = [value for _, value in pairs if isinstance(value, Mapping)]
    return found[:MAX_NAMES]


def _singulars(folded: str) -> tuple[str, ...]:
    if not folded.endswith("s"):
        return ()
    return (folded[:-1], folded.removesuffix("es"), folded.removesuffix("ies") + "y")


def _equal(value: Any) -> Any:
    """What a filter of one field, `{eq: SOLD}`, says that the field is; else the value itself."""
    if not isinstance(value, Mapping):
        return value
    return next((v for op, v in _bounded(value) if fold(op) in EQUALS), value)


def _inside(name: str, value: Any) -> list[Said]:
    """The input objects under a name that tell of the object itself; those of `and` all do."""
    folded = fold(name)
    if isinstance(value, Mapping):
        return [] if folded in NEGATIONS or is_order(folded) else [value]
    if folded == "and" and isinstance(value, list):
        return [inner for inner in value[:MAX_NAMES] if isinstance(inner, Mapping)]
    return []


def _is_filter(value: Any) -> bool:
    """Whether a value is nothing but operators, such as `{_has_key: "size"}`."""
    return isinstance(value, Mapping) and bool(value) and all(key[:1] == "_" for key in value)


def _bounded(said: Said) -> list[tuple[str, Any]]:
    return list(said.items())[:MAX_NAMES]
