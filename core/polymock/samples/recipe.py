"""What the parts of the sampler hand to one another: parts of schemas, spots, runs, recipes.

A **part** is a schema with its place. A **node** is a set of parts that one value has to satisfy
together. A **case** is one way to satisfy them, every choice (`anyOf`, `if` …) taken. A **recipe**
makes the values of one case and one type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple, Protocol

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Schema

MAX_DEPTH = 100
"""Objects and lists inside one another in a sample."""
MAX_STEPS = 100_000
"""Values made for one sample, discarded ones included."""
MAX_ITEMS = 20_000
"""Members of one list, or properties of one object."""
MAX_LENGTH = 1 << 20
"""Characters of one string."""
ROOM = 600
"""Values that a sample may have before optional parts are left out."""
RECURSION = 2
"""How often a definition may stand inside itself where it can be left out."""


class Endless(Unsatisfiable):
    """A value would be larger or deeper than any limit: another seed does not help."""


class Missing:
    """The answer of a node that cannot be made small enough, where it may be left out."""


MISSING: Final = Missing()


class Part(NamedTuple):
    """A schema and its JSON Pointer. `direct` says that its examples stand for the whole value."""

    schema: Schema
    path: str
    direct: bool = True


class Spot(NamedTuple):
    """Where a value is made: its seed, its owner's seed, the room and the depth it has.

    `turn` is the place in the list that the value belongs to: the first member may be an example,
    the others differ from it.
    """

    seed: int
    owner: int
    room: int
    depth: int
    optional: bool = False
    turn: int = 0


class Run:
    """The settings and the remaining budget of one sample."""

    __slots__ = ("active", "careful", "examples", "exclusive", "lean", "only", "steps")

    def __init__(
        self,
        *,
        examples: bool,
        careful: bool = False,
        exclusive: bool = False,
        lean: bool = False,
        steps: int = MAX_STEPS,
        only: Collection[str] | None = None,
    ) -> None:
        self.examples = examples
        """Prefer the schema's own examples and defaults."""
        self.careful = careful
        """Check every value as it is made."""
        self.exclusive = exclusive
        """Take a branch of `oneOf` together with the negation of the others."""
        self.lean = lean
        """Leave out what is not required."""
        self.only = only
        """Of the outermost object make these properties alone, and check each by itself."""
        self.steps = steps
        self.active: Counter[str] = Counter()
        """How often each definition is being made at the moment."""

    def step(self, path: str) -> None:
        """Count one value. Raises Endless beyond the limit."""
        self.steps -= 1
        if self.steps < 0:
            raise Endless(path, "the sample would be larger than the limit")


class Recipe(Protocol):
    """Makes the values of one case and one type."""

    simple: bool
    """Whether its values hold no others: neither object nor list."""

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a value. Raises Unsatisfiable."""
        ...

    def required(self) -> Sequence[Node]:
        """The nodes that every value of it holds."""
        ...


class Node(Protocol):
    """A set of parts that one value has to satisfy together."""

    @property
    def simple(self) -> bool:
        """Whether its values hold no others."""
        ...

    @property
    def impossible(self) -> bool:
        """Whether one of its parts is the schema `false`."""
        ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts, as given."""
        ...

    def sole(self) -> Recipe | None:
        """The recipe of all its values, where there is but one and it needs no other node."""
        ...

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a value, or MISSING where the spot is optional. Raises Unsatisfiable."""
        ...

    def another(self, run: Run, spot: Spot, place: int) -> Any:
        """Like `make`; where there are few values, they take turns as `place` goes on."""
        ...

    def accepts(self, value: Any) -> bool:
        """Whether the value satisfies all of the parts."""
        ...


class Planner(Protocol):
    """Gives out nodes, one for the same parts, name and entity."""

    def node(self, parts: Sequence[Part], name: str, entity: str) -> Node:
        """The node of some parts, for a property of this name in an object of this entity."""
        ...

    def foreign(self, schema: Schema) -> bool:
        """Whether a property of this schema is the other side's to write."""
        ...


def pointer(path: str, *keys: str | int) -> str:
    """A JSON Pointer (RFC 6901) with more keys behind it."""
    return path + "".join("/" + str(k).replace("~", "~0").replace("/", "~1") for k in keys)


def meeting(first: str, second: str) -> str:
    """The pointer of the innermost schema that holds both."""
    if first == second:
        return first
    shared = []
    for left, right in zip(first.split("/"), second.split("/"), strict=False):
        if left != right:
            break
        shared.append(left)
    return "/".join(shared)


class Bound(NamedTuple):
    """The strictest value of a keyword, and the path of the schema that sets it."""

    value: int
    path: str
    keyword: str = ""


def highest(parts: Sequence[Part], keyword: str, default: int = 0) -> Bound:
    """The largest value of a keyword such as `minLength`."""
    found = Bound(default, parts[0].path if parts else "", keyword)
    for part in parts:
        if isinstance(part.schema, dict) and part.schema.get(keyword, default) > found.value:
            found = Bound(int(part.schema[keyword]), part.path, keyword)
    return found


def lowest(parts: Sequence[Part], keyword: str) -> Bound | None:
    """The smallest value of a keyword such as `maxLength`; None where nothing sets it."""
    found: Bound | None = None
    for part in parts:
        if isinstance(part.schema, dict) and keyword in part.schema:
            value = int(part.schema[keyword])
            if found is None or value < found.value:
                found = Bound(value, part.path, keyword)
    return found


def window(parts: Sequence[Part], least: str, most: str, limit: int) -> tuple[int, int | None]:
    """The bounds of a size, by the names of its keywords. Raises Unsatisfiable."""
    low, high = highest(parts, least), lowest(parts, most)
    if high is not None and low.value > high.value:
        path = meeting(low.path, high.path)
        raise Unsatisfiable(path, f"{least} {low.value} is above {most} {high.value}")
    if low.value > limit:
        raise Unsatisfiable(low.path, f"{least} {low.value} is larger than the limit of {limit}")
    return low.value, None if high is None else high.value


def frozen(value: Any) -> Any:
    """A hashable stand-in: equal for two values exactly where JSON Schema calls them equal."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return ("object", frozenset((name, frozen(inner)) for name, inner in value.items()))
    if isinstance(value, list):
        return ("array", tuple(frozen(inner) for inner in value))
    return value


def type_of(value: Any) -> str:
    """The JSON type of a value; `integer` for a number without a fraction."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "array" if isinstance(value, list) else "object"
