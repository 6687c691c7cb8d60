"""The contract's definitions: every schema that is referred to, by a readable unique name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from polymock.documents import Place
from polymock.documents.places import tokens
from polymock.errors import SpecError
from polymock.jsonschema import Schema
from polymock_openapi.spec.schemas import Translator
from polymock_openapi.spec.source import MAX_ALIASES, Node, Source

UNREADABLE = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME = 120
COMPOSED = frozenset({"$ref", "allOf", "anyOf", "oneOf", "$dynamicRef"})
SMALL = 1024
"""Bytes of JSON above which a component is surely more than a reference."""


class SchemaDefinitions(Mapping[str, Schema]):
    """Names to JSON Schema 2020-12, each translated when it is first looked up.

    The components of the root document keep their names (`Pet`); other places are named after
    their pointer or file. Looking a known name up never raises: a schema that cannot be read is
    `true`, with a fault.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._container = _schemas_of(source)
        self._places: dict[str, Place] = {}
        self._names: dict[Place, str] = {}
        self._translated: dict[str, Schema] = {}
        self._glanced: dict[str, Mapping[str, Any]] = {}
        self._plain: dict[str, Mapping[str, Any] | None] = {}
        self._extensions: dict[Place, tuple[Place, ...]] | None = None
        self.translator = Translator(source, self)
        for component in self._container.value:
            self._assign(self._container.place.child(component), component)
        self._name_aliases()

    def __getitem__(self, name: str) -> Schema:
        if name not in self._translated:
            self._translated[name] = self._translate(name)
        return self._translated[name]

    def glance(self, name: str) -> Mapping[str, Any]:
        """A schema as it is written, untranslated; {} where it cannot be read."""
        known = self._glanced.get(name)
        if known is None:
            try:
                node = self._source.documents.at(self._places[name])
            except (SpecError, KeyError):
                node = {}
            known = self._glanced[name] = node if isinstance(node, Mapping) else {}
        return known

    def plain(self, name: str) -> Mapping[str, Any] | None:
        """The properties, as they are written, of a schema that is an object's and is composed of
        no others; None of any other."""
        if name not in self._plain:
            written = self.glance(name)
            own = written.get("properties")
            is_plain = isinstance(own, Mapping) and own and not COMPOSED & written.keys()
            self._plain[name] = own if is_plain else None
        return self._plain[name]

    def member(self, name: str, key: str, written: Any) -> Schema:
        """A property of a schema, as it is written there, translated without the others."""
        return self.translator.translate(written, self._places[name].child("properties", key))

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def name_of(self, reference: str, base: Place) -> str | None:
        """The name of the schema that a reference leads to; None where it leads to nothing."""
        if reference.startswith("#/") and "%" not in reference:  # most are so, and are known
            known = self._names.get(Place(base.file, reference[1:]))
            if known is not None:
                return known
        documents = self._source.documents
        try:
            place = documents.locate(reference, base)
        except SpecError:
            return None
        if place in self._names:
            return self._names[place]
        if not documents.exists(reference, base):
            return None
        return self._assign(place, *_suggestions(place))

    def component_at(self, place: Place) -> str:
        """The name by which a discriminator knows the schema at a place."""
        keys = tokens(place.pointer)
        return keys[-1] if keys else PurePosixPath(place.file).stem

    def is_component(self, place: Place) -> bool:
        """Whether a named schema of the root document stands at a place."""
        within, _, _ = place.pointer.rpartition("/")
        return Place(place.file, within) == self._container.place

    def extensions(self, place: Place) -> tuple[Place, ...]:
        """The components that extend the schema at a place by `allOf`."""
        if self._extensions is None:
            found: dict[Place, list[Place]] = {}
            for name in self._container.value:
                child = self._container.place.child(name)
                for parent in dict.fromkeys(self._extended_by(child)):
                    found.setdefault(parent, []).append(child)
            self._extensions = {parent: tuple(children) for parent, children in found.items()}
        return self._extensions.get(place, ())

    def _extended_by(self, child: Place) -> Iterator[Place]:
        documents = self._source.documents
        try:
            node = documents.at(child)
        except SpecError:
            return
        members = node.get("allOf") if isinstance(node, dict) else None
        for index, member in enumerate(members if isinstance(members, list) else ()):
            reference = member.get("$ref") if isinstance(member, dict) else None
            base = child.child("allOf", index)
            if isinstance(reference, str) and documents.exists(reference, base):
                yield documents.locate(reference, base)

    def _translate(self, name: str) -> Schema:
        place = self._places[name]
        try:
            written = self._glanced.get(name) or self._source.documents.at(place)
            if self._is_circle(place, written):
                self._source.warn(place, "it refers to itself and nothing else")
                return True
            return self.translator.translate(written, place)
        except (SpecError, KeyError):
            self._source.warn(place, "it cannot be read")
            return True

    def _is_circle(self, place: Place, node: Any) -> bool:
        documents = self._source.documents
        for _ in range(MAX_ALIASES):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return False
            if not documents.exists(node["$ref"], place):
                return False
            place = documents.locate(node["$ref"], place)
            node = documents.at(place)
        return True

    def _assign(self, place: Place, *suggestions: str) -> str:
        readable = [UNREADABLE.sub("-", s).strip("-")[:MAX_NAME] or "schema" for s in suggestions]
        name = next((each for each in readable if each not in self._places), "")
        if not name:
            name = f"{readable[-1]}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"
        self._places[name] = place
        self._names[place] = name
        return name

    def _name_aliases(self) -> None:
        """Let a component that only refers to another file give that schema its name."""
        schemas = self._container.value
        sizes = getattr(schemas, "size", None)
        for component in schemas:
            if sizes is not None and sizes(component) > SMALL:
                continue
            node, place = schemas[component], self._container.place.child(component)
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                continue
            if len(node) > 1 and self._source.dialect == "3.1":
                continue
            name = self._names[place]
            if self._source.documents.exists(node["$ref"], place):
                behind = self._source.documents.locate(node["$ref"], place)
                if behind.file != place.file and behind not in self._names:
                    self._names[behind] = name
                    self._places[name] = behind


def _schemas_of(source: Source) -> Node:
    """The map of schemas of the root document, undecoded where it is large."""
    way = ("definitions",) if source.dialect == "2.0" else ("components", "schemas")
    node: Any = source.documents.root
    for key in way:
        node = node.get(key) if isinstance(node, Mapping) else None
    place = source.documents.place.child(*way)
    if node is not None and not isinstance(node, Mapping):
        source.warn(place, f"`{way[-1]}` must be an object")
    return Node(node if isinstance(node, Mapping) else {}, place)


def _suggestions(place: Place) -> tuple[str, ...]:
    """Names for a place, the shortest readable one first."""
    keys = tokens(place.pointer)
    file = PurePosixPath(place.file)
    if not keys:
        return file.stem, f"{file.parent.name}.{file.stem}"
    if len(keys) >= 2 and keys[-2] in ("schemas", "definitions", "$defs"):
        return keys[-1], f"{file.stem}.{keys[-1]}", ".".join(keys)
    shown = keys[2:] if keys[:2] == ("components", "schemas") else keys
    return (".".join(shown), f"{file.stem}.{'.'.join(shown)}")
