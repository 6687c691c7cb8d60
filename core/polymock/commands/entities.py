"""Entities of the world: listed, shown, put and deleted, whatever protocol they came by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock.commands.context import Context
from polymock.commands.world import living
from polymock.config.settings import suggestion
from polymock.errors import Invalid, WorldError
from polymock.world.collections import Collection
from polymock.world.fitting import Fitting
from polymock.world.names import fold
from polymock.world.queries import Order, Query, Where, condition, read_order
from polymock.world.stamps import TAGS
from polymock.world.view import Entity, View
from polymock.world.writing import Writer
from polymock_schemas.calls import Violation
from polymock_schemas.world import EntityInfo, EntityKey, EntityPage, EntityQuery, EntityValue


def list_(context: Context, params: EntityQuery) -> EntityPage:
    """A page of a collection: what nobody wrote first, then the others as they came."""
    view, collection = _place(context, params.collection, params.session)
    query = Query(
        where=tuple(_where(collection, text) for text in params.where),
        order=_order(collection, params.sort),
        text=params.text,
        offset=params.offset,
        limit=params.limit,
    )
    page = view.page(collection.name, query)
    return EntityPage(tuple(_info(entity) for entity in page.items), page.total)


def get(context: Context, params: EntityKey) -> EntityInfo:
    """One entity, written or not."""
    view, collection = _place(context, params.collection, params.session)
    return _info(view.get(collection.name, params.key))


def put(context: Context, params: EntityValue) -> EntityInfo:
    """Make an entity what the value says, or make it: checked by every contract."""
    writer, collection = _place(context, params.collection, params.session)
    document = _document(collection, writer, params)

    def change(entity: Entity) -> Mapping[str, Any]:
        tags = {n: held for n, held in entity.value.items() if fold(n) in TAGS and n in document}
        return {**document, **tags}

    entity = writer.write(
        collection.name,
        params.key,
        change,
        otherwise=lambda: writer.create(
            collection.name, document, key=params.key, settable=collection.names
        ),
    )
    return _info(entity)


def delete(context: Context, params: EntityKey) -> EntityInfo:
    """Delete an entity, and do to those who refer to it what their references say; as it was."""
    writer, collection = _place(context, params.collection, params.session)
    return _info(writer.delete(collection.name, params.key))


def _place(context: Context, name: str, session: str) -> tuple[Writer, Collection]:
    """A world, and a collection of it. Raises WorldError."""
    view = living(context).overview(session)
    return view, _collection(view, name)


def _collection(view: View, name: str) -> Collection:
    found = view.model.collections.get(name)
    if found is None:
        hint = suggestion(name, tuple(view.model.collections))
        raise WorldError(f"There is no collection {name[:100]!r}.", hint, "unknown")
    return found


def _document(collection: Collection, view: View, params: EntityValue) -> dict[str, Any]:
    """The value as a document. Raises Invalid."""
    found: list[Violation] = []
    fitting = Fitting(collection, view.model.collections)
    document = fitting.document(params.value, found, view)
    fitting.check_key(params.key, found)
    key = collection.key_in(params.value)
    if key is not None and key != params.key:
        message = f"{key[:200]!r} is not the entity's key, {params.key!r}"
        found.append(Violation(collection.key, message))
    if found:
        raise Invalid(f"{found[0].location}: {found[0].message}.", found)
    return document


def _where(collection: Collection, text: str) -> Where:
    """A condition such as `status=paid`, `price_max=100`, `address.city=Rome`."""
    name, equals, value = text.partition("=")
    found = condition(name.strip(), value, collection.names) if equals else None
    path = tuple(part.strip() for part in name.split("."))
    if found is None and equals and len(path) > 1 and fold(path[0]) in collection.names:
        return Where(path, value)
    if found is None:
        known = ", ".join(sorted(set(collection.names.values())))
        why = f"there is no property {name.strip()[:100]!r}; known: {known[:500]}"
        if not equals:
            why = f"{text[:100]!r} is no condition such as NAME=VALUE; known: {known[:500]}"
        raise Invalid(f"where: {why}.", [Violation("where", why)])
    return found


def _order(collection: Collection, text: str) -> tuple[Order, ...]:
    order = read_order(text)
    for each in order:
        if fold(each.path[0]) not in collection.names:
            known = ", ".join(sorted(set(collection.names.values())))
            raise Invalid(
                f"sort: there is no property {each.path[0][:100]!r}: {known[:500]}.",
                [Violation("sort", "name a property, with `-` before it to fall")],
            )
    return order


def _info(entity: Entity) -> EntityInfo:
    return EntityInfo(entity.collection, entity.key, dict(entity.value), entity.is_written)
