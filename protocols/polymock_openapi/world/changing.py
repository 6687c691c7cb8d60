"""Changes of one entity: PUT replaces it, PATCH changes some of it, DELETE takes it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from polymock.errors import AlreadyExists, Invalid, PreconditionFailed
from polymock.interfaces import Answer
from polymock.world.completing import completed
from polymock.world.entities import MISSING
from polymock.world.integrity import normalised
from polymock.world.names import fold
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_openapi.answering.choices import Shape
from polymock_openapi.model import Reading
from polymock_openapi.world.conditions import asks_for_new, precondition
from polymock_openapi.world.creating import answering, make, other, shape_of_new
from polymock_openapi.world.desk import Desk
from polymock_openapi.world.patching import is_json_patch, merged, patched
from polymock_openapi.world.requests import Request

_MERGE_PATCH = "application/merge-patch+json"

Change = Callable[[Entity], Mapping[str, Any]]


def replace(desk: Desk, reading: Reading, world: Writer) -> Answer | None:
    """All that a caller may say of an entity is what the body says.

    An entity that is not there is made, unless 404 is declared and 201 is not: then that is what
    the contract's author means. So is one that nobody wrote, where the caller asks for a new one.
    Raises NotFound, PreconditionFailed, Aborted, Invalid.
    """
    said = desk.said(reading, reading.body)
    request = desk.request(reading)

    def change(entity: Entity) -> Mapping[str, Any]:
        old, replaced = _known(desk, entity, world), desk.replaced(reading)
        kept = {name: item for name, item in old.items() if fold(name) not in replaced}
        return {**kept, **_document(desk, request, said, world)}

    makes = bool(desk.answerer.declares("201")) or not desk.answerer.declares("404", "4XX")
    makes = makes or asks_for_new(reading.sent)
    return _written(desk, reading, world, change, said if makes else None)


def update(desk: Desk, reading: Reading, world: Writer) -> Answer | None:
    """Some of an entity is what the body says: by merge patch (RFC 7396), JSON Patch (RFC 6902), or
    by properties; of an action what its verb says. Raises NotFound, PreconditionFailed, Aborted,
    Invalid."""
    request = desk.request(reading)
    body, media_type = reading.body, reading.media_type
    is_patch = is_json_patch(body, media_type)
    said = {} if is_patch else _said(desk, reading)
    state = desk.notes.state
    implied = {} if state is None else {state.property: state.value}

    def change(entity: Entity) -> Mapping[str, Any]:
        old = desk.portrayer.portray(world, _as_shown(desk, entity, world))
        new = patched(old, body) if is_patch else _merged(desk, old, said, media_type)
        new = completed(desk.collection, _with_fixed(request, old, new), world, old)
        new.update(implied)
        _check(desk, old, new)
        document = _known(desk, entity, world)
        for name in old.keys() - new.keys():
            document.pop(desk.collection.names.get(fold(name), name), None)
        changed = {n: item for n, item in new.items() if n not in old or old[n] != item}
        document.update(_document(desk, request, changed, world))
        return {**document, **normalised(desk.collection, world.model.collections, implied)}

    return _written(desk, reading, world, change, None)


def delete(desk: Desk, reading: Reading, world: Writer) -> Answer | None:
    """The entity is gone. Raises NotFound, PreconditionFailed, Aborted."""
    key = desk.key(reading)
    if key is None:
        return None
    if desk.notes.parents:
        desk.check_parents(reading, world)
    entity = world.find(desk.collection.name, key)
    if entity is not None:
        desk.check_place(entity, reading, world)
    elif not desk.collection.strict and not desk.collection.fits(key):
        return None
    shape = desk.shape_of_write(reading)
    frame = desk.frame(shape)
    if entity is None or frame is None or frame.many:
        answer = other(desk, reading, shape)
    else:
        value = frame.portrayer.portray(world, entity)
        body = desk.answerer.body(reading, shape) if frame.place else None
        answer = Answer(frame.put(body, value), "world", shape, stable=False)
    world.delete(desk.collection.name, key, precondition=precondition(reading.sent, entity))
    return answer


def _written(
    desk: Desk,
    reading: Reading,
    world: Writer,
    change: Change,
    made_of: dict[str, Any] | None,
) -> Answer | None:
    """The answer to a change; `made_of` is what an entity is made of that is not there."""
    key = desk.key(reading)
    if key is None:
        return None
    if desk.notes.parents:
        desk.check_parents(reading, world)
    collection = desk.collection
    if not collection.strict and not collection.fits(key):
        return None
    seen = world.look(collection.name, key)
    entity = seen.entity
    if entity is not None:
        desk.check_place(entity, reading, world)
    answer = answering(desk, reading, world, desk.shape_of_write(reading), is_new=False)
    new_answer = answer
    is_new = made_of is not None and asks_for_new(reading.sent)
    is_new = is_new and (entity is None or not entity.is_written)
    if is_new or (entity is None and made_of is not None):
        new_answer = answering(desk, reading, world, shape_of_new(desk, reading))
    made = False

    def otherwise() -> Entity:
        nonlocal made
        made = True
        assert made_of is not None
        return make(desk, reading, world, made_of, key=key)

    condition = precondition(reading.sent, entity)
    if is_new:
        condition.check(entity)
        try:
            return _unplaced(new_answer(otherwise()))
        except AlreadyExists as error:
            raise PreconditionFailed("Somebody has written the entity meanwhile.") from error
    written = world.write(
        collection.name,
        key,
        change,
        precondition=condition,
        otherwise=None if made_of is None else otherwise,
        seen=seen,
    )
    return _unplaced(new_answer(written) if made else answer(written))


def _unplaced(answer: Answer) -> Answer:
    """Only what is new says where it is."""
    shape = answer.shape
    if not isinstance(shape, Shape) or shape.status == 201:
        return answer
    if shape.told is not None and shape.told.location:
        told = msgspec.structs.replace(shape.told, location="")
        return msgspec.structs.replace(answer, shape=msgspec.structs.replace(shape, told=told))
    return answer


def _said(desk: Desk, reading: Reading) -> dict[str, Any]:
    """What the body says of the entity: that of an action may say other things too."""
    said = desk.said(reading, reading.body)
    if not desk.notes.action:
        return said
    known = {fold(name) for name in desk.kind.properties}
    return {name: item for name, item in said.items() if fold(name) in known}


def _as_shown(desk: Desk, entity: Entity, world: Writer) -> Entity:
    """The entity as a call would have seen it: as the contract's example, where that stands."""
    if entity.is_written:
        return entity
    return msgspec.structs.replace(entity, value=_known(desk, entity, world))


