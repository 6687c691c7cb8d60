"""Makes objects: declared properties, then as many further ones as the schema asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from polymock.errors import Unsatisfiable
from polymock.samples import pattern_text
from polymock.samples.draws import Draw
from polymock.samples.names import kind_of
from polymock.samples.recipe import (
    MAX_ITEMS,
    MISSING,
    Node,
    Part,
    Planner,
    Run,
    Spot,
    pointer,
    window,
)
from polymock.samples.seeds import Stream, derive, salt
from polymock.samples.tables import word_set

_NAME, _COUNT = salt("property name"), salt("property count")
_NAME_ATTEMPTS = 60
_IDENTIFYING = frozenset({"id", "uuid"})
_EXTENSIONS = word_set("""
    address location contact profile name coordinates geo
""")
"""Objects that describe the object around them: they share its person and its place."""


class Child(NamedTuple):
    """A property that the schema names."""

    name: str
    salted: int
    node: Node
    required: bool


class ObjectRecipe:
    """Objects of one schema."""

    simple = False

    def __init__(self, parts: Sequence[Part], name: str, entity: str, planner: Planner) -> None:
        self.parts = parts
        self.name = name
        self.entity = entity
        self.planner = planner
        self.path = parts[0].path if parts else ""
        self.low, self.high = window(parts, "minProperties", "maxProperties", MAX_ITEMS)
        self.names = _names_node(parts, planner)
        self.dependents = _dependents(parts)
        required = self._required()
        self.children, self.latent = self._children(required)
        self.patterns = [p for part in parts for p in _map(part, "patternProperties")]
        self.mapped = self._is_map()
        self.complex: int | None = None
        needed = sum(child.required for child in self.children)
        if self.high is not None and needed > self.high:
            raise Unsatisfiable(
                self.path, f"{needed} properties are required, above maxProperties {self.high}"
            )

    def _required(self) -> dict[str, str]:
        """The required names, each with the path of the schema that requires it."""
        found: dict[str, str] = {}
        for part in self.parts:
            properties = _map(part, "properties")
            for name in _keys(part).get("required", ()):
                if not (name in properties and self.planner.foreign(properties[name])):
                    found.setdefault(name, part.path)
        waiting = list(found)
        while waiting:
            name = waiting.pop()
            for dependent in self.dependents.get(name, ()):
                if dependent not in found:
                    found[dependent] = found[name]
                    waiting.append(dependent)
        return found

    def _children(self, required: Mapping[str, str]) -> tuple[list[Child], dict[str, Child]]:
        """The properties to make, and those that are made only when another one asks for them."""
        declared = [name for part in self.parts for name in _map(part, "properties")]
        late = [name for names in self.dependents.values() for name in names]
        found: list[Child] = []
        latent: dict[str, Child] = {}
        for name in dict.fromkeys([*declared, *required, *late]):
            parts = self.child_parts(name)
            impossible = any(part.schema is False for part in parts)
            allowed = not impossible and self._name_allowed(name)
            if name in required:
                if not allowed:
                    why = (
                        "no value is allowed for it" if impossible else "propertyNames excludes it"
                    )
                    raise Unsatisfiable(required[name], f"property {name!r} is required, but {why}")
            elif not allowed or any(self.planner.foreign(part.schema) for part in parts):
                continue
            child = Child(name, salt(name), self._node(parts, name), name in required)
            if name in required or name in declared:
                found.append(child)
            latent[name] = child
        return found, latent

    def child_parts(self, name: str) -> list[Part]:
        """What the value of a property has to satisfy, from all of the parts."""
        found: list[Part] = []
        evaluated = False
        for part in self.parts:
            matched = False
            properties = _map(part, "properties")
            if name in properties:
                found.append(Part(properties[name], pointer(part.path, "properties", name)))
                matched = True
            for pattern, body in _map(part, "patternProperties").items():
                if pattern_text.matcher(pattern).is_valid(name):
                    found.append(Part(body, pointer(part.path, "patternProperties", pattern)))
                    matched = True
            if not matched and "additionalProperties" in _keys(part):
                body = _keys(part)["additionalProperties"]
                found.append(Part(body, pointer(part.path, "additionalProperties")))
                matched = True
            evaluated = evaluated or matched
        if not evaluated:
            found.extend(
                Part(
                    _keys(part)["unevaluatedProperties"],
                    pointer(part.path, "unevaluatedProperties"),
                )
                for part in self.parts
                if "unevaluatedProperties" in _keys(part)
            )
        return found

    def required(self) -> Sequence[Node]:
        return [child.node for child in self.children if child.required]

    def make(self, run: Run, spot: Spot) -> Any:
        """Make an object. Raises Unsatisfiable."""
        if self.complex is None:
            self.complex = sum(not child.node.simple for child in self.children)
        room = (spot.room - len(self.children)) // max(self.complex, 1)
        free = None if self.high is None else self.high - len(self.required())
        if run.only is not None and not spot.depth:
            return self._some(run, spot, run.only, room)
        made: dict[str, Any] = {}
        for child in self.children:
            if not child.required and (free == 0 or run.lean):
                continue
            value = self._value(run, spot, child, room)
            if value is not MISSING:
                made[child.name] = value
                if not child.required and free is not None:
                    free -= 1
        if self.dependents:
            self._complete(run, spot, made, room)
        self._extend(run, spot, made, room)
        return made

    def _some(self, run: Run, spot: Spot, names: Collection[str], room: int) -> dict[str, Any]:
        """Some of the properties that a whole object would have."""
        made: dict[str, Any] = {}
        for child in self.children:
            value = self._value(run, spot, child, room) if child.name in names else MISSING
            if value is not MISSING:
                if not child.node.accepts(value):
                    raise Unsatisfiable(self.path, f"property {child.name!r} needs a second try")
                made[child.name] = value
        return made

    def _value(self, run: Run, spot: Spot, child: Child, room: int) -> Any:
        seed = derive(spot.seed, child.salted)
        owner = spot.owner if self.entity in _EXTENSIONS else spot.seed
        inner = Spot(seed, owner, room, spot.depth + 1, not child.required, spot.turn)
        try:
            if spot.turn and run.examples and kind_of(child.name) in _IDENTIFYING:
                return self._renamed(run, inner, child)
            return child.node.make(run, inner)
        except Unsatisfiable:
            if child.required or run.steps < 0:
                raise
            return MISSING

    def _renamed(self, run: Run, spot: Spot, child: Child) -> Any:
        """An id for a later member of a list: not the example that the first member shows."""
        run.examples = False
        try:
            return child.node.make(run, spot)
        finally:
            run.examples = True

    def _complete(self, run: Run, spot: Spot, made: dict[str, Any], room: int) -> None:
        """Add what properties depend on; drop a property whose dependents cannot be made."""
        waiting = list(made)
        while waiting:
            trigger = waiting.pop()
            for name in self.dependents.get(trigger, ()) if trigger in made else ():
                if name in made:
                    continue
                child = self.latent.get(name)
                fits = self.high is None or len(made) < self.high
                value = self._value(run, spot, child, room) if child and fits else MISSING
                if value is MISSING:
                    del made[trigger]
                    waiting = list(made)
                    break
                made[name] = value
                waiting.append(name)

    def _extend(self, run: Run, spot: Spot, made: dict[str, Any], room: int) -> None:
        """Add names that the schema does not know, as many as it needs or a map usually has."""
        wanted = self.low
        if self.mapped and not run.lean and spot.room > 1:
            wanted = max(wanted, 1 + Stream(derive(spot.seed, _COUNT)).below(2))
        if self.high is not None:
            wanted = min(wanted, self.high)
        if len(made) >= wanted:
            return
        for name in self._further_names(run, spot, wanted):
            if name in made or not self._name_allowed(name):
                continue
            parts = self.child_parts(name)
            if any(part.schema is False for part in parts):
                continue
            child = Child(name, salt(name), self._node(parts, self.name), len(made) < self.low)
            value = self._value(run, spot, child, max(room // wanted, 1))
            if value is not MISSING:
                made[name] = value
            if len(made) >= wanted:
                return
        if len(made) < self.low:
            reason = f"minProperties {self.low}: only {len(made)} properties could be made"
            raise Unsatisfiable(self.path, reason)

    def _further_names(self, run: Run, spot: Spot, wanted: int) -> Iterator[str]:
        yield from (name for name in self.latent)
        for attempt in range(_NAME_ATTEMPTS + 2 * wanted):
            seed = derive(spot.seed, _NAME + attempt)
            run.step(self.path)
            if self.names is not None:
                value = self.names.another(run, Spot(seed, seed, 1, spot.depth + 1), attempt)
                if isinstance(value, str):
                    yield value
            for pattern in self.patterns:
                tree = pattern_text.tree(pattern)
                if tree is not None:
                    yield pattern_text.make(tree, Stream(seed), 1, 40)
            yield Draw(seed, seed).words(min(1 + attempt // 20, 4)).replace(" ", "_")

    def _name_allowed(self, name: str) -> bool:
        return self.names is None or self.names.accepts(name)

    def _node(self, parts: Sequence[Part], name: str) -> Node:
        return self.planner.node(parts, name, self.entity)

    def _is_map(self) -> bool:
        """Whether the schema speaks of values under any name, and of none in particular."""
        if self.children:
            return False
        return bool(self.patterns) or any(
            _keys(part).get(keyword, False) is not False
            for part in self.parts
            for keyword in ("additionalProperties", "unevaluatedProperties")
        )


def _keys(part: Part) -> dict[str, Any]:
    return part.schema if isinstance(part.schema, dict) else {}


def _map(part: Part, keyword: str) -> dict[str, Any]:
    found = _keys(part).get(keyword)
    return found if isinstance(found, dict) else {}


def _dependents(parts: Sequence[Part]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        for name, names in _map(part, "dependentRequired").items():
            found.setdefault(name, []).extend(names)
    return found


def _names_node(parts: Sequence[Part], planner: Planner) -> Node | None:
    named = [
        Part(_keys(part)["propertyNames"], pointer(part.path, "propertyNames"), False)
        for part in parts
        if "propertyNames" in _keys(part)
    ]
    if not named:
        return None
    return planner.node([*named, Part({"type": "string"}, named[0].path, False)], "", "")
