"""What a document may ask for, told from its syntax alone, before any rule runs on it.

Fragments are counted once and added where they are spread, so a document that spreads fragments
within fragments cannot make the counting slow. What they would expand to is bounded here, as some
validation rules walk all of it, or compare it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from polymock_graphql.settings import Limits

NESTING = 4
"""Fields, spreads and inline fragments inside one another, for each level of depth admitted."""

Fragments = Mapping[str, FragmentDefinitionNode]


class Extent(msgspec.Struct, frozen=True):
    """How much a selection set is, its fragments expanded."""

    depth: int = 0
    """Selection sets inside one another, by fields."""
    nesting: int = 0
    """The same, with spreads and inline fragments counted too."""
    size: int = 0
    """Fields, spreads and inline fragments."""


class Shape(msgspec.Struct, frozen=True):
    """What a document asks for in all, and whether its fragments contain themselves."""

    extent: Extent
    aliases: int
    is_cyclic: bool
    roots: Sequence[SelectionSetNode]
    fragments: Fragments

    def excess(self, limits: Limits) -> str:
        """The limit that it goes beyond, in words; "" where it keeps all of them."""
        depth, nesting, size = self.extent.depth, self.extent.nesting, self.extent.size
        if self.aliases > limits.aliases:
            return above("aliases", limits.aliases, "aliases", self.aliases)
        if depth > limits.depth:
            return above("selection sets inside one another", limits.depth, "depth", depth)
        if nesting > limits.depth * NESTING:
            return above("levels of fields and fragments", limits.depth * NESTING, "depth", nesting)
        if size > limits.cost:
            return above("fields, its fragments expanded", limits.cost, "cost", size)
        if not self.is_cyclic:
            pairs = sum(_count_pairs(root, self.fragments) for root in self.roots)
            if pairs > limits.cost:
                return above("pairs of fields of one name to compare", limits.cost, "cost", pairs)
        return ""


def above(what: str, limit: int, key: str, value: int | None = None) -> str:
    """Says what there is too much of, and the option that admits more."""
    count = "" if value is None else f": {_round(value)}"
    return (
        f"The document has more than {limit} {what}{count}. "
        f"`options.limits.{key}` of the mock raises the limit."
    )


def measure(document: DocumentNode) -> Shape:
    """Measure a document. Raises RecursionError where it is nested without end."""
    definitions = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    fragments = {
        node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)
    }
    gauge = _Gauge(fragments)
    extents = [gauge.measure(node.selection_set) for node in definitions]
    return Shape(
        extent=Extent(
            depth=max((extent.depth for extent in extents), default=0),
            nesting=max((extent.nesting for extent in extents), default=0),
            size=sum(extent.size for extent in extents),
        ),
        aliases=gauge.aliases,
        is_cyclic=gauge.is_cyclic,
        roots=[node.selection_set for node in definitions],
        fragments=fragments,
    )


class _Gauge:
    """Measures selection sets; fragments once each."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._measured: dict[str, Extent] = {}
        self._entered: set[str] = set()
        self.aliases = 0
        self.is_cyclic = False

    def measure(self, selections: SelectionSetNode) -> Extent:
        """The extent of one selection set, which becomes a level."""
        depth, nesting, size = 1, 1, len(selections.selections)
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                inner, level = self._measure_fragment(node.name.value), 0
            elif isinstance(node, InlineFragmentNode):
                inner, level = self.measure(node.selection_set), 0
            elif isinstance(node, FieldNode):
                self.aliases += node.alias is not None
                inner, level = _NOTHING, 1
                if node.selection_set is not None:
                    inner = self.measure(node.selection_set)
            depth = max(depth, inner.depth + level)
            nesting = max(nesting, inner.nesting + 1)
            size += inner.size
        return Extent(depth, nesting, size)

    def _measure_fragment(self, name: str) -> Extent:
        """Nothing where it is unknown or within itself, as a rule reports that."""
        known = self._measured.get(name)
        if known is not None:
            return known
        fragment = self._fragments.get(name)
        if fragment is None or name in self._entered:
            self.is_cyclic = self.is_cyclic or fragment is not None
            return _NOTHING
        self._entered.add(name)
        aliases = self.aliases
        found = self._measured[name] = self.measure(fragment.selection_set)
        self.aliases = aliases  # its definition counts them
        return found


_NOTHING = Extent()


def _count_pairs(selections: SelectionSetNode, fragments: Fragments) -> int:
    """How often two fields of one response name stand at one place.

    The rule that fields can be merged compares each such pair. The walk is as long as what the
    fragments expand to, which the limit on cost has bounded.
    """
    total = 0
    places = [[selections]]
    while places:
        pending = places.pop()
        inner: dict[str, list[SelectionSetNode]] = {}
        counts: Counter[str] = Counter()
        spread: set[str] = set()
        while pending:
            for node in pending.pop().selections:
                if isinstance(node, FieldNode):
                    name = node.alias.value if node.alias else node.name.value
                    counts[name] += 1
                    if node.selection_set is not None:
                        inner.setdefault(name, []).append(node.selection_set)
                elif isinstance(node, InlineFragmentNode):
                    pending.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    if node.name.value in fragments:
                        pending.append(fragments[node.name.value].selection_set)
        total += sum(count * (count - 1) // 2 for count in counts.values())
        places.extend(inner.values())
    return total


def _round(value: int) -> str:
    """A number of any length, short."""
    return str(value) if value < 10**12 else "more than a million million"
