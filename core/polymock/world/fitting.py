"""Objects that a person wrote as documents: checked by all contracts, and turned into their terms.

Unlike a call's, such an object was not checked by a contract: it comes from a file or a command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from polymock.config.settings import suggestion
from polymock.world.adapting import Adapter, Others, resolve
from polymock.world.collections import Collection, Reference
from polymock.world.entities import MISSING
from polymock.world.integrity import keys_in
from polymock.world.keys import MAX_KEY, is_usable, key_text
from polymock.world.names import fold
from polymock_schemas.calls import Violation


class _Property(msgspec.Struct, frozen=True):
    """A property: its name in documents, what each contract admits there, and whom it refers to."""

    name: str
    adapters: tuple[Adapter, ...]
    reference: Reference | None
    embeds: bool


class Fitting:
    """Turns objects into documents of one collection.

    `is_text`: all values are text, whatever they mean.
    """

    def __init__(
        self,
        collection: Collection,
        collections: Mapping[str, Collection],
        *,
        is_text: bool = False,
    ) -> None:
        self._collection = collection
        self._collections = collections
        self._is_text = is_text
        self._known: dict[str, _Property | None] = {}

    def document(
        self, value: Mapping[str, Any], found: list[Violation], others: Others | None = None
    ) -> dict[str, Any]:
        """The object as a document, without its key where it has none.

        What some contract does not admit is added to `found`. Null says nothing where none has it.
        What objects inside it leave out and always have is that of the `others` whom they tell
        of, or sampled.
        """
        document: dict[str, Any] = {}
        for name, held in value.items():
            known = self._property(name)
            if known is None:
                if not self._is_open:
                    found.append(Violation(name, self._unknown(name)))
                document[name] = held
            elif known.reference is not None:
                self._refer(document, name, known, known.reference, held, found)
            else:
                told = self._told(known, held, others)
                if told is not MISSING:
                    document[known.name] = told
                    refusing = (each for each in known.adapters if each.settle(told) is MISSING)
                    refused = next(refusing, None)
                else:
                    refused = known.adapters[0] if held is not None else None
                if refused is not None:
                    found.append(Violation(name, refused.why_not(held)))
        return document

    def key(self, value: Mapping[str, Any], found: list[Violation]) -> str | None:
        """The key that an object holds; None where it holds none."""
        key = self._collection.key_in(value)
        if key is not None:
            self.check_key(key, found)
        return key

    def check_key(self, key: str, found: list[Violation]) -> None:
        """Add to `found` why no entity can have this key."""
        if not is_usable(key):
            found.append(
                Violation(self._collection.key, f"a key has 1 to {MAX_KEY} characters of Unicode")
            )
        elif not self._collection.fits(key):
            found.append(
                Violation(self._collection.key, f"{key[:200]!r} cannot be a key in every contract")
            )

    def _property(self, name: str) -> _Property | None:
        if name not in self._known:
            self._known[name] = self._made(fold(name))
        return self._known[name]

    def _made(self, folded: str) -> _Property | None:
        collection = self._collection
        adapters = []
        for each in collection.kinds:
            adapter = collection.adapter(each.mock, each.kind.name)
            member = None if adapter is None else adapter.member(folded)
            if member is not None:
                adapters.append(member[1])
        reference = collection.reference(folded)
        if not adapters and reference is None:
            return None
        return _Property(
            collection.names.get(folded, folded),
            tuple(adapters),
            reference,
            reference is not None and folded in reference.embeds,
        )

    def _told(self, known: _Property, held: Any, others: Others | None) -> Any:
        """The value in the terms of the first contract that admits it; MISSING where none does."""
        for adapter in known.adapters:
            told = adapter.settle(held, others)
            if told is not MISSING:  # what only other contracts know is there too
                return adapter.beside(told, held)
        if self._is_text and isinstance(held, str) and held.lstrip()[:1] in ("[", "{"):
            try:
                return self._told(known, msgspec.json.decode(held), others)
            except (ValueError, RecursionError):
                return MISSING
        return MISSING

    def _refer(
        self,
        document: dict[str, Any],
        name: str,
        known: _Property,
        reference: Reference,
        held: Any,
        found: list[Violation],
    ) -> None:
        if self._is_text and reference.many and isinstance(held, str):
            held = _json_list(held)
        if held is None:
            document.setdefault(known.name, None)
            return
        if isinstance(held, list) is not reference.many:
            what = "a list of keys" if reference.many else "one key"
            found.append(Violation(name, f"it refers to {reference.collection} by {what}"))
            return
        target = self._collections[reference.collection]
        keys = []
        for each in held if isinstance(held, list) else [held]:
            key = target.key_in(each) if isinstance(each, dict) else _scalar_key(each)
            if key is None or not is_usable(key) or not target.fits(key):
                found.append(Violation(name, f"{_short(each)} is no key of {target.name}"))
                return
            keys.append(target.typed_key(key))
        document[known.name] = keys if reference.many else keys[0]

    @cached_property
    def _is_open(self) -> bool:
        """Whether some contract says that there may be other properties."""
        return any(
            resolve(each.kind.schema, each.kind.definitions).get("additionalProperties")
            not in (None, False)
            for each in self._collection.kinds
        )

    def _unknown(self, name: str) -> str:
        names = sorted(set(self._collection.names.values()))
        hint = suggestion(name, names) or f"There are: {', '.join(names)[:500]}."
        return f"no contract has this property. {hint}"


def dangling(
    collection: Collection, document: Mapping[str, Any], keys: Mapping[str, Sequence[str] | Any]
) -> list[Violation]:
    """References of a document to what is not among the `keys`, by collection; those of which
    there are none there are not looked at."""
    found = []
    for reference in collection.references:
        there = keys.get(reference.collection)
        if there is None:
            continue
        found += [
            Violation(reference.name, f"there is no {key[:200]!r} in {reference.collection}")
            for key in keys_in(document, reference)
            if key not in there
        ]
    return found


def _scalar_key(value: Any) -> str | None:
    return None if isinstance(value, list | None) else key_text(value)


def _json_list(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return text


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 100 else f"{text[:97]}..."
