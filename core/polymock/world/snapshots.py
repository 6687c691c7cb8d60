"""Snapshots: what a world was like, by name, to be had again."""

from __future__ import annotations

import re
from time import time

import msgspec

from polymock.errors import WorldError
from polymock.stores import Change, Store
from polymock.world.rows import BASE
from polymock.world.sessions import SYSTEM, Sessions, own_space
from polymock_schemas.world import SnapshotInfo

_SNAPSHOTS = "snapshots"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SnapshotInfo).decode


class Snapshots:
    """The snapshots of a store: one of the base holds all that was written there, one of a session
    what was written in it."""

    def __init__(self, store: Store, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions

    def take(self, name: str, session: str = "") -> SnapshotInfo:
        """Keep what a world is like now; one of the same name is replaced. Raises WorldError."""
        if not _NAME.fullmatch(name):
            raise WorldError(
                f"{name[:100]!r} is no name for a snapshot.",
                "Use letters, digits and `._-`, at most 64, a letter or digit first.",
            )
        space = own_space(session, self._sessions)
        self._store.copy(space, _space(name))
        entities = sum(
            self._store.count(_space(name), each)
            for each in self._store.collections(_space(name))
            if not each.startswith("~")
        )
        info = SnapshotInfo(name, time(), session, entities)
        self._store.apply(SYSTEM, [Change(_SNAPSHOTS, name, _encode(info))])
        return info

    def restore(self, name: str, session: str = "") -> SnapshotInfo:
        """Make a world what it was: the base, or a session of any name from one of a session.

        Raises WorldError.
        """
        info = self.info(name)
        if bool(info.session) != bool(session):
            was = f"the session {info.session}" if info.session else "the base world"
            raise WorldError(
                f"The snapshot {name} is one of {was}.",
                "Name a session to restore it to." if info.session else "Name no session.",
            )
        space = own_space(session, self._sessions) if session else BASE
        self._store.copy(_space(name), space)
        return info

    def all(self) -> tuple[SnapshotInfo, ...]:
        """The snapshots that there are, by name."""
        rows = self._store.scan(SYSTEM, _SNAPSHOTS, limit=10_000, live=True)
        infos = [_decode(row.value) for row in rows if row.value is not None]
        return tuple(sorted(infos, key=lambda info: info.name))

    def info(self, name: str) -> SnapshotInfo:
        """One snapshot. Raises WorldError."""
        row = self._store.get(SYSTEM, _SNAPSHOTS, name)
        if row is None or row.value is None:
            known = ", ".join(info.name for info in self.all()) or "none"
            raise WorldError(
                f"There is no snapshot {name[:100]!r}.", f"There are: {known}.", "unknown"
            )
        return _decode(row.value)

    def drop(self, name: str) -> SnapshotInfo:
        """Forget a snapshot. Raises WorldError."""
        info = self.info(name)
        self._store.drop(_space(name))
        self._store.apply(SYSTEM, [Change(_SNAPSHOTS, name, erase=True)])
        return info


def _space(name: str) -> str:
    return f"@{name}"
