"""One document and everything that it refers to, read at once and opened lazily."""

from __future__ import annotations

import os.path
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from polymock.documents.local import NO_SUCH_FILE, allowed_folders, read_file
from polymock.documents.parsing import repeated_keys, to_json
from polymock.documents.places import Place, escape, is_url, target, tokens
from polymock.documents.remote import Rules, fetch
from polymock.documents.tree import has, open_json, plain, step
from polymock.documents.yaml import ParseError
from polymock.errors import SpecError
from polymock_schemas.commands import Fault

OUTWARD = re.compile(rb'"\$ref"\s*:\s*("(?:[^"#\\]|\\.)(?:[^"\\]|\\.)*")')
"""A reference, in JSON, that does not start with `#`."""
NAMED = re.compile(rb'"\$(?:id|anchor|dynamicAnchor)"\s*:')
MAX_NAMED_NODES = 1_000_000
"""Nodes searched for `$id` and `$anchor` in one file."""


class Limits(msgspec.Struct, frozen=True):
    """What one contract may read: bytes a file and in all, files, seconds and hops on the net."""

    file_bytes: int = 32 * 1024 * 1024
    total_bytes: int = 64 * 1024 * 1024
    files: int = 1000
    seconds: float = 30.0
    redirects: int = 5


class Documents:
    """A root document and all files and URLs that it refers to, directly or not.

    Everything is read when this is made; later look-ups do no I/O. Files that references name and
    that cannot be read are errors only where such a reference is followed.

    Raises SpecError where the root document cannot be read.
    """

    def __init__(
        self, location: str, *, allow_private: bool = False, limits: Limits | None = None
    ) -> None:
        self._location = location
        self._limits = limits or Limits()
        self._allow_private = allow_private
        self._deadline = time.monotonic() + self._limits.seconds
        file = target(location, Place(""))[0] if is_url(location) else _absolute(location)
        self._allowed = () if is_url(location) else allowed_folders(file)
        self._total = 0
        self._contents: dict[str, bytes] = {}
        self._opened: dict[str, Any] = {}
        self._named: dict[str, dict[str, str]] = {}
        self._moved: dict[str, str] = {}
        self._failed: dict[str, str] = {}
        self.place = Place(file)
        self.files: list[str] = []
        """Local paths that were read, or would be if there were such files; the root's first."""
        self.faults: list[Fault] = []
        """Oddities of the files as such (several YAML documents in one)."""
        self._read_root()
        self._read_rest()

    @property
    def root(self) -> Any:
        """The root document: a mapping whose members are decoded on look-up, if it is large."""
        return self._open(self.place.file)

    def resolve(self, reference: str, base: Place) -> tuple[Any, Place]:
        """The node that a reference names, decoded, and the place where it stands.

        `base` is where the reference stands. Raises SpecError.
        """
        place = self.locate(reference, base)
        try:
            return self.at(place), place
        except KeyError:
            raise self.error(base, f"`$ref: {reference}` leads to nothing") from None

    def exists(self, reference: str, base: Place) -> bool:
        """Whether a reference leads to a node."""
        try:
            place = self.locate(reference, base)
            node = self._open(place.file)
            keys = tokens(place.pointer)
            for token in keys[:-1]:
                node = step(node, token)
            return not keys or has(node, keys[-1])
        except (SpecError, KeyError):
            return False

    def at(self, place: Place) -> Any:
        """The node at a place, as plain Python values. Raises KeyError, SpecError."""
        node = self._open(place.file)
        for token in tokens(place.pointer):
            node = step(node, token)
        return plain(node)

    def locate(self, reference: str, base: Place) -> Place:
        """The place that a reference names, whether or not something stands there.

        Pointers are decoded (`%7B`, `~1`), `$anchor` and `$id` looked up. Raises SpecError.
        """
        try:
            file, fragment = target(reference, base)
        except ValueError as error:
            raise self.error(base, f"`$ref: {reference[:200]}` is refused: {error}") from None
        if file != base.file and file not in self._contents:
            embedded = self._embedded(reference, base.file)
            if embedded is not None:
                return Place(base.file, embedded)
            file = self._moved.get(file, file)
            if file not in self._contents:
                reason = self._failed.get(file, "it was not read when the document was loaded")
                raise self.error(base, f"`$ref: {reference[:200]}` cannot be followed: {reason}")
        if fragment and not fragment.startswith("/"):
            pointer = self._names(file).get(f"#{unquote(fragment)}")
            if pointer is None:
                raise self.error(base, f"`$ref: {reference[:200]}` names an unknown anchor")
            return Place(file, pointer)
        return Place(file, unquote(fragment))

    def check_keys(self) -> None:
        """Note keys that stand twice in one object of a JSON file, where the last one counts.

        Slow: every file is parsed again. In YAML such keys are errors already.
        """
        for file, content in self._contents.items():
            for key in repeated_keys(content):
                message = f"the key `{key[:200]}` stands twice in one object; the last one counts"
                fault = Fault("warning", self.shown(file), "", message)
                if fault not in self.faults:
                    self.faults.append(fault)

    def error(self, place: Place, message: str, hint: str = "") -> SpecError:
        """The error that says what is wrong at a place."""
        file = self.shown(place.file)
        where = f"{file}#{place.pointer}" if place.pointer else file
        fault = Fault("error", file, place.pointer, message, hint)
        return SpecError(f"{where}: {message}", [fault], hint)

    def shown(self, file: str) -> str:
        """A file's name as the user would write it: relative, where the root was named so."""
        if file == self.place.file:
            return self._location
        if is_url(file) or is_url(self._location) or Path(self._location).is_absolute():
            return file
        return os.path.relpath(file)

    def _read_root(self) -> None:
        try:
            self._read(self.place.file, is_root=True)
        except ParseError as error:
            failure = self.error(self.place, error.message, error.hint)
            fault = Fault("error", self._location, error.where, error.message, error.hint)
            raise SpecError(failure.message, [fault], error.hint) from None
        except ValueError as error:
            raise self.error(self.place, str(error), "check the path or URL") from None
        self.place = Place(self._moved.get(self.place.file, self.place.file))

    def _read_rest(self) -> None:
        waiting = [self.place.file]
        for base in waiting:
            for reference in _outward(self._contents[base]):
                try:
                    file, _ = target(reference, Place(base))
                except ValueError:
                    continue
                if file in self._contents or file in self._failed or file in self._moved:
                    continue
                try:
                    self._read(file)
                except ValueError as error:
                    self._failed[file] = str(error)
                    if self._failed[file] == NO_SUCH_FILE:
                        self.files.append(file)
                else:
                    waiting.append(self._moved.get(file, file))

    def _read(self, file: str, *, is_root: bool = False) -> None:
        limit = min(self._limits.file_bytes, self._limits.total_bytes - self._total)
        if max(len(self._contents), len(self.files)) >= self._limits.files or limit <= 0:
            raise ValueError(
                f"the document refers to more than {self._limits.files} files"
                f" or {self._limits.total_bytes} bytes"
            )
        if is_url(file):
            remaining = self._deadline - time.monotonic()
            if remaining <= 0:
                raise ValueError(f"its URLs took longer than {self._limits.seconds:g} seconds")
            rules = Rules(limit, remaining, self._limits.redirects, self._allow_private)
            final, content = fetch(file, rules)
            if final != file:
                self._moved[file] = final
        else:
            final = file
            content = read_file(file, None if is_root else self._allowed, limit)
            self.files.append(file)
        parsed = to_json(content, final, self._limits.total_bytes)
        self._total += len(parsed.content)
        self._contents[final] = parsed.content
        shown = self.shown(final)
        self.faults.extend(Fault("warning", shown, "", text) for text in parsed.warnings)

    def _open(self, file: str) -> Any:
        if file not in self._opened:
            place = Place(file)
            self._opened[file] = open_json(
                self._contents[file],
                "",
                lambda pointer, reason: self.error(place._replace(pointer=pointer), reason),
            )
        return self._opened[file]

    def _embedded(self, reference: str, file: str) -> str | None:
        """The pointer of the schema whose `$id` a reference names, in the same file."""
        name, _, fragment = reference.partition("#")
        pointer = self._names(file).get(name)
        if pointer is None or (fragment and not fragment.startswith("/")):
            return None
        return pointer + unquote(fragment)

    def _names(self, file: str) -> dict[str, str]:
        """Pointers by `$id` and by `#` with an `$anchor`; computed on first use."""
        if file not in self._named:
            found: dict[str, str] = {}
            if NAMED.search(self._contents[file]):
                found = _named_nodes(plain(self._open(file)))
            self._named[file] = found
        return self._named[file]


def _absolute(path: str) -> str:
    """The path from the root down; symbolic links stay, as references are relative to them."""
    if "\0" in path:
        raise SpecError("a path cannot hold a NUL character")
    return os.path.normpath(Path.cwd() / path)


def _outward(content: bytes) -> list[str]:
    """The references of a JSON document that name another file, each once, in order."""
    found: dict[str, None] = {}
    for match in OUTWARD.finditer(content):
        try:
            found.setdefault(msgspec.json.decode(match[1], type=str))
        except ValueError:  # decoded again, and refused, where it is used
            continue
    return list(found)


def _named_nodes(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting: list[tuple[Any, str]] = [(root, "")]
    for _ in range(MAX_NAMED_NODES):
        if not waiting:
            break
        node, pointer = waiting.pop()
        if isinstance(node, dict):
            for keyword, prefix in (("$id", ""), ("$anchor", "#"), ("$dynamicAnchor", "#")):
                name = node.get(keyword)
                if isinstance(name, str):
                    found.setdefault(prefix + name, pointer)
            waiting.extend((v, f"{pointer}/{escape(k)}") for k, v in node.items())
        elif isinstance(node, list):
            waiting.extend((item, f"{pointer}/{i}") for i, item in enumerate(node))
    return found
