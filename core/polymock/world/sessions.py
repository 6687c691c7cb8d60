"""Sessions: worlds of their own, each the base with what was written in it, until they end."""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable
from time import time

import msgspec

from polymock.errors import Aborted, Invalid, WorldError
from polymock.stores import Change, Conflict, Row, Store
from polymock.world.rows import BASE
from polymock_schemas.calls import Violation
from polymock_schemas.world import SessionInfo

HEADER = b"x-polymock-session"
"""The header field, and the gRPC metadata key, that names a session."""
SYSTEM = "system"
"""The space of what is no world: which sessions, clocks and snapshots there are."""
SESSIONS = "sessions"
CLOCKS = "clocks"
MAX_TTL = 30 * 86400.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST_SWEPT = 100
MAX_CLOCKS = 10_000
_TOUCHES = 10
"""Of its time to live, a session's end is put off as soon as such a part is over."""


class Known(msgspec.Struct, frozen=True, array_like=True):
    """A session as its row holds it: where its rows are, when it began, and how long it lives."""

    space: str
    created: float
    ttl: float


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Known).decode


class _Seen(msgspec.Struct):
    """What this process knows of a session: as of a version of the store, until `touch`."""

    space: str
    version: Hashable
    touch: float


class Sessions:
    """The sessions of a store. `ttl` is how many seconds one lives that nobody uses."""

    def __init__(self, store: Store, ttl: float) -> None:
        self._store = store
        self._ttl = ttl
        self._seen: dict[str, _Seen] = {}

    def space(self, name: str) -> str:
        """The space of a session, which is made where there is none, and lives on.

        Raises Invalid where it is no name.
        """
        now, version = time(), self._store.version()
        seen = self._seen.get(name)
        if seen is not None and seen.version == version and now < seen.touch:
            return seen.space
        if not _NAME.fullmatch(name):
            message = (
                "a session's name has letters, digits and `._-`, at most 64, "
                "and begins with a letter or a digit"
            )
            raise Invalid(f"{message}.", [Violation("header.X-Polymock-Session", message)])
        row = self._store.get(SYSTEM, SESSIONS, name)
        if row is None or row.value is None or row.expires is None:
            known = self._made(name, self._ttl)
            touch = now + known.ttl / _TOUCHES
        else:
            known = _decode(row.value)
            touch = row.expires - known.ttl + known.ttl / _TOUCHES
            if now >= touch:
                self._put_off(name, row, known, now)
                touch = now + known.ttl / _TOUCHES
        if len(self._seen) >= 10_000:
            self._seen.clear()
        self._seen[name] = _Seen(known.space, self._store.version(), touch)
        return known.space

    def find(self, name: str) -> str | None:
        """The space of a session that is there already."""
        row = self._store.get(SYSTEM, SESSIONS, name)
        return None if row is None or row.value is None else _decode(row.value).space

    def create(self, name: str = "", ttl: float | None = None) -> SessionInfo:
        """Begin a session, of a name of its own if none is given. Raises WorldError."""
        name = name or f"s-{secrets.token_hex(6)}"
        if not _NAME.fullmatch(name):
            raise WorldError(
                f"{name[:100]!r} is no name for a session.",
                "Use letters, digits and `._-`, at most 64, a letter or digit first.",
            )
        if ttl is not None and not 1 <= ttl <= MAX_TTL:
            raise WorldError("A session lives 1 second to 30 days.", "Give another time to live.")
        if self.find(name) is not None:
            raise WorldError(
                f"There is a session {name} already.", "Reset it, or drop it.", kind="taken"
            )
        self._made(name, self._ttl if ttl is None else ttl)
        return self.info(name)

    def all(self) -> tuple[SessionInfo, ...]:
        """The sessions that there are, by name."""
        infos = []
        after, skip = -1, 0
        while rows := self._store.scan(
            SYSTEM, SESSIONS, after=after, skip=skip, limit=500, live=True
        ):
            infos += [self._info(row) for row in rows]
            skip += len(rows)
        return tuple(sorted(infos, key=lambda info: info.name))

    def info(self, name: str) -> SessionInfo:
        """One session. Raises WorldError."""
        row = self._store.get(SYSTEM, SESSIONS, name)
        if row is None:
            raise _unknown(name)
        return self._info(row)

    def reset(self, name: str) -> SessionInfo:
        """Forget what was written in a session; it goes on. Raises WorldError."""
        row = self._store.get(SYSTEM, SESSIONS, name)
        if row is None or row.value is None:
            raise _unknown(name)
        known = _decode(row.value)
        self._write(name, _new(name, known.ttl, known.created), row.revision)
        self._leave(known.space)
        return self.info(name)

    def drop(self, name: str) -> SessionInfo:
        """End a session; what was written in it is gone. Raises WorldError."""
        info, space = self.info(name), self.find(name)
        self._store.apply(SYSTEM, [Change(SESSIONS, name, erase=True)])
        if space is not None:
            self._leave(space)
        return info

    def sweep(self, most: int = MOST_SWEPT) -> int:
        """Take away what sessions left behind that have ended, `most` at a time; how many they
        were."""
        self._store.sweep()
        spaces = [*self._store.spaces("~"), *self._clocked()]
        rows = self._store.many(SYSTEM, SESSIONS, [space.split("~")[1] for space in spaces])
        living = {_decode(row.value).space for row in rows.values() if row.value is not None}
        left = list(dict.fromkeys(space for space in spaces if space not in living))[:most]
        for space in left:
            self._leave(space)
        return len(left)

    def _leave(self, space: str) -> None:
        """Take away the world of a session that has ended, with its clock."""
        self._store.apply(SYSTEM, [Change(CLOCKS, space, erase=True)])
        self._store.drop(space)

    def _clocked(self) -> list[str]:
        """The spaces of sessions whose clocks were changed."""
        rows = self._store.scan(SYSTEM, CLOCKS, limit=MAX_CLOCKS)
        return [row.key for row in rows if row.key.startswith("~")]

    def _made(self, name: str, ttl: float) -> Known:
        known = _new(name, ttl, time())
        try:
            self._write(name, known, 0)
        except Conflict as conflict:
            if conflict.row is None or conflict.row.value is None:
                raise Aborted(f"The session {name} ended while it began: try again.") from None
            return _decode(conflict.row.value)
        return known

    def _write(self, name: str, known: Known, expected: int) -> None:
        change = Change(
            SESSIONS, name, _encode(known), expected=expected, expires=time() + known.ttl
        )
        self._store.apply(SYSTEM, [change])

    def _put_off(self, name: str, row: Row, known: Known, now: float) -> None:
        """Let it live on; where another process did so meanwhile, that will do."""
        change = Change(SESSIONS, name, row.value, expected=row.revision, expires=now + known.ttl)
        try:
            self._store.apply(SYSTEM, [change])
        except Conflict:
            return

    def _info(self, row: Row) -> SessionInfo:
        assert row.value is not None
        known = _decode(row.value)
        counts = {
            collection: len(self._store.scan(known.space, collection, limit=10_000))
            for collection in self._store.collections(known.space)
            if not collection.startswith("~")
        }
        return SessionInfo(
            row.key, known.created, row.expires or 0.0, known.ttl, sum(counts.values())
        )


def _new(name: str, ttl: float, created: float) -> Known:
    """A session with a space that none had before it."""
    return Known(f"~{name}~{secrets.token_hex(6)}", created, ttl)


def _unknown(name: str) -> WorldError:
    return WorldError(
        f"There is no session {name[:100]!r}.", "Create it, or list those there are.", "unknown"
    )


def own_space(name: str, sessions: Sessions) -> str:
    """The space of a session by name; of "" the base. Raises WorldError where there is none."""
    if not name:
        return BASE
    space = sessions.find(name)
    if space is None:
        raise _unknown(name)
    return space
