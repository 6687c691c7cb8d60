"""The world of a test's mocks, steered from the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from polymock.commands import entities, sessions, world
from polymock.commands.context import Context
from polymock.snapshot import Snapshot
from polymock_schemas.commands import Nothing
from polymock_schemas.world import (
    BindingsQuery,
    ClockChange,
    ClockInfo,
    CollectionInfo,
    EntityInfo,
    EntityKey,
    EntityPage,
    EntityQuery,
    EntityValue,
    NewSession,
    OfSession,
    ResetInfo,
    SessionInfo,
    SessionName,
    SnapshotInfo,
    SnapshotName,
    WorldBindings,
)

Params = TypeVar("Params")
Told = TypeVar("Told")


class Runner:
    """Carries out commands on a snapshot where its calls are answered, by `run`."""

    def __init__(self, snapshot: Snapshot, run: Callable[[Callable[[], Any]], Any]) -> None:
        self._context = Context(snapshot=snapshot, actor="test")
        self._run = run

    def __call__(self, command: Callable[[Context, Params], Told], params: Params) -> Told:
        """The command's result, or what it raises."""
        told: Told = self._run(lambda: command(self._context, params))
        return told


class MockWorld:
    """What all mocks share. `session` names whose world is meant; by default the base.

    Raises WorldError where something is named that is not there, and what a call would be refused
    with (NotFound, Invalid, Aborted), as `polymock.errors` has them.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.clock = MockClock(runner)
        self.sessions = MockSessions(runner)

    def bindings(self, *, everything: bool = False) -> WorldBindings:
        """What was inferred; with `everything` also operations that are bound to nothing."""
        return self._runner(world.bound, BindingsQuery(everything))

    def collections(self, *, session: str = "") -> tuple[CollectionInfo, ...]:
        """The collections, with how many entities were written in each."""
        return self._runner(world.collections, OfSession(session))

    def list(
        self,
        collection: str,
        *,
        where: Mapping[str, object] | Sequence[str] = (),
        sort: str = "",
        text: str = "",
        limit: int = 25,
        offset: int = 0,
        session: str = "",
    ) -> EntityPage:
        """Entities of a collection; `where` are values of properties, or texts such as
        `status=paid`."""
        if isinstance(where, Mapping):
            where = [f"{name}={value}" for name, value in where.items()]
        query = EntityQuery(collection, tuple(where), sort, text, limit, offset, session)
        return self._runner(entities.list_, query)

    def get(self, collection: str, key: str | int, *, session: str = "") -> EntityInfo:
        """One entity, whether somebody wrote it or not."""
        return self._runner(entities.get, EntityKey(collection, str(key), session))

    def put(
        self, collection: str, key: str | int, value: Mapping[str, Any], *, session: str = ""
    ) -> EntityInfo:
        """Make an entity what the value says, or make it."""
        params = EntityValue(collection, str(key), dict(value), session)
        return self._runner(entities.put, params)

    def delete(self, collection: str, key: str | int, *, session: str = "") -> EntityInfo:
        """Delete an entity, and do to those who refer to it what their references say."""
        return self._runner(entities.delete, EntityKey(collection, str(key), session))

    def reset(self, *, session: str = "") -> ResetInfo:
        """Make the base what it was in the beginning, or a session as the base is."""
        return self._runner(world.reset, OfSession(session))

    def snapshot(self, name: str, *, session: str = "") -> SnapshotInfo:
        """Keep what the world is like now."""
        return self._runner(world.take_snapshot, SnapshotName(name, session))

    def restore(self, name: str, *, session: str = "") -> SnapshotInfo:
        """Make the world what it was when a snapshot was taken."""
        return self._runner(world.restore_snapshot, SnapshotName(name, session))

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """The snapshots that there are."""
        return self._runner(world.list_snapshots, Nothing())

    def forget(self, name: str) -> SnapshotInfo:
        """Drop a snapshot."""
        return self._runner(world.forget_snapshot, SnapshotName(name))


class MockClock:
    """The clock by which created and updated entities get their times."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def now(self, *, session: str = "") -> ClockInfo:
        """What it says."""
        return self._runner(world.show_clock, OfSession(session))

    def freeze(self, at: datetime | str | None = None, *, session: str = "") -> ClockInfo:
        """Stop it, now or at an instant (text as RFC 3339 has it)."""
        return self._change(ClockChange(freeze=True, now=_instant(at), session=session))

    def set(self, to: datetime | str, *, session: str = "") -> ClockInfo:
        """Put it to an instant; it goes on from there, unless it is frozen."""
        return self._change(ClockChange(now=_instant(to), session=session))

    def move(self, by: float | timedelta, *, session: str = "") -> ClockInfo:
        """Move it by a time, or by seconds; negative ones go back."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return self._change(ClockChange(move=seconds, session=session))

    def reset(self, *, session: str = "") -> ClockInfo:
        """Let it run with the machine's again."""
        return self._change(ClockChange(reset=True, session=session))

    def _change(self, params: ClockChange) -> ClockInfo:
        return self._runner(world.change_clock, params)


class MockSessions:
    """Worlds of their own: calls name one by `X-Polymock-Session`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def create(self, name: str = "", *, ttl: float | None = None) -> SessionInfo:
        """Begin one; it lives `ttl` seconds unused."""
        return self._runner(sessions.create, NewSession(name, ttl))

    def list(self) -> tuple[SessionInfo, ...]:
        """Those that there are."""
        return self._runner(sessions.list_, Nothing())

    def reset(self, name: str) -> SessionInfo:
        """Forget what was written in one; it goes on."""
        return self._runner(sessions.reset, SessionName(name))

    def drop(self, name: str) -> SessionInfo:
        """End one."""
        return self._runner(sessions.drop, SessionName(name))


def _instant(given: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(given) if isinstance(given, str) else given
