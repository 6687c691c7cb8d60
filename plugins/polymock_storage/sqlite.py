"""The store `sqlite`: a file that the processes of one machine share.

world: {store: sqlite}                              # goes with the server
world: {store: {type: sqlite, path: world.db}}      # stays
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from time import monotonic, time
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from polymock.interfaces import Plugin
from polymock.stores import Change, Row, StorePlace
from polymock_storage import blocks, sql
from polymock_storage.database import Database
from polymock_storage.recent import UNKNOWN, RecentRows
from polymock_storage.revisions import Revisions
from polymock_storage.row_writer import RowWriter
from polymock_storage.single_row import SingleRowWriter

FILE = "world.db"
"""The file in the scratch folder, where the settings name none."""

LOOK_SECONDS = 0.05
"""How often SQLite itself is asked whether others have written."""
Window = tuple[int, int, float, int, int]
"""Which rows to read: `after`, `live`, the time, `limit` and `skip`."""


class SqliteSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where the file is: in the config's folder, or wherever an absolute path says."""

    path: Annotated[
        str,
        Meta(
            pattern=r"^[^\x00]*\Z", description="The file; one that goes with the server if empty"
        ),
    ] = ""


class SqliteStorage:
    """Opens the file that the settings name, or one that goes with the server."""

    shared = True

    def __init__(self, settings: SqliteSettings) -> None:
        self._path = settings.path

    def open(self, place: StorePlace) -> SqliteStore:
        """Open the file, and make it where it is not there. Raises StoreError."""
        if self._path:
            return SqliteStore(Database((place.folder / self._path).absolute()))
        file = (place.scratch / FILE).absolute()
        return SqliteStore(Database(file, stays=False, alone=place.alone))


class SqliteStore:
    """A `polymock.stores.Store` over one connection to the file."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._read = database.read
        self._execute = database.execute
        revisions = Revisions(database)
        self._rows = RowWriter(database, revisions)
        self._single = SingleRowWriter(database, revisions)
        self._recent = RecentRows(database)
        self._next_look = 0.0
        self._looked = 0

    def version(self) -> Hashable:
        """Another value after each write of anybody: the bell's sound.

        Whoever ends between writing and ringing is noticed soon, by SQLite's own word.
        """
        return self.database.bell.sound(), self.database.writes, self._look()

    def get(self, space: str, collection: str, key: str) -> Row | None:
        """The row of a key."""
        place = (space, collection, key)
        if not self.database.transaction.is_open:
            known = self._recent.find(place, self._look())
            if known is not UNKNOWN:
                return known
        found = self._read(sql.GET, place)
        row = None
        if found:
            value, revision, position, expires = found[0]
            if expires is not None and expires <= time():
                return None
            row = Row(collection, key, value, revision, position, expires)
        if not self.database.transaction.is_open:
            self._recent.keep(place, row)
        return row

    def many(self, space: str, collection: str, keys: Sequence[str]) -> dict[str, Row]:
        """The rows of those keys that have one, all as of one moment."""
        found = self._read(
            sql.MANY, (space, collection, msgspec.json.encode(keys).decode(), time())
        )
        return {fields[0]: Row(collection, *fields) for fields in found}

    def scan(
        self,
        space: str,
        collection: str,
        *,
        after: int = -1,
        skip: int = 0,
        limit: int = 100,
        live: bool = False,
        link: tuple[str, str] | None = None,
    ) -> list[Row]:
        """Rows in the order of their positions."""
        window = (after, int(live), time(), limit, skip)
        if link is None and skip >= blocks.FAR:
            found = self._far(space, collection, window)
        elif link is None:
            found = self._read(sql.SCAN, (space, collection, *window))
        else:
            found = self._read(sql.SCAN_LINK, (space, collection, *link, *window))
        return [Row(collection, *fields) for fields in found]

    def count(self, space: str, collection: str) -> int:
        """How many rows of a collection are no tombstones."""
        found = self._read(sql.COUNT, (time(), space, collection))
        return int(found[0][0]) if found else 0

    def collections(self, space: str) -> list[str]:
        """The names of the collections that have rows, sorted."""
        return [name for (name,) in self._read(sql.COLLECTIONS, (space, time()))]

    def spaces(self, prefix: str = "") -> list[str]:
        """The names of the spaces that begin so and have rows, sorted."""
        return [name for (name,) in self._read(sql.SPACES, (prefix, time()))]

    def apply(self, space: str, changes: Sequence[Change]) -> list[Row]:
        """Write a batch, all of it or nothing. Raises Conflict, Unavailable."""
        if not changes:
            return []
        if len(changes) == 1:
            row = self._single.write(space, changes[0])
            if row is not None:
                self._wrote(space, row)
                return [row]
        for change in changes:
            self._recent.forget((space, change.collection, change.key))
        now = time()
        with self.database.transaction:
            rows = self._rows.write(space, changes, now)
        if len(changes) == 1:
            self._single.learn(space, changes[0], rows[0])
        return rows

    def together(self) -> AbstractContextManager[None]:
        """What is read and written in it is one transaction. Where nobody else can write, the
        one batch in it is enough of one."""
        if self.database.alone:
            return nullcontext()
        self._next_look = 0.0
        return self.database.transaction

    def take(self, space: str, name: str, least: int = 1) -> int:
        """The next number of a sequence."""
        ((number,),) = self.database.once(sql.TAKE, (space, name, least))
        return int(number)

    def copy(self, source: str, target: str) -> None:
        """Make a space the same as another."""
        if source == target:
            return
        self._recent.forget_all()
        with self.database.transaction:
            self._drop(target)
            for statement in sql.COPY:
                self._execute(statement, {"source": source, "target": target})

    def drop(self, space: str) -> None:
        """Take a space away, with all that is in it."""
        self._recent.forget_all()
        with self.database.transaction:
            self._drop(space)

    def sweep(self) -> int:
        """Take away the rows whose time is over; how many they were."""
        now = time()
        if not self._read(sql.EXPIRED, (now,)):
            return 0
        with self.database.transaction:
            expired = self._rows.expire(now)
            self._execute(sql.ERASE_EMPTY_COLLECTIONS)
        return expired

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def _wrote(self, space: str, row: Row) -> None:
        """Know a row that was written, once it cannot be undone any more."""
        place = (space, row.collection, row.key)
        if self.database.transaction.is_open:
            self._recent.forget(place)
        else:
            self._recent.keep(place, row)

    def _look(self) -> int:
        """Another number after others have written, asked for not long ago."""
        now = monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._looked = self._read(sql.DATA_VERSION)[0][0]
        return self._looked

    def _far(self, space: str, collection: str, window: Window) -> list[Any]:
        """The fields of a page that stands behind many rows, found by the counts of blocks.

        Rows that expire are in no count: a collection that has some is walked row by row.
        """
        after, live, now, limit, skip = window
        with self.database.snapshot:
            places = self._read(sql.COLLECTION, (now, space, collection))
            if not places:
                return []
            number, has_expiring = places[0]
            if not has_expiring:
                start = blocks.nearer(self._read, number, after, skip, live=bool(live))
                if start is None:
                    return []
                after, skip = start
            return self._read(sql.SCAN, (space, collection, after, live, now, limit, skip))

    def _drop(self, space: str) -> None:
        for statement in sql.DROP:
            self._execute(statement, (space,))


plugin = Plugin(config=SqliteSettings, build=SqliteStorage)
