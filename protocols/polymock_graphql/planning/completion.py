"""Closures that answer: raw values completed to what is sent (GraphQL, section 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    located_error,
)

from polymock_graphql.planning.arguments import Read
from polymock_graphql.planning.entities import Entity, Resolve, Run

Path = tuple[Any, str | int] | None
"""Where in the response: the path before it, and the last key. None is the root."""
Step = Callable[[Entity, Run, Path], Any]
"""Answers one field of an object. Raises GraphQLError, located, where the object becomes null."""
Complete = Callable[[Any, Run, Path], Any]
"""Completes one raw value that is not None."""


class Place:
    """A field in a document: what its errors tell of it."""

    __slots__ = ("_label", "_nodes", "key")

    def __init__(self, label: str, key: str, nodes: Sequence[FieldNode]) -> None:
        self._label = label
        self.key = key
        self._nodes = list(nodes)

    def located(self, error: GraphQLError, path: Path) -> GraphQLError:
        """The error with its locations and its path."""
        return located_error(error, self._nodes, _listed(path))

    def missing(self) -> GraphQLError:
        """What a null is where none may be."""
        return GraphQLError(f"Cannot return null for non-nullable field {self._label}.")


def step(
    place: Place,
    resolve: Resolve,
    arguments: Mapping[str, Any] | Read,
    complete: Complete | None,
    *,
    required: bool,
) -> Step:
    """Answers a field; where it may be null, its errors end here."""
    if isinstance(arguments, Mapping):
        answer = _constant(place, resolve, arguments, complete)
    else:
        answer = _reading(place, resolve, arguments, complete)
    key = place.key

    def answer_required(entity: Entity, run: Run, path: Path) -> Any:
        try:
            value = answer(entity, run, path)
            if value is None:
                raise place.missing()
        except GraphQLError as error:
            raise place.located(error, (path, key)) from None
        return value

    def answer_nullable(entity: Entity, run: Run, path: Path) -> Any:
        try:
            return answer(entity, run, path)
        except GraphQLError as error:
            run.errors.append(place.located(error, (path, key)))
            return None

    return answer_required if required else answer_nullable


def failing(place: Place, error: GraphQLError, *, required: bool) -> Step:
    """A field whose arguments are wrong whatever the variables are."""

    def resolve(entity: Entity, arguments: Mapping[str, Any], run: Run) -> Any:
        raise GraphQLError(error.message, error.nodes)

    return step(place, resolve, {}, None, required=required)


def _constant(
    place: Place, resolve: Resolve, arguments: Mapping[str, Any], complete: Complete | None
) -> Step:
    if complete is None:
        return lambda entity, run, path: resolve(entity, arguments, run)
    finish, key = complete, place.key

    def answer(entity: Entity, run: Run, path: Path) -> Any:
        raw = resolve(entity, arguments, run)
        return None if raw is None else finish(raw, run, (path, key))

    return answer


def _reading(place: Place, resolve: Resolve, read: Read, complete: Complete | None) -> Step:
    if complete is None:
        return lambda entity, run, path: resolve(entity, read(run), run)
    finish, key = complete, place.key

    def answer(entity: Entity, run: Run, path: Path) -> Any:
        raw = resolve(entity, read(run), run)
        return None if raw is None else finish(raw, run, (path, key))

    return answer


def completion(type_: GraphQLOutputType, inner: Complete | None, place: Place) -> Complete | None:
    """Completes values of a type, lists and all; `inner` those of its innermost type.

    None where a leaf's value is sent as it is.
    """
    if isinstance(type_, GraphQLNonNull):
        return completion(type_.of_type, inner, place)
    if not isinstance(type_, GraphQLList):
        return inner
    item = completion(type_.of_type, inner, place)
    return _list_of(item, place, required=isinstance(type_.of_type, GraphQLNonNull))


def _list_of(item: Complete | None, place: Place, *, required: bool) -> Complete:
    def one(raw: Any, run: Run, path: Path) -> Any:
        """One item; its errors end here where it may be null."""
        try:
            value = None if raw is None else raw if item is None else item(raw, run, path)
            if value is None and required:
                raise place.missing()
        except GraphQLError as error:
            located = place.located(error, path)
            if required:
                raise located from None
            run.errors.append(located)
            return None
        return value

    def complete(raw: Any, run: Run, path: Path) -> Any:
        if item is None and None not in raw:
            return raw
        return [one(value, run, (path, index)) for index, value in enumerate(raw)]

    return complete


def _listed(path: Path) -> list[str | int]:
    keys: list[str | int] = []
    while path is not None:
        path, key = path
        keys.append(key)
    keys.reverse()
    return keys
