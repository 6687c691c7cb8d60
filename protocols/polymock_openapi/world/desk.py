"""One operation of the world, with what is worked out of its contract once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

import msgspec

from polymock.errors import NotFound
from polymock.interfaces import Answer
from polymock.samples import Sampler
from polymock.world.collections import Collection, Reference
from polymock.world.entities import Binding, EntityKind
from polymock.world.integrity import dangles, keys_in, normalised
from polymock.world.keys import key_text
from polymock.world.names import fold, reference_stem
from polymock.world.view import Entity, View
from polymock_openapi.answering.answers import Answerer
from polymock_openapi.answering.choices import MAX_REMEMBERED, Shape, Told
from polymock_openapi.model import Endpoint, Preferences, Reading
from polymock_openapi.world.conditions import UNWRITTEN
from polymock_openapi.world.filters import Filters
from polymock_openapi.world.frames import Frame, frame_of
from polymock_openapi.world.notes import Notes, Parent
from polymock_openapi.world.paths import PARAMETER
from polymock_openapi.world.portraits import Portrayer, valid_only
from polymock_openapi.world.requests import Request, request_of
from polymock_openapi.world.shapes import Found, naming

MAX_MEDIA_TYPES = 32
"""Media types of bodies of which it is kept how they are read."""
MAX_URL = 1000
"""Characters of a URL of which it is kept what stands before the contract's paths."""


