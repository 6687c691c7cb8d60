"""Messages that could not be delivered: a file of JSON lines, so that they survive the server."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from polymock_observers.webhook.messages import Message

FILE = "dead-letters.jsonl"
MAX_BYTES = 64 * 1024 * 1024
WASTE_BYTES = 1024 * 1024
"""So much of the file may be of letters that are gone, or as much as of those that are there."""

log = logging.getLogger("polymock.observers.webhook")
_encode = msgspec.json.Encoder().encode


class Letter(msgspec.Struct, frozen=True, tag_field="kind", tag="letter"):
    """A message with why it was not delivered. `body` is its JSON text."""

    id: str
    ts: int
    type: str
    events: int
    attempts: int
    error: str
    body: str

    @property
    def message(self) -> Message:
        """What is sent when it is tried again."""
        return Message(self.id, self.ts, self.type, self.events, self.body.encode())


class Gone(msgspec.Struct, frozen=True, tag_field="kind", tag="gone"):
    """The letter of this id is one no longer."""

    id: str


class _Place(NamedTuple):
    """When a letter's event happened, and where its line is."""

    ts: int
    start: int
    length: int


_decode = msgspec.json.Decoder(Letter | Gone).decode


class DeadLetters:
    """The newest ones, up to `most` and MAX_BYTES, in a file; may be used from any thread.

    Where it cannot be written they are kept in memory, and `problem` says why.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._path = folder / FILE
        self._most = most
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._places: dict[str, _Place] = {}
        """Of those in the file, by id, the first to come first."""
        self._in_memory: dict[str, Letter] = {}
        self._bytes = self._end = 0
        """Of the letters that are there, and of the file."""
        self.discarded = 0
        """How many were given up as there were too many."""
        self.problem = ""

    def load(self) -> None:
        """Find those that were kept before."""
        with self._lock:
            try:
                if not self._path.exists():
                    return
                if not self._path.is_file():
                    raise OSError(f"{self._path} is no file")
                with self._path.open("rb") as file:
                    self._index(file)
            except OSError as error:
                self.problem = f"dead letters of before cannot be read: {error}"
                return
            self._make_room()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def __len__(self) -> int:
        return len(self._places) + len(self._in_memory)

    def add(self, letter: Letter) -> None:
        """Keep one; the first to come go where there are too many."""
        if self._most == 0:
            self.discarded += 1
            return
        with self._lock:
            self._forget(letter.id)
            try:
                self._append(letter)
                self.problem = ""
            except OSError as error:
                self._in_memory[letter.id] = letter
                self.problem = f"dead letters are kept in memory only: {error}"
            self._make_room()

    def all(self) -> list[Letter]:
        """Those that can be read, by time."""
        with self._lock:
            return sorted(self._read(tuple(self._places)), key=lambda letter: letter.ts)

    def newest(self, limit: int) -> Sequence[Letter]:
        """Some of them, the newest first."""
        with self._lock:
            ids = sorted(self._places, key=lambda id_: self._places[id_].ts, reverse=True)
            found = self._read(ids[:limit])
        return sorted(found, key=lambda letter: letter.ts, reverse=True)[:limit]

    def remove(self, letter: Letter) -> None:
        """Forget one."""
        with self._lock:
            self._forget(letter.id)
            self._make_room()

    def _index(self, file: BinaryIO) -> None:
        self._places, self._bytes, self._end = {}, 0, 0
        for line in file:
            try:
                entry = _decode(line)
            except msgspec.DecodeError:  # the server was killed while it wrote
                log.warning("%s has a line that cannot be read", self._path)
            else:
                self._drop(entry.id)
                if isinstance(entry, Letter):
                    self._places[entry.id] = _Place(entry.ts, self._end, len(line))
                    self._bytes += len(line)
            self._end += len(line)

    def _append(self, entry: Letter | Gone) -> None:
        """Raises OSError; then a later line begins anew."""
        line = _encode(entry) + b"\n"
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _opened(self._path, os.O_APPEND)
            self._end = self._file.seek(0, os.SEEK_END)
            if self._end and not self._path.read_bytes().endswith(b"\n"):
                self._end += self._file.write(b"\n")
        written = self._file.write(line)
        if written != len(line):
            self._end += written
            raise OSError("the disk is full")
        if isinstance(entry, Letter):
            self._places[entry.id] = _Place(entry.ts, self._end, len(line))
            self._bytes += len(line)
        self._end += len(line)

    def _read(self, ids: Sequence[str]) -> Iterator[Letter]:
        """Letters of the file that can be read, and those in memory."""
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(self._path.open("rb")) if ids else None
            for id_ in ids:
                assert file is not None
                place = self._places[id_]
                file.seek(place.start)
                try:
                    entry = _decode(file.read(place.length))
                except msgspec.DecodeError as error:
                    log.warning("the dead letter %s cannot be read: %s", id_, error)
                    continue
                if isinstance(entry, Letter):
                    yield entry
        yield from self._in_memory.values()

    def _forget(self, id_: str) -> None:
        """A letter is one no longer, in the file too."""
        if self._in_memory.pop(id_, None) is not None or not self._drop(id_):
            return
        try:
            self._append(Gone(id_))
        except OSError as error:
            self.problem = f"dead letters cannot be written: {error}"

    def _drop(self, id_: str) -> bool:
        place = self._places.pop(id_, None)
        if place is not None:
            self._bytes -= place.length
        return place is not None

    def _make_room(self) -> None:
        while len(self) > self._most or self._bytes > MAX_BYTES:
            self._forget(next(iter(self._places or self._in_memory)))
            self.discarded += 1
        if self._end - self._bytes > max(WASTE_BYTES, self._bytes):
            try:
                self._compact()
            except OSError as error:
                self.problem = f"dead letters cannot be written anew: {error}"

    def _compact(self) -> None:
        """Write the file anew, without what is gone. Raises OSError; then nothing has changed."""
        fresh = self._path.with_suffix(".new")
        with (
            self._path.open("rb") as old,
            _opened(fresh, os.O_TRUNC) as new,
        ):
            for place in self._places.values():
                old.seek(place.start)
                new.write(old.read(place.length))
        fresh.replace(self._path)
        if self._file is not None:
            self._file.close()
            self._file = None
        with self._path.open("rb") as file:
            self._index(file)


def _opened(path: Path, how: int) -> BinaryIO:
    """A file to write, for this user alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb", buffering=0)