def _known(desk: Desk, entity: Entity, world: Writer) -> dict[str, Any]:
    """The document that a change starts from."""
    if entity.is_written:
        return dict(entity.value)
    return {**entity.value, **desk.example(world)}


def _document(
    desk: Desk, request: Request, said: Mapping[str, Any], world: Writer
) -> dict[str, Any]:
    """What a caller may say, in the terms of documents."""
    return normalised(desk.collection, world.model.collections, request.free(said))


def _merged(
    desk: Desk, old: Mapping[str, Any], said: Mapping[str, Any], media_type: str
) -> dict[str, Any]:
    """The old value with what was said; null takes away, or is null where the schema has it and
    the media type is not that of merge patches."""
    new: dict[str, Any] = merged(old, said)
    for name, item in said.items():
        member = desk.portrayer.adapter.member(fold(name)) if item is None else None
        if member is None or member[1].adapt(None) is MISSING:
            continue
        if media_type != _MERGE_PATCH or name in desk.portrayer.required:
            new[name] = None
    return new


def _with_fixed(request: Request, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The new value with what no caller changes as it was."""
    return {
        **request.free(new),
        **{name: item for name, item in old.items() if fold(name) in request.fixed},
    }


def _check(desk: Desk, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse a change that leaves an object which the contract does not know."""
    portrayer = desk.portrayer
    if portrayer.validator is None or not portrayer.is_valid(old):
        return
    violations = portrayer.validator.violations(new, "body")
    if violations:
        first = violations[0]
        raise Invalid(
            f"The change breaks the contract: {first.location}: {first.message}.", violations
        )
