"""What workers said that contracts consist of, written to the table `contract_parts`."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import duckdb
import msgspec

from polymock.interfaces import Part
from polymock.journal.frames import Parts


class PartsTable:
    """What workers said that contracts consist of, and the table that says so.

    Kept, compressed, as long as the server runs: the journal may be begun anew.
    """

    def __init__(self) -> None:
        self._coming: dict[tuple[int, str], dict[int, tuple[Part, ...]]] = {}
        self._known: dict[str, bytes] = {}
        self._unwritten: set[str] = set()
        self.is_complete = False
        """Whether those of all mocks that are served now are known."""

    def hear(self, run: int, frame: Parts) -> None:
        """Take notice of a frame of the worker of this run; the same one twice does no harm."""
        key = (run, frame.mock)
        if frame.number == 0:
            self._coming[key] = {}
        coming = self._coming.setdefault(key, {})
        coming[frame.number] = frame.parts
        if frame.is_last and len(coming) == frame.number + 1:
            parts = [part for number in sorted(coming) for part in coming[number]]
            told = zlib.compress(msgspec.msgpack.encode(parts), 1)
            if self._known.get(frame.mock) != told:
                self._known[frame.mock] = told
                self._unwritten.add(frame.mock)
            del self._coming[key]
        if frame.is_all:
            self.is_complete = True

    def serve(self, mocks: Iterable[str]) -> None:
        """These mocks are served from now on; the parts of all of them come again."""
        names = set(mocks)
        self._known = {name: told for name, told in self._known.items() if name in names}
        self._unwritten &= names
        self.is_complete = False

    def renew(self) -> None:
        """The table is a new one."""
        self._unwritten = set(self._known)

    def write(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Write what is new, within the transaction that is open. Raises duckdb.Error."""
        for mock in self._unwritten:
            cursor.execute("DELETE FROM contract_parts WHERE mock = ?", [mock])
            with cursor.appender("contract_parts") as appender:
                appender.append_rows(
                    (mock, p.operation, p.kind, p.place, p.name, p.type, p.required, [*p.aliases])
                    for p in self._decoded(mock)
                )

    def wrote(self) -> None:
        """It is committed."""
        self._unwritten = set()

    def _decoded(self, mock: str) -> list[Part]:
        return msgspec.msgpack.decode(zlib.decompress(self._known[mock]), type=list[Part])
