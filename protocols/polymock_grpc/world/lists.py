"""Methods that list entities (AIP-132, AIP-158, AIP-159, AIP-160): pages, filters and orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace
from protobuf import (
    Message,
)

from polymock.samples.seeds import salt
from polymock.world.collections import Collection
from polymock.world.integrity import imagined_children
from polymock.world.names import fold
from polymock.world.queries import MAX_LIMIT, Query
from polymock.world.rows import decode
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_grpc.answering.echo import PAGING
from polymock_grpc.answering.pages import Paging
from polymock_grpc.answering.plans import SinglePlan
from polymock_grpc.model import Method
from polymock_grpc.world.asking import Asking, invalid
from polymock_grpc.world.inferring import WATCHES, read_name
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import (
    ANY,
    collection_of,
    find,
    get,
    locate,
    not_found,
)
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.requests import Request, same_type
from polymock_grpc.world.tokens import make_token, read_token

_STRAYS = 10_000_000


class Listing:
    """Answers with a page of the entities that a request asks for."""

    def __init__(self, method: Method, kind: Kind, parts: Parts) -> None:
        self._parts = parts
        self._kind = kind
        self._method = method
        descriptor = method.descriptor
        self._request = Request(descriptor.input, kind, parts.kinds)
        self._asking = Asking(method, kind, parts, self._request)
        self._streams = method.server_streaming and descriptor.output is kind.type
        self._watches = read_name(descriptor.name).verb in WATCHES
        self._output = parts.output(method, kind)
        self._paging = Paging(descriptor.input, descriptor.output, parts.answers.settings.total)
        self._frame = SinglePlan(
            descriptor.input, descriptor.output, parts.answers.types, parts.answers.bases, ""
        )
        self._is_paged = self._paging.applies or self._asking.limit is not None

    def act(self, world: Writer, request: Message) -> Told | None:
        """Raises Invalid, NotFound."""
        collection = collection_of(world, self._kind)
        if collection is None:
            return None
        if self._streams:
            return self._stream(world, request, collection)
        asked = self._asked(request)
        offset, size = self._page(request, asked)
        frame: Any = self._frame.answer(request, 0)
        items = self._output.items
        assert items is not None
        settings = self._parts.answers.settings
        shown = settings.total if self._is_paged else len(frame[items])
        query = self._asking.query(world, request, collection, shown)
        limit = size if self._is_paged else MAX_LIMIT
        base = self._base(world, request, collection, shown)
        unwritten = None if base is not None else self._unwritten(world, query, collection)
        if unwritten is not None:
            total, is_written = len(unwritten), False
            made = [self._counted(world, key) for key in unwritten[offset : offset + limit]]
        else:
            asked_for = replace(query, offset=offset, limit=limit)
            page = world.page(collection.name, asked_for, base)
            total, is_written = page.total, page.is_written
            made = [self._message(world, entity, request) for entity in page.items]
        frame[items] = made
        end = offset + len(made)
        goes_on = self._is_paged and end < total
        self._paging.tell(frame, make_token(end, asked) if goes_on else "", total)
        return Told((frame,), is_written)

    def _unwritten(
        self, world: Writer, query: Query, collection: Collection
    ) -> Sequence[str] | None:
        """The keys of a list in which nothing was ever written; None where it takes more to tell
        what is in it."""
        names = (collection.name, *(each.collection for each in collection.references))
        if not query.is_plain or len(query.of) > 1 or not collection.imagines:
            return None
        if self._kind.pattern is not None or any(map(world.is_written, names)):
            return None
        if not query.of:
            return [collection.keys.at(number) for number in range(query.shown)]
        of = query.of[0]
        reference = next(each for each in collection.references if each.name == of.reference)
        return imagined_children(world, collection, reference, of.key, query.shown) or None

    def _counted(self, world: Writer, key: str) -> Message:
        made = self._parts.messages.unwritten(world, self._kind, key)
        if made is None:
            return self._parts.messages.message(world, self._kind, get(world, self._kind, key))
        return made

    def _stream(self, world: Writer, request: Message, collection: Collection) -> Told:
        """A stream tells one entity again and again, or each of a list."""
        count = self._parts.answers.count(request)
        text = self._request.key_of(request)
        if text and self._request.key is not None:
            entity = find(world, self._kind, text)
            if entity is None:
                raise not_found(self._kind, text)
            return Told(
                [self._message(world, entity, request) for _ in range(count)], entity.is_written
            )
        shown = min(count, self._parts.answers.settings.total) if self._watches else count
        query = self._asking.query(world, request, collection, shown)
        base = self._base(world, request, collection, shown)
        page = world.page(collection.name, replace(query, limit=max(shown, MAX_LIMIT)), base)
        if self._watches:
            newest = sorted(page.items, key=lambda entity: not entity.is_written)
            events = self._events(world, request, newest, count)
            return Told((), page.is_written, watched=events)
        return Told(
            [self._message(world, entity, request) for entity in page.items], page.is_written
        )

    def _events(
        self, world: Writer, request: Message, entities: Sequence[Entity], count: int
    ) -> Iterator[Message]:
        """One entity after the other, each as it is when it is told, first those that somebody
        wrote; those that are gone are not told.

        Nothing more is told once all are gone.
        """
        told = 0
        while told < count:
            before = told
            for entity in entities:
                now = (
                    entity
                    if not world.is_written(entity.collection)
                    else world.find(entity.collection, entity.key)
                )
                if now is not None and told < count:
                    told += 1
                    yield self._message(world, now, request)
            if told == before:
                return

    def _message(self, world: Writer, entity: Entity, request: Message) -> Message:
        message = self._parts.messages.message(world, self._kind, entity)
        if not entity.is_written:
            for field in self._asking.owners:
                own = self._kind.fields.get(fold(field.json_name))
                if request[field] and own is not None and same_type(field, own):
                    message[own] = request[field]
        return message

    def _asked(self, request: Message) -> bytes:
        """What tells the list of a request from others, whichever of its pages it asks for."""
        said = [request[field] for name, field in self._asking.fields.items() if name not in PAGING]
        return repr((self._method.name, said)).encode("utf-8", "replace")

    def _page(self, request: Message, asked: bytes) -> tuple[int, int]:
        """Where a page begins, and how many entities it has. Raises Invalid."""
        size = self._paging.size(request)
        if self._asking.limit is not None and request[self._asking.limit] > 0:
            size = min(request[self._asking.limit], MAX_LIMIT)
        token = self._paging.token(request)
        start = read_token(token, asked) if token else 0
        if start is None:
            raise self._paging.wrong_token()
        if self._asking.offset is not None:
            skipped = request[self._asking.offset]
            if skipped < 0:
                raise invalid(self._asking.offset.name, f"{skipped} is negative")
            start += skipped
        if self._asking.number is not None and request[self._asking.number] > 1:
            start += (request[self._asking.number] - 1) * size
        return min(start, 1 << 40), size

    def _base(
        self, world: Writer, request: Message, collection: Collection, shown: int
    ) -> Sequence[Entity] | None:
        """Those that nobody wrote below a parent that is no entity, or none of the counted ones:
        their names say so, as any name answers. Those of an owner that is none too (`tenant_id`).
        """
        kind, parent = self._kind, self._asking.parent(request)
        strays = self._strays(world, request, collection, shown)
        if strays is not None:
            return strays
        if kind.pattern is None or not parent or not kind.parents or ANY in parent.split("/"):
            return None
        if kind.parent is not None and not _is_uncounted(world, kind.parent, parent):
            return None
        if not collection.imagines:
            return []
        pattern = kind.pattern
        names = (pattern.below(parent, pattern.key_at(number)) for number in range(shown))
        found = (find(world, kind, name) for name in names)
        return [entity for entity in found if entity is not None]

    def _strays(
        self, world: Writer, request: Message, collection: Collection, shown: int
    ) -> Sequence[Entity] | None:
        """What nobody wrote of those with an id in them that means no entity; None where a request
        asks for no such id."""
        told = {
            collection.names[folded]: self._parts.documents.value(field, request[field])
            for field in self._asking.owners
            if request[field]
            and (folded := fold(field.json_name)) in collection.names
            and collection.reference(folded) is None
        }
        if not told:
            return None
        if not collection.imagines:
            return []
        place = (salt(repr(sorted(told.items()))) % _STRAYS + _STRAYS) * shown
        keys = (collection.keys.at(place + number) for number in range(shown))
        found = (world.find(collection.name, key) for key in keys)
        return [
            each if each.is_written else Entity(collection.name, each.key, {**each.value, **told})
            for each in found
            if each is not None
        ]


def _is_uncounted(world: Writer, kind: Kind, name: str) -> bool:
    """Whether the parent of a name is not made by counting, so that its children are not either."""
    above = collection_of(world, kind)
    if above is None:
        return True
    key = locate(world, kind, name).key
    row = world.rows.get(above.name, key)
    if row is not None and (row.value is None or decode(row).born):
        return False
    return above.keys.index(key) is None
