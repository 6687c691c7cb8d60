"""The world of one config: its model over a store, and the views that calls get of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

import msgspec

from polymock.stores import Change, Store
from polymock.world.clock import RUNNING, ClockSetting, instant_text
from polymock.world.model import Domain, WorldModel
from polymock.world.rows import BASE, Memory
from polymock.world.seeds import Seeds
from polymock.world.sessions import CLOCKS, SYSTEM, Sessions, own_space
from polymock.world.snapshots import Snapshots
from polymock.world.writing import Changed, Writer
from polymock_schemas.world import ClockInfo

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ClockSetting).decode


class World:
    """One world behind all mocks of a snapshot. `ttl` is how long an unused session lives.

    `read_seeds` gives what it begins with, as it is now. Raises ConfigError.
    """

    def __init__(
        self,
        model: WorldModel,
        store: Store,
        ttl: float,
        read_seeds: Callable[[], Sequence[Seeds]] = tuple,
    ) -> None:
        self.model = model
        self.read_seeds = read_seeds
        self.ttl = ttl
        self.store = store
        self.sessions = Sessions(store, ttl)
        self.snapshots = Snapshots(store, self.sessions)
        self._memory = Memory(store)
        self.changed: Changed | None = None
        """Who is told of every write, see `tell`."""

    def view(self, domain: Domain, session: str = "") -> Writer:
        """The world as a session sees it ("" for nobody's), for one call of a mock.

        Raises Invalid where the session's name is none.
        """
        space = self.sessions.space(session) if session else BASE
        return self._writer(domain, space)

    def overview(self, session: str = "") -> Writer:
        """The world for a command; the session must be there already. Raises WorldError."""
        return self._writer(Domain("", {}, {}), own_space(session, self.sessions))

    def stamp(self, session: str = "") -> Hashable:
        """Another value after anything that a session could see was changed."""
        if not session:
            return self.store.version()
        space = self.sessions.space(session)
        return space, self.store.version()

    def clock(self, session: str = "") -> ClockInfo:
        """What a clock says. Raises WorldError."""
        setting = self._clock(own_space(session, self.sessions))
        now = instant_text(setting.now())
        return ClockInfo(now, setting.frozen is not None, setting.offset, session)

    def change_clock(
        self, change: Callable[[ClockSetting], ClockSetting], session: str = ""
    ) -> ClockInfo:
        """Do something to the clock of the base, or of a session. Raises WorldError."""
        space = own_space(session, self.sessions)
        setting = change(self._clock(space))
        self.store.apply(SYSTEM, [Change(CLOCKS, space, _encode(setting))])
        return self.clock(session)

    def now(self) -> datetime:
        """The time by the clock of the base."""
        return self._clock(BASE).now()

    def tell(self, action: str, session: str = "") -> None:
        """Say that the base, or a session's world, was changed as a whole: `reset`, `restored`."""
        if self.changed is not None:
            self.changed(action, "", "", f"~{session}~" if session else BASE, "", 0)

    def _writer(self, domain: Domain, space: str) -> Writer:
        writer = Writer(
            self.model, domain, self.store, space, self._memory, lambda: self._clock(space)
        )
        if self.changed is not None:
            writer.changed = self.changed
        return writer

    def _clock(self, space: str) -> ClockSetting:
        """The clock of a space; a session's is the base's until something is done to it."""
        for each in (space, BASE):
            row = self.store.get(SYSTEM, CLOCKS, each)
            if row is not None and row.value is not None:
                return _decode(row.value)
        return RUNNING
