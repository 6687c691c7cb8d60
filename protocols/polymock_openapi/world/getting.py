"""One entity, as it is: `GET /pets/7`."""

from __future__ import annotations

from typing import Any

import msgspec

from polymock.interfaces import Answer
from polymock.world.keys import is_usable
from polymock.world.names import fold
from polymock.world.queries import Query
from polymock.world.view import Entity, View
from polymock_openapi.answering.choices import Shape
from polymock_openapi.model import Reading
from polymock_openapi.world.conditions import UNWRITTEN, check_match, state_of
from polymock_openapi.world.desk import Desk, telling, wants_canned
from polymock_openapi.world.frames import Frame
from polymock_schemas.calls import Source


def get(desk: Desk, reading: Reading, view: View) -> Answer | None:
    """The entity that a call names; None where the contract alone answers.

    Raises NotFound, PreconditionFailed, NotAcceptable.
    """
    if wants_canned(reading.preferences):
        return None
    if desk.notes.parents:
        desk.check_parents(reading, view)
    example = desk.answerer.example(reading)
    if example is not None and is_untouched(desk, reading, view):
        check_match(reading.sent, UNWRITTEN)
        return desk.as_unwritten(example)
    entity = named(desk, reading, view)
    if entity is None:
        return None
    desk.check_place(entity, reading, view)
    state = state_of(entity)
    check_match(reading.sent, state)
    if example is not None and not entity.is_written:
        return desk.as_unwritten(example)
    shape = desk.answerer.shape(reading)
    frame = desk.frame(shape)
    if frame is None or frame.many:
        return None
    value = shown(desk, frame, shape, entity, reading, view)
    source: Source = "world" if entity.is_written else "sample"
    return Answer(value, source, telling(shape, state=state))


def is_untouched(desk: Desk, reading: Reading, view: View) -> bool:
    """Whether nobody wrote anything that could be in the way of the entity that a call names: then
    it is there, and need not be made."""
    collection = desk.collection
    if collection.strict or view.is_written(collection.name):
        return False
    if any(view.is_written(each.collection) for each in collection.references):
        return False
    key = desk.key(reading)
    return key is not None and collection.fits(key) and is_usable(key)


def named(desk: Desk, reading: Reading, view: View) -> Entity | None:
    """The entity of the key in the path; of a call without one the first that there is.

    None where no entity can have this key, and nothing is known of the others. Raises NotFound.
    """
    key = desk.key(reading)
    collection = desk.collection
    if key is None:
        if desk.notes.key or desk.notes.in_body:
            return None
        items = view.page(collection.name, Query(limit=1)).items
        return items[0] if items else None
    entity = view.find(collection.name, key)
    if entity is None:
        if not collection.strict and not collection.fits(key):
            return None
        view.get(collection.name, key)
    return entity


def shown(
    desk: Desk, frame: Frame, shape: Shape, entity: Entity, reading: Reading, view: View
) -> Any:
    """An answer's value with the entity in its place."""
    value = frame.portrayer.portray(view, entity)
    if not entity.is_written and desk.notes.parents:
        value = below_parent(desk, frame, value, reading, view)
    if not frame.place:
        return value
    return frame.put(desk.answerer.body(reading, shape), value)


def below_parent(
    desk: Desk, frame: Frame, value: dict[str, Any], reading: Reading, view: View
) -> dict[str, Any]:
    """An entity that nobody wrote belongs to whom its path says."""
    above = desk.parent(reading, view)
    if above is None:
        return value
    reference, key = above
    member = frame.portrayer.adapter.member(fold(reference.name))
    if member is None or reference.many:
        return value
    name, adapter = member
    told = adapter.adapt(key)
    if told is msgspec.UNSET or name not in value or value[name] == told:
        return value
    changed = {**value, name: told}
    return changed if frame.portrayer.is_valid(changed) else value
