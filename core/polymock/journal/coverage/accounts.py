"""What exchanges exercised: the parts of a contract found in what a look told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote_plus

from polymock import plugins
from polymock.errors import ConfigError, PluginError
from polymock.interfaces import Accounting, Part, Recorded
from polymock.journal.coverage.looking import Cell, Look, decoded
from polymock.journal.coverage.ways import Tree

MAX_REMEMBERED = 20_000
MAX_CHARACTERS = 4 * 1024 * 1024
"""Of what is remembered for one mock: answers, and all that was asked for them."""

ASKED_FOR = frozenset({"field", "argument", "input"})
"""Kinds of parts that names alone do not tell."""

Found = tuple[str, str, str, frozenset[str]]
"""Operation, kind and place of parts, and their names."""
NOTHING: tuple[Found, ...] = ()


class Sighting(NamedTuple):
    """Parts of one kind and place that were seen together, and in which exchanges."""

    cell: Cell
    found: Found


class OperationParts:
    """The parts of one operation, to be found by what messages have."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self.queries: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.request = Tree()
        self.responses: dict[str, Tree] = {}
        self.routes: dict[str, dict[str, set[str]]] = {}
        """The properties that a path says, by method and template."""
        for part in parts:
            if part.kind == "request":
                self.request.add(part.name, [name for name in part.aliases if " " not in name])
                for alias in part.aliases:
                    method, _, template = alias.partition(" ")
                    if template:
                        routes = self.routes.setdefault(method, {})
                        routes.setdefault(template, set()).add(part.name)
            elif part.kind == "response":
                self.responses.setdefault(part.place, Tree()).add(part.name, part.aliases)
            elif part.place == "header":
                self.headers[part.name.lower()] = part.name
            elif part.place == "query":
                for name in (*part.aliases, part.name):
                    self.queries[name] = part.name

    def queried(self, names: Iterable[str]) -> frozenset[str]:
        """The parameters that these names in a query are for: `filter[age]` is for `filter`."""
        found = set()
        for sent in names:
            name = unquote_plus(sent)
            known = self.queries.get(name) or self.queries.get(name.partition("[")[0])
            if known is not None:
                found.add(known)
        return frozenset(found)

    def formed(self, names: Iterable[str]) -> frozenset[str]:
        """The properties that these names of a form's fields, or of a query's, are for."""
        found: set[str] = set()
        for sent in names:
            steps = unquote_plus(sent).replace("]", "").replace("[", ".").split(".")
            shape: object = None
            for step in reversed(steps):
                shape = {step: shape}
            found |= self.request.met(shape)
        return frozenset(found)

    def routed(self, method: str) -> frozenset[str]:
        """The properties that every path of this method says."""
        routes = self.routes.get(method) or self.routes.get("*") or {}
        return frozenset(set.intersection(*routes.values())) if routes else frozenset()

    def answered(self, status: int, fine: bool) -> tuple[str, Tree] | None:
        """The declared response that an answer is one of, and what it may hold."""
        code = str(status)
        for place in (code, f"{code[0]}XX", f"{code[0]}xx", "default"):
            if place in self.responses:
                return place, self.responses[place]
        return ("", self.responses[""]) if fine and "" in self.responses else None