class Desk:
    """Answers the calls of one bound operation; `serve` gives other operations' answerers."""

    def __init__(
        self,
        endpoint: Endpoint,
        binding: Binding,
        collection: Collection,
        kind: EntityKind,
        sampler: Sampler,
        serve: Callable[[str], Answerer],
    ) -> None:
        self.endpoint = endpoint
        self.binding = binding
        self.collection = collection
        self.kind = kind
        notes = binding.notes if isinstance(binding.notes, Notes) else Notes()
        self.notes = notes.by(binding.role)
        self._sampler = sampler
        self._serve = serve
        self._examples: dict[tuple[int, str, str | None, str], Answer] = {}
        self._frames: dict[tuple[str, str], Frame | None] = {}
        self._requests: dict[str, Request] = {}
        self._replaced: dict[str, frozenset[str]] = {}
        self._bases: dict[tuple[str, str], str] = {}

    @cached_property
    def answerer(self) -> Answerer:
        """What answers the operation without a world."""
        return self._serve(self.endpoint.name)

    @cached_property
    def filters(self) -> Filters:
        """What reads the query of a list."""
        return Filters(self.endpoint, self.collection, self.kind)

    # Answers

    def frame(self, shape: Shape) -> Frame | None:
        """Where entities stand in an answer; None where it shows none."""
        if shape.media is None or shape.response is None:
            return None
        key = (shape.response.status, shape.media.name)
        if key not in self._frames:
            self._frames[key] = frame_of(
                shape.media.schema,
                self.endpoint.definitions,
                self._sampler,
                self.collection,
                self._found,
                lists=True if self.binding.role == "list" else None,
            )
        return self._frames[key]

    def shape_of_write(self, reading: Reading, code: int | None = None) -> Shape:
        """What a write that is done is answered by.

        Where the contract declares nothing but refusals, it is none of them: 201 of what is new,
        else 204 (RFC 9110, sections 15.3.2 and 15.3.5).
        """
        shape = self.answerer.shape(reading, code)
        if shape.status < 400:
            return shape
        status = 201 if self.binding.role == "create" else 204
        return msgspec.structs.replace(
            shape, status=status, response=None, media=None, content_type="", example=None
        )

    @cached_property
    def _found(self) -> Found:
        name, _ = naming(self.kind.schema, self.kind.definitions)
        return Found((), self.kind.schema, name)

    @cached_property
    def portrayer(self) -> Portrayer:
        """What makes whole objects of the operation's kind."""
        return Portrayer(
            self.collection, self.kind.schema, self.kind.definitions, self._sampler, self.kind
        )

    def as_unwritten(self, example: Answer) -> Answer:
        """The contract's example of one entity, with the tag that all have which nobody wrote."""
        shape = example.shape
        if not isinstance(shape, Shape) or shape.status >= 300:
            return example
        key = (shape.status, shape.content_type, shape.example, shape.applied)
        known = self._examples.get(key)
        if known is None:
            if len(self._examples) >= MAX_REMEMBERED:
                self._examples.clear()
            told = telling(shape, state=UNWRITTEN)
            known = self._examples[key] = msgspec.structs.replace(example, shape=told)
        return known

    def location(self, reading: Reading, key: str, shape: Shape) -> str:
        """Where an entity is to be found: a path with all prefixes, or the whole URL where the
        answer declares one; "" where there is no place for it."""
        names, texts = self._item
        if not names:
            return ""
        base = self._base(reading.url.partition("?")[0], shape)
        if len(names) == 1:
            return f"{base}{texts[0]}{_quoted(key)}{texts[1]}"
        values = {**reading.path, names[-1]: key}
        if any(name not in values for name in names):
            return ""
        for text, name in zip(texts, names, strict=False):
            base += text + _quoted(key_text(values[name]))
        return base + texts[-1]

    def _base(self, url: str, shape: Shape) -> str:
        """What stands before the paths of the contract, in the URL of a call."""
        place = (url, "" if shape.response is None else shape.response.status)
        known = self._bases.get(place)
        if known is None:
            base = url if _declares_url(shape) else "/" + url.partition("://")[2].partition("/")[2]
            known = base.rsplit("/", self.endpoint.path.count("/"))[0]
            if len(self._bases) >= MAX_REMEMBERED:
                self._bases.clear()
            if len(url) <= MAX_URL:
                self._bases[place] = known
        return known

    @cached_property
    def _item(self) -> tuple[Sequence[str], Sequence[str]]:
        """The parameters in the path of an item, and the texts around them."""
        parts = PARAMETER.split(self.notes.item)
        return parts[1::2], parts[::2]

    def example(self, view: View) -> dict[str, Any]:
        """What the contract's own example says of the entity, in the terms of documents; nothing
        where it refers to who is not there any more."""
        if not self.notes.reader:
            return {}
        answerer = self._serve(self.notes.reader)
        value = self._entity_in(answerer.first_example())
        told = normalised(self.collection, view.model.collections, value)
        told.pop(self.collection.key, None)
        return {} if dangles(view, self.collection, told) else told

    def _entity_in(self, body: Any) -> dict[str, Any]:
        keys = {fold(self.kind.key), fold(self.collection.key)}
        for value in (body, *(body.values() if isinstance(body, dict) else ())):
            if isinstance(value, dict) and any(fold(name) in keys for name in value):
                return value
        return {}

    # Calls

    def request(self, reading: Reading) -> Request:
        """How the body of a call is read."""
        known = self._requests.get(reading.media_type)
        if known is None:
            if len(self._requests) >= MAX_MEDIA_TYPES:
                self._requests.clear()
            known = self._requests[reading.media_type] = request_of(
                self.endpoint, self.kind, self.collection.entity, reading.media_type
            )
        return known

    def replaced(self, reading: Reading) -> frozenset[str]:
        """The properties of a document that a call replaces, folded: all that it may say."""
        known = self._replaced.get(reading.media_type)
        if known is None:
            if len(self._replaced) >= MAX_MEDIA_TYPES:
                self._replaced.clear()
            names = self.collection.names
            told = {fold(names.get(name, name)) for name in self.request(reading).settable}
            known = frozenset(told - {fold(self.collection.key)})
            self._replaced[reading.media_type] = known
        return known

    def key(self, reading: Reading) -> str | None:
        """The key that a call names; None where it names none."""
        if self.notes.in_body:
            return self.collection.key_in(self.said(reading, reading.body))
        held = reading.path.get(self.notes.key)
        return None if held is None or isinstance(held, dict | list) else key_text(held)

    def said(self, reading: Reading, body: Any) -> dict[str, Any]:
        """What a call says of an entity: the object in its body, and of a POST its query."""
        for name in self.request(reading).place:
            body = body.get(name) if isinstance(body, dict) else None
        said = valid_only(body) if isinstance(body, dict) else {}
        if self.endpoint.method == "POST" and self.binding.role == "update":
            known = {fold(name) for name in self.kind.properties}
            for name, value in reading.query.items():
                if fold(name) in known:
                    said.setdefault(name, value)
        return said

    # What stands above

    def check_parents(self, reading: Reading, view: View) -> None:
        """Refuse a call below an entity that is not there. Raises NotFound."""
        for parent in self.notes.parents:
            named = self._named(parent, reading, view)
            if named is None:
                continue
            target, key = named
            if (target.strict or target.fits(key)) and view.find(target.name, key) is None:
                view.get(target.name, key)

    def parent(self, reading: Reading, view: View) -> tuple[Reference, str] | None:
        """The nearest entity that the path names, and the reference to it."""
        for parent in reversed(self.notes.parents):
            named = self._named(parent, reading, view)
            if named is not None:
                reference = self._reference(parent, named[0])
                if reference is not None:
                    return reference, named[1]
        return None

    def scopes(self, reading: Reading) -> dict[str, Any]:
        """The parts of the path that keep what is written apart."""
        return {
            name: reading.path[name]
            for name in self.notes.scopes
            if isinstance(reading.path.get(name), str | int | float)
            and fold(name) not in self.collection.names
        }

    def check_place(self, entity: Entity, reading: Reading, view: View) -> None:
        """Refuse an entity that was written below another one than the path says. Raises
        NotFound."""
        if not entity.is_written or not (self.notes.parents or self.notes.scopes):
            return
        above = self.parent(reading, view)
        if above is not None:
            reference, key = above
            held = keys_in(entity.value, reference)
            if key not in held and (held or reference.name in entity.value):
                self._miss(entity)
        for name, value in self.scopes(reading).items():
            held_scope = entity.value.get(name)
            if held_scope is not None and key_text(held_scope) != key_text(value):
                self._miss(entity)

    def _miss(self, entity: Entity) -> None:
        noun = self.collection.entity.replace("_", " ")
        raise NotFound(
            f"There is no {noun} {entity.key[:200]!r} here.", entity.collection, entity.key
        )

    def _named(self, parent: Parent, reading: Reading, view: View) -> tuple[Collection, str] | None:
        target = view.collection(parent.kind)
        held = reading.path.get(parent.parameter)
        if target is None or held is None or isinstance(held, dict | list):
            return None
        return target, key_text(held)

    def _reference(self, parent: Parent, target: Collection) -> Reference | None:
        """Which of the references to a collection its path means."""
        found = [each for each in self.collection.references if each.collection == target.name]
        asked = fold(parent.parameter)
        stem = reference_stem(parent.parameter) or fold(target.entity)
        for wanted in (asked, stem, fold(target.entity)):
            for each in found:
                if any(wanted in (name, reference_stem(each.name)) for name in each.names):
                    return each
        return found[0] if found else None


def wants_canned(wish: Preferences) -> bool:
    """Whether a caller asks for a certain answer of the contract, and not for the world's."""
    return (
        wish.code is not None
        or wish.example is not None
        or wish.seed is not None
        or bool(wish.dynamic)
    )


def _quoted(text: str) -> str:
    """Text as a part of a path."""
    if text.isascii() and text.isalnum():
        return text
    return quote(text, safe="", errors="replace")


def telling(shape: Shape, **told: Any) -> Shape:
    """The shape with what the world tells."""
    return msgspec.structs.replace(shape, told=Told(**told))


def _declares_url(shape: Shape) -> bool:
    """Whether the answer's `Location` is declared to be absolute (`format: uri`)."""
    headers = {} if shape.response is None else shape.response.headers
    for name, header in headers.items():
        if name.lower() == "location":
            return isinstance(header.schema, dict) and header.schema.get("format") == "uri"
    return False
