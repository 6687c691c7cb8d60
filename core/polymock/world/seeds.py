"""Entities to begin with: read from files and contracts, and checked as a whole.

A row of a file is wrong where it is no object, has no key or another's, where no contract admits
what it says, or where it refers to what is not there. One wrong row, and nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from polymock.config.settings import MAX_NAMED
from polymock.documents.collector import collector_paused
from polymock.documents.yaml import ParseError
from polymock.errors import ConfigError
from polymock.samples.seeds import derive, salt
from polymock.world.collections import Collection, Reference, parent_of
from polymock.world.fitting import Fitting, dangling
from polymock.world.keys import CROWD, SampledKeys
from polymock.world.model import WorldModel
from polymock.world.names import fold
from polymock.world.rows import Stored, decode_value, encode
from polymock.world.seed_files import FileRow, is_text_only, read_content, read_rows
from polymock_schemas.calls import Violation
from polymock_schemas.config import WorldConfig

MAX_EXAMPLES = 10_000
_FORM = b"1"
"""Part of every digest: another one plants seeds anew that are the same."""


class Seeds(msgspec.Struct, frozen=True):
    """The entities that one collection begins with: rows by their keys, as a store holds them, in
    their order. `digest` is another one where they come from something else."""

    collection: str
    digest: str
    rows: Mapping[str, bytes]


def read_seeds(config: WorldConfig, folder: Path, model: WorldModel) -> Sequence[Seeds]:
    """What the config's files say, and the contracts' examples where the config asks for them.

    Raises ConfigError, which lists the wrong rows.
    """
    problems = _Problems()
    batches = []
    with collector_paused():
        for name, collection in model.collections.items():
            settings = config.collections.get(name)
            if settings is not None and settings.file is not None:
                path = folder / Path(settings.file).expanduser()
                batches.append(_from_file(path, settings.file, collection, model, problems))
            elif config.seed_from_examples and collection.examples:
                batches.append(_from_examples(collection, model))
        _check_references(batches, model, problems)
        problems.refuse()
        _complete(batches, model)
    return tuple(batch.seeds() for batch in batches)


class _Problems:
    """What is wrong with rows: the first of them are told, and what is wrong with many once."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str], list[str]] = {}

    @property
    def is_full(self) -> bool:
        """Whether there is more than anybody wants to read."""
        return len(self._told) > MAX_NAMED

    def add(self, source: str, place: str, found: Iterable[Violation]) -> None:
        """Note what is wrong with one row."""
        for violation in found:
            if not self.is_full:
                thing = (source, violation.location, violation.message)
                self._told.setdefault(thing, []).append(place)

    def refuse(self) -> None:
        """Raises ConfigError where anything is wrong."""
        if not self._told:
            return
        lines = []
        for (source, location, message), places in list(self._told.items())[:MAX_NAMED]:
            what = f"{location}: " if location else ""
            more = f" (and in {len(places) - 1} more rows)" if len(places) > 1 else ""
            lines.append(f"  {source}, {places[0]}: {what}{message}{more}")
        if self.is_full:
            lines.append("  and more")
        raise ConfigError(
            "\n".join(["The world's seeds are wrong:", *lines]),
            "Nothing of them was loaded: mend the rows.",
        )


class _Batch:
    """The rows of one collection, while they are checked."""

    def __init__(self, collection: Collection, source: str, digest: str) -> None:
        self.collection = collection
        self.source = source
        self.digest = digest
        self.rows: dict[str, bytes] = {}
        self.places: dict[str, str] = {}
        """Where each row stands that refers to another."""
        self.wrong: set[str] = set()
        """The keys of rows that were not kept."""
        self.incomplete: list[str] = []
        """The keys of rows that leave out what some contract always has."""

    def keep(self, key: str, document: dict[str, Any]) -> None:
        """Keep a row that was checked."""
        collection = self.collection
        document[collection.key] = collection.typed_key(key)
        self.rows[key] = encode(Stored(document, born=True))
        if any(document.get(name) is None for name in collection.always):
            self.incomplete.append(key)

    def seeds(self) -> Seeds:
        """The rows as they are planted."""
        return Seeds(self.collection.name, self.digest, self.rows)


def _from_file(
    path: Path, name: str, collection: Collection, model: WorldModel, problems: _Problems
) -> _Batch:
    where = f"world.collections.{collection.name}.file"
    try:
        content = read_content(path)
    except ValueError as error:
        raise ConfigError(f"{where}: {name}: {error}.", "Is the path right?") from error
    digest = blake2b(_FORM + collection.key.encode() + b"\0" + content, digest_size=16).hexdigest()
    batch = _Batch(collection, name, digest)
    fitting = Fitting(collection, model.collections, is_text=is_text_only(name))
    keyless: list[tuple[str, dict[str, Any]]] = []
    try:
        for row in read_rows(content, path.name):
            _take(row, batch, fitting, keyless, problems)
            if problems.is_full:
                break
    except ParseError as error:
        raise ConfigError(f"{where}: {name}: {error.message}.", error.hint) from error
    _number(keyless, batch, problems)
    return batch