class Account:
    """The parts of one mock's contract, to be found in its exchanges."""

    def __init__(self, mock: str, protocol: str, parts: Sequence[Part], version: str = "") -> None:
        self.mock = mock
        self.version = version
        """Tells the parts from others of the same mock."""
        self.protocol = protocol
        self.parts = parts
        self._by_operation: dict[str, list[Part]] = {}
        for part in parts:
            self._by_operation.setdefault(part.operation, []).append(part)
        self._operations: dict[str, OperationParts] = {}
        self._size = 0
        self._remembered: dict[tuple[object, ...], tuple[Found, ...]] = {}

    @cached_property
    def asking(self) -> tuple[Sequence[str], Callable[[Recorded], Iterable[Part]]] | None:
        """What the protocol wants to see of requests, and who tells what they ask for; None where
        that is told by names."""
        if not any(part.kind in ASKED_FOR for part in self.parts):
            return None  # to load a protocol takes longer than to look into many calls
        try:
            reader = plugins.build("polymock.protocols", self.protocol, {})
        except (PluginError, ConfigError):
            return None  # it is not installed here: its calls are told by names, or not at all
        return (reader.kept, reader.account(self.parts)) if isinstance(reader, Accounting) else None

    def load(self) -> None:
        """Load the protocol now, which takes a while, and not when the first call is met."""
        _ = self.asking

    @cached_property
    def header_names(self) -> frozenset[str]:
        """The declared header fields, lower-case."""
        return frozenset(
            part.name.lower()
            for part in self.parts
            if part.kind == "parameter" and part.place == "header"
        )

    @cached_property
    def has_routes(self) -> bool:
        """Whether paths say properties of requests."""
        return any(" " in alias for part in self.parts for alias in part.aliases)

    def of(self, operation: str) -> OperationParts:
        """The parts of an operation."""
        known = self._operations.get(operation)
        if known is None:
            parts = self._by_operation.get(operation, ())
            known = self._operations[operation] = OperationParts(parts)
        return known

    def queried(self, operation: str, names: tuple[str, ...]) -> tuple[Found, ...]:
        """What the names in a query exercise: parameters, or else the fields of a request."""
        parts = self.of(operation)
        if parts.queries:
            return _found(operation, "parameter", "query", parts.queried(names))
        return _found(operation, "request", "", parts.formed(names))

    def headed(self, operation: str, names: tuple[str, ...]) -> tuple[Found, ...]:
        """What header fields exercise."""
        known = self.of(operation).headers
        named = frozenset(known[name] for name in names if name in known)
        return _found(operation, "parameter", "header", named)

    def requested(self, operation: str, shape: str | None, body: str | None) -> tuple[Found, ...]:
        """What a request's body exercises; shape and body are as `looking` tells them."""
        parts, told = self.of(operation), decoded(shape, body)
        names = parts.formed(told.names) if told.names else frozenset(parts.request.met(told.value))
        return _found(operation, "request", "", names)

    def answered(
        self, operation: str, status: int, fine: bool, shape: str | None, body: str | None
    ) -> tuple[Found, ...]:
        """What an answer's body exercises."""
        declared = self.of(operation).answered(status, fine)
        if declared is None:
            return NOTHING
        place, tree = declared
        names = frozenset(tree.met(decoded(shape, body).value))
        return _found(operation, "response", place, names)

    def asked(self, recorded: Recorded) -> tuple[Found, ...]:
        """What the protocol says that a request exercises."""
        if self.asking is None:
            return NOTHING
        named: dict[tuple[str, str, str], set[str]] = {}
        for part in self.asking[1](recorded):
            named.setdefault((part.operation, part.kind, part.place), set()).add(part.name)
        return tuple((*place, frozenset(names)) for place, names in named.items())

    def recall(self, tell: Callable[..., tuple[Found, ...]], *said: Hashable) -> tuple[Found, ...]:
        """What one of its methods tells; the same as before where it was asked the same before."""
        key = (tell.__name__, *said)
        found = self._remembered.get(key)
        if found is None:
            size = self._size + sum(len(each) for each in said if isinstance(each, str))
            if len(self._remembered) >= MAX_REMEMBERED or size > MAX_CHARACTERS:
                self._remembered.clear()
                size = 0
            self._size = size
            found = self._remembered[key] = tell(*said)
        return found


def sightings(accounts: Mapping[str, Account], look: Look) -> Iterable[Sighting]:
    """What the exchanges of a stretch exercised, as far as these mocks' contracts have it."""
    told = [name for name, account in accounts.items() if account.asking is not None]
    named = [name for name, account in accounts.items() if account.asking is None]
    yield from _parameters(accounts, look, named)
    yield from _bodies(accounts, look, named)
    if not told:
        return
    kept = list(dict.fromkeys(k for name in told for k in (accounts[name].asking or ((),))[0]))
    for cell, query, body, shape in look.asked(told, kept):
        account = accounts[cell.mock]
        recorded = Recorded(cell.operation, query, body, decoded(shape, None).value)
        yield from (Sighting(cell, found) for found in account.asked(recorded))


def _parameters(
    accounts: Mapping[str, Account], look: Look, mocks: Sequence[str]
) -> Iterable[Sighting]:
    for cell, names in look.queries(mocks):
        account = accounts[cell.mock]
        for found in account.recall(account.queried, cell.operation, names):
            yield Sighting(cell, found)
    for cell, method in look.methods([mock for mock in mocks if accounts[mock].has_routes]):
        parts = accounts[cell.mock].of(cell.operation)
        for found in _found(cell.operation, "request", "", parts.routed(method)):
            yield Sighting(cell, found)
    headed = [mock for mock in mocks if accounts[mock].header_names]
    wanted = sorted({name for mock in headed for name in accounts[mock].header_names})
    for cell, names in look.headers(headed, wanted):
        for found in accounts[cell.mock].headed(cell.operation, names):
            yield Sighting(cell, found)


def _bodies(
    accounts: Mapping[str, Account], look: Look, mocks: Sequence[str]
) -> Iterable[Sighting]:
    for cell, _, _, shape, body in look.bodies(mocks, "request_body"):
        account = accounts[cell.mock]
        for found in account.recall(account.requested, cell.operation, shape, body):
            yield Sighting(cell, found)
    for cell, status, fine, shape, body in look.bodies(mocks, "response_body"):
        account = accounts[cell.mock]
        said = (cell.operation, status, fine, shape, body)
        for found in account.recall(account.answered, *said):
            yield Sighting(cell, found)


def _found(operation: str, kind: str, place: str, names: frozenset[str]) -> tuple[Found, ...]:
    return ((operation, kind, place, names),) if names else NOTHING
