"""New entities: `POST /pets`, and `PUT /pets/7` where there is no pet 7."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from polymock.errors import AlreadyExists, TooLarge
from polymock.interfaces import Answer
from polymock.stores import Change
from polymock.world.names import fold
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_openapi.answering.choices import Shape
from polymock_openapi.model import Reading
from polymock_openapi.world.conditions import state_of
from polymock_openapi.world.desk import Desk, telling
from polymock_openapi.world.frames import Frame
from polymock_openapi.world.idempotency import FIELD, Once

MAX_AT_ONCE = 1000
"""Entities of one body."""


def create(desk: Desk, reading: Reading, world: Writer) -> Answer:
    """A new entity of what a body says. Raises AlreadyExists, Invalid, NotFound."""
    once = Once(reading, world) if reading.sent.get(FIELD) is not None else None
    given = once.given() if once is not None else None
    if given is not None:
        shape = shape_of_new(desk, reading)
        if shape.status != given.status:
            shape = desk.answerer.shape(reading, given.status)
        if given.told is not None:
            shape = replace(shape, told=given.told)
        return Answer(given.value, "world", shape, stable=False)
    if desk.notes.parents:
        desk.check_parents(reading, world)
    shape = shape_of_new(desk, reading)
    if desk.notes.many and isinstance(reading.body, list):
        return _create_many(desk, reading, world, shape, once)
    answer = answering(desk, reading, world, shape)
    said = desk.said(reading, reading.body)
    answered: list[Answer] = []

    def also(entity: Entity) -> Sequence[Change]:
        answered[:] = [answer(entity)]
        made = answered[0]
        assert isinstance(made.shape, Shape)
        return [] if once is None else [once.change(made.shape.status, made.value, made.shape.told)]

    entity = make(desk, reading, world, said, also=also if once is not None else ())
    return answered[0] if answered else answer(entity)


def shape_of_new(desk: Desk, reading: Reading) -> Shape:
    """How a new entity is answered: by 201 where that is declared."""
    code = reading.preferences.code
    if code is None and desk.answerer.declares("201"):
        code = 201
    return desk.shape_of_write(reading, code)


def make(
    desk: Desk,
    reading: Reading,
    world: Writer,
    said: dict[str, Any],
    *,
    key: str | None = None,
    also: Sequence[Change] | Callable[[Entity], Sequence[Change]] = (),
) -> Entity:
    """Create the entity that a call says something of."""
    request = desk.request(reading)
    own = fold(desk.kind.key)
    value = request.free(said)
    if key is None and own in request.settable:
        key = desk.collection.key_in({n: v for n, v in said.items() if v != ""})
    above = desk.parent(reading, world) if desk.notes.parents else None
    if above is not None:
        reference, parent = above
        value = {n: v for n, v in value.items() if fold(n) not in reference.names}
        value[reference.name] = [parent] if reference.many else parent
    if desk.notes.scopes:
        value.update(desk.scopes(reading))
    for reference in desk.collection.unnamed:  # what is made elsewhere belongs to nobody
        value.setdefault(reference.name, None)
    return world.create(
        desk.collection.name, value, key=key, settable=request.settable - {own}, also=also
    )


def _create_many(
    desk: Desk, reading: Reading, world: Writer, shape: Shape, once: Once | None
) -> Answer:
    new = [desk.said(reading, item) for item in reading.body if isinstance(item, dict)]
    if len(new) > MAX_AT_ONCE:
        raise TooLarge(f"A call makes at most {MAX_AT_ONCE} entities, and not {len(new)}.")
    _check_new(desk, world, new)
    frame = desk.frame(shape)
    entities: list[Entity] = []
    answered: list[Answer] = []

    def answer() -> Answer:
        if frame is None or not entities:
            return other(desk, reading, shape)
        shown = [frame.portrayer.portray(world, entity) for entity in entities]
        body = desk.answerer.body(reading, shape) if frame.place else None
        value = frame.put(body, shown if frame.many else shown[0])
        return Answer(value, "world", shape, stable=False)

    def remembering(last: Entity) -> Sequence[Change]:
        """The answer to all of them is written with the last."""
        entities.append(last)
        answered[:] = [answer()]
        entities.pop()
        return [] if once is None else [once.change(shape.status, answered[0].value, None)]

    for number, said in enumerate(new, start=1):
        is_last = once is not None and number == len(new)
        entities.append(make(desk, reading, world, said, also=remembering if is_last else ()))
    return answered[0] if answered else answer()


def _check_new(desk: Desk, world: Writer, new: Sequence[dict[str, Any]]) -> None:
    """Refuse a list of new entities before the first is made. Raises AlreadyExists."""
    seen: set[str] = set()
    for key in filter(None, map(desk.collection.key_in, new)):
        entity = world.find(desk.collection.name, key)
        if key in seen or (entity is not None and entity.is_written):
            noun = desk.collection.entity.replace("_", " ")
            raise AlreadyExists(
                f"There is a {noun} {key[:200]!r} already.", desk.collection.name, key
            )
        seen.add(key)


def answering(
    desk: Desk, reading: Reading, world: Writer, shape: Shape, *, is_new: bool = True
) -> Callable[[Entity], Answer]:
    """What answers a write with the entity that it made: all that may fail is tried before. Only
    what `is_new` says where it is."""

    def place(entity: Entity) -> str:
        return desk.location(reading, entity.key, shape) if is_new else ""

    frame = desk.frame(shape)
    if shape.media is None or frame is None:
        unchanged = other(desk, reading, shape)

        def answer_other(entity: Entity) -> Answer:
            told = telling(shape, location=place(entity))
            return Answer(unchanged.value, "world", told, stable=False)

        return answer_other
    body = desk.answerer.body(reading, shape) if frame.place else None

    def answer(entity: Entity) -> Answer:
        value = _value(frame, entity, world)
        told = telling(shape, state=state_of(entity), location=place(entity))
        return Answer(frame.put(body, value), "world", told, stable=False)

    return answer


def _value(frame: Frame, entity: Entity, world: Writer) -> Any:
    value = frame.portrayer.portray(world, entity, remember=False)
    return [value] if frame.many else value


def other(desk: Desk, reading: Reading, shape: Shape) -> Answer:
    """The contract's own answer to a call that writes: one that shows no entity."""
    if shape.media is None:
        return Answer(None, "world", shape, stable=False)
    answerer = desk.answerer
    own = answerer.example(reading) or answerer.sample(reading)
    if isinstance(own.shape, Shape) and own.shape.status == shape.status:
        return Answer(own.value, "world", shape, stable=False)
    return Answer(answerer.body(reading, shape), "world", shape, stable=False)