def _take(
    row: FileRow,
    batch: _Batch,
    fitting: Fitting,
    keyless: list[tuple[str, dict[str, Any]]],
    problems: _Problems,
) -> None:
    """Check a row by itself, and keep it."""
    if not isinstance(row.value, dict):
        problems.add(batch.source, row.place, [Violation("", "it is no object")])
        return
    found: list[Violation] = []
    key = fitting.key(row.value, found)
    document = fitting.document(row.value, found)
    if row.key is not None:
        if key is None:
            key = row.key
            fitting.check_key(key, found)
        elif key != row.key:
            other = f"{key[:200]!r} is not the key that it stands under, {row.key[:200]!r}"
            found.append(Violation(batch.collection.key, other))
    if key is not None and (key in batch.rows or key in batch.wrong):
        found.append(Violation(batch.collection.key, f"{key[:200]!r} is another row's key too"))
    if found:
        problems.add(batch.source, row.place, found)
        if key is not None:
            batch.wrong.add(key)
    elif key is None:
        keyless.append((row.place, document))
    else:
        _keep(batch, key, document, row.place)


def _keep(batch: _Batch, key: str, document: dict[str, Any], place: str) -> None:
    batch.keep(key, document)
    if batch.collection.references:
        batch.places[key] = place


def _number(
    keyless: Sequence[tuple[str, dict[str, Any]]], batch: _Batch, problems: _Problems
) -> None:
    """Give rows without keys the next ones, where no row has one and keys are counted."""
    collection = batch.collection
    if keyless and not batch.rows and not isinstance(collection.keys, SampledKeys):
        for index, (place, document) in enumerate(keyless):
            _keep(batch, collection.keys.at(index), document, place)
        return
    for place, _ in keyless:
        message = "it is missing, and it tells the entities apart"
        problems.add(batch.source, place, [Violation(collection.key, message)])


def _from_examples(collection: Collection, model: WorldModel) -> _Batch:
    """The entities that stand in contracts; what cannot be one is passed over."""
    batch = _Batch(collection, "examples", "")
    fitting = Fitting(collection, model.collections)
    names = frozenset(collection.names.values())
    documents: dict[str, dict[str, Any]] = {}
    for value in collection.examples[:MAX_EXAMPLES]:
        found: list[Violation] = []
        key = fitting.key(value, found)
        document = fitting.document(value, [])
        if key is None or found:
            continue
        known = {name: held for name, held in document.items() if name in names}
        documents[key] = {**known, **documents.get(key, {})}
    for key, document in documents.items():
        _keep(batch, key, document, "")
    told = msgspec.json.encode(list(documents.items()))
    batch.digest = blake2b(_FORM + b"examples\0" + told, digest_size=16).hexdigest()
    return batch


def _check_references(batches: Sequence[_Batch], model: WorldModel, problems: _Problems) -> None:
    """Every reference leads to a seed; to anything, where the other collection has none and is not
    strict. An example's leads to anything that answers; one that leads nowhere is passed over, and
    then those that lead to it."""
    keys: dict[str, Mapping[str, Any]] = {batch.collection.name: batch.rows for batch in batches}
    closed: dict[str, Mapping[str, Any]] = {}
    for name, collection in model.collections.items():
        if collection.strict:
            closed[name] = keys.setdefault(name, {})
    changed = True
    while changed:
        changed = False
        for batch in batches:
            for key, place in list(batch.places.items()):
                document = decode_value(batch.rows[key]).value
                found = dangling(batch.collection, document, keys if place else closed)
                if found and place:
                    problems.add(batch.source, place, found)
                elif found:
                    del batch.rows[key], batch.places[key]
                    changed = True


def _complete(batches: Sequence[_Batch], model: WorldModel) -> None:
    """Imagine what rows leave out and some contract always has: the same in all of them."""
    first = {batch.collection.name: list(batch.rows)[:CROWD] for batch in batches}
    for batch in batches:
        collection = batch.collection
        for key in batch.incomplete:
            if key not in batch.rows:
                continue
            document = decode_value(batch.rows[key]).value
            imagined = collection.imagine(key)
            for name in collection.always:
                if document.get(name) is not None:
                    continue
                reference = collection.reference(fold(name))
                if reference is None:
                    value = imagined.get(name)
                else:
                    value = _parent(collection, reference, key, model, first)
                if value is not None:
                    document[name] = value
            batch.rows[key] = encode(Stored(document, born=True))


def _parent(
    collection: Collection,
    reference: Reference,
    key: str,
    model: WorldModel,
    first: Mapping[str, Sequence[str]],
) -> Any:
    """Whom an entity refers to of which nobody says it."""
    target = model.collections[reference.collection]
    keys = first.get(target.name)
    if keys is None:
        parent = None if target.strict else parent_of(collection, reference, key, target)
    else:
        parent = (
            keys[derive(collection.seed_of(key), salt(reference.name)) % len(keys)]
            if keys
            else None
        )
    if reference.many:
        return [] if parent is None else [target.typed_key(parent)]
    return None if parent is None else target.typed_key(parent)
