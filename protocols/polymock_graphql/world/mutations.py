"""Mutations over a world: what arguments say is written, and the entities are the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLField

from polymock.errors import Invalid, MockError, NotFound
from polymock.world.entities import MISSING, Binding
from polymock.world.integrity import normalised
from polymock.world.keys import key_text
from polymock.world.names import fold
from polymock.world.queries import Query
from polymock.world.view import Entity as Known
from polymock.world.writing import UNCONDITIONAL, Precondition, Writer
from polymock_graphql.planning.echo import batch_of
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.fields import root_leaf
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.objects import ObjectFields
from polymock_graphql.planning.shapes import leaf_type, list_depth
from polymock_graphql.planning.states import implied
from polymock_graphql.world.collected import Collected, world_of
from polymock_graphql.world.filters import Filters
from polymock_graphql.world.inputs import Inputs, Written
from polymock_graphql.world.payloads import Payloads
from polymock_graphql.world.verbs import read_name
from polymock_schemas.calls import Violation

MAX_WRITES = 1000
"""Entities that one field may write."""

Act = Callable[[Entity, Arguments, Run], Sequence[Entity]]
"""Writes, and gives what was written."""


class Mutations:
    """Makes the mutation fields that write."""

    def __init__(
        self, types: SchemaFacts, objects: ObjectFields, collected: Mapping[str, Collected]
    ) -> None:
        self._types = types
        self._objects = objects
        self._collected = collected

    def field(
        self, facts: TypeFacts, name: str, binding: Binding, target: Collected
    ) -> Resolve | None:
        """What a bound mutation does and answers."""
        field: GraphQLField = facts.type.fields[name]
        usual = self._usual(facts, name)
        stated = implied(name, target.facts.type, is_payload=False)
        payloads = Payloads(self._types, facts, name, target, self._collected, usual, stated)
        writing = _Writing(self._types, self._collected, target, field, stated, binding, name)
        acts: Mapping[str, Act] = {
            "create": writing.create,
            "update": writing.update,
            "replace": writing.update,
            "delete": writing.delete,
        }
        act = acts[binding.role]

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            run.wrote = True
            try:
                written = act(entity, arguments, run)
            finally:
                run.changed.clear()
            return payloads(entity, arguments, run, written)

        return resolve

    def _usual(self, facts: TypeFacts, name: str) -> Resolve:
        field = facts.type.fields[name]
        if leaf_type(field) is None:
            return self._objects.field(facts, name)
        return root_leaf(facts, name, writes=True)


class _Writing:
    """The writes of one mutation field."""

    def __init__(
        self,
        types: SchemaFacts,
        collected: Mapping[str, Collected],
        target: Collected,
        field: GraphQLField,
        stated: Mapping[str, Any],
        binding: Binding,
        name: str,
    ) -> None:
        self._target = target
        self._collection = target.collection
        self._inputs = Inputs(types, target, collected)
        self._filters = Filters(target.collection, target.key_names)
        self._settable = self._inputs.settable(field)
        self._stated = stated
        self._total = types.settings.total
        self._saves = read_name(name).act == "save"
        self._replaces = binding.role == "replace"
        self._is_many = list_depth(field.type) > 0 or _is_many(field)

    def create(self, entity: Entity, arguments: Arguments, run: Run) -> Sequence[Entity]:
        """Make one entity, or one for each input object of a list."""
        batch = batch_of(arguments) if self._is_many else None
        each = batch if batch is not None else [arguments]
        asked = [self._asked(said, is_whole=True) for said in each]
        return [self._created(key, written, run) for key, written in asked]

    def update(self, entity: Entity, arguments: Arguments, run: Run) -> Sequence[Entity]:
        """Change the entities that arguments name."""
        batch = batch_of(arguments)
        if batch and self._is_many and self._target.key_in(batch[0]) is not MISSING:
            asked = [self._asked(said, is_whole=False) for said in batch]
            return [self._updated(key, written, run) for key, written in asked]
        if batch and self._saves and self._is_many:
            return self.create(entity, arguments, run)
        written = self._inputs.read(self._said(arguments), is_whole=False)
        keys = self._keys(arguments, run)
        if keys is None:
            if self._saves:
                return [self._created(None, written, run)]
            only = self._target.placed(place_seed(entity.seed, 0, {}), run)
            keys = [] if only is None else [self._target.key_of(only)]
        return [self._updated(key, written, run, arguments) for key in keys]

    def delete(self, entity: Entity, arguments: Arguments, run: Run) -> Sequence[Entity]:
        """Delete the entities that arguments name."""
        world = world_of(run)
        keys = self._keys(arguments, run)
        if keys is None:
            message = "an argument has to name what is deleted"
            raise Invalid(f"{message}.", [Violation("body", message)])
        texts = list(dict.fromkeys(key_text(key) for key in keys))
        condition = _precondition(arguments)
        return [
            self._target.shown(known, run)
            for text in texts
            if (known := self._deleted(world, text, condition, is_one=len(texts) == 1)) is not None
        ]

    def _deleted(
        self, world: Writer, key: str, condition: Precondition, *, is_one: bool
    ) -> Known | None:
        """The entity as it was; of several, None for one that went with another before it."""
        name = self._collection.name
        if not is_one and world.find(name, key) is None:
            return None
        return world.delete(name, key, precondition=condition)

    def _asked(self, said: Mapping[str, Any], *, is_whole: bool) -> tuple[Any, Written]:
        key = self._target.key_in(said)
        return (None if key is MISSING else key), self._inputs.read(
            self._said(said), is_whole=is_whole
        )

    def _said(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**said, **self._stated} if self._stated else said

    def _keys(self, arguments: Arguments, run: Run) -> Sequence[Any] | None:
        """The keys of those that are meant; None where nobody says whom."""
        found = next((value for _, value in self._target.keys_in(arguments)), MISSING)
        if found is not MISSING:
            keys = found if isinstance(found, list) else [found]
            _bound(len(keys))
            return keys
        filters = {
            name: value
            for name, value in arguments.items()
            if fold(name) in ("where", "filter", "by") and isinstance(value, Mapping)
        }
        if not filters:
            return None
        asked = self._filters.read(filters)
        query = Query(
            where=tuple(asked.where),
            of=tuple(asked.of),
            text=asked.text,
            shown=self._total,
        )
        page = world_of(run).page(self._collection.name, query)
        keys = [k.key for k in page.items if all(rest(k.value) for rest in asked.rest)]
        _bound(len(keys))
        return keys if self._is_many else keys[:1]

    def _created(self, key: Any, written: Written, run: Run) -> Entity:
        world, collection = world_of(run), self._collection
        text = None if key is None else key_text(key)
        if text is not None and not collection.fits(text):
            message = f"{text[:200]!r} cannot be a key of {collection.name}"
            raise Invalid(f"{message}.", [Violation(self._target.key, message)])
        value = dict(written.value)
        born = self._births(written, value, world)
        value.update(self._inputs.unsaid(self._settable, value))
        try:
            known = world.create(collection.name, value, key=text, settable=self._settable)
        except MockError:
            self._undo(born, world)
            raise
        return self._target.shown(known, run)

    def _updated(
        self, key: Any, written: Written, run: Run, arguments: Arguments | None = None
    ) -> Entity:
        world, name, text = world_of(run), self._collection.name, key_text(key)
        if not self._saves and not world.exists(name, text):
            world.get(name, text)
        value = dict(written.value)
        born = self._births(written, value, world)
        patch = normalised(self._collection, world.model.collections, value)

        def change(known: Known) -> Mapping[str, Any]:
            return self._changed(known.value, patch)

        def otherwise() -> Known:
            if not self._collection.fits(text):
                raise NotFound(f"{text[:200]!r} cannot be a key.", name, text)
            whole = {**value, **self._inputs.unsaid(self._settable, value)}
            return world.create(name, whole, key=text, settable=self._settable)

        try:
            known = world.write(
                name,
                text,
                change,
                precondition=_precondition(arguments or {}),
                otherwise=otherwise if self._saves else None,
            )
        except MockError:
            self._undo(born, world)
            raise
        return self._target.shown(known, run)

    def _changed(self, old: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
        """A document with the properties of a patch; objects inside it are patched too."""
        if self._replaces:
            kept = {n: held for n, held in old.items() if fold(n) not in self._settable}
            return {**kept, **patch}
        changed = dict(old)
        for name, value in patch.items():
            before = old.get(name)
            if isinstance(value, Mapping) and isinstance(before, Mapping):
                value = _merged(before, value)
            changed[name] = value
        return changed

    def _births(
        self, written: Written, value: dict[str, Any], world: Writer
    ) -> list[tuple[str, str]]:
        """Make the related entities that are made along; their keys go into the value."""
        born: list[tuple[str, str]] = []
        for birth in written.births:
            name = birth.target.collection.name
            known = world.create(name, birth.value)
            value[birth.field] = known.key
            born.append((name, known.key))
        return born

    @staticmethod
    def _undo(born: Sequence[tuple[str, str]], world: Writer) -> None:
        for name, key in born:
            world.delete(name, key)


def _merged(old: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    spelt = {fold(name): name for name in old}
    return {**old, **{spelt.get(fold(name), name): value for name, value in patch.items()}}


def _precondition(arguments: Arguments) -> Precondition:
    """What `ifMatch: "…"` says that the entity is like."""
    for name, value in arguments.items():
        if fold(name) == "ifmatch" and isinstance(value, str):
            return Precondition(tags=(value.strip('"'),))
    return UNCONDITIONAL


def _is_many(field: GraphQLField) -> bool:
    """Whether a list of input objects, or of keys, is taken, or many can be meant by a filter."""
    return any(list_depth(argument.type) for argument in field.args.values()) or any(
        fold(name) in ("where", "filter") for name in field.args
    )


def _bound(count: int) -> None:
    if count > MAX_WRITES:
        message = f"at most {MAX_WRITES} entities are written at once"
        raise Invalid(f"{message}.", [Violation("body", message)])
