"""Noticing that files changed, however an editor, a tool or a mount changes them.

Files are looked at again and again: that sees renames over a file, symbolic links that lead
elsewhere, folders that were removed and made again, and mounts that send no notifications.
"""

from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator, Callable, Iterable, Set
from pathlib import Path
from time import time_ns
from typing import NamedTuple

LOOK_SECONDS = 0.25
TICK_NS = 10_000_000
"""The times of files come from a clock that ticks so seldom at most, and is behind by as much."""
SETTLE_SECONDS = 0.1
"""Files that change again within this time are still being written."""
DOCUMENTS = frozenset(
    {".yaml", ".yml", ".json", ".toml", ".graphql", ".graphqls", ".gql", ".sdl", ".proto"}
)
"""Suffixes of documents, beside those of the files that are watched themselves."""


class FileLook(NamedTuple):
    """What a file looked like; `changed` is in nanoseconds since 1970."""

    device: int
    inode: int
    size: int
    changed: int


Look = dict[str, FileLook | tuple[str, ...] | None]
"""What each path looked like: a file, the names in a folder, or None where there was nothing."""


async def changes(
    paths: Callable[[], Iterable[str]], stopping: asyncio.Event, known: Look | None = None
) -> AsyncIterator[None]:
    """Yield whenever something at the paths is not what it was, until `stopping` is set.

    `known` is what it was (default: what it is at first). `paths` tells them anew at each look; a
    file among them that was not there before counts if it changed since the last time. Of a folder
    only the names of its documents count: the files that are like those watched.
    """
    known = look(paths()) if known is None else known
    since = time_ns() - TICK_NS
    while not await _is_set_within(stopping, LOOK_SECONDS):
        now = look(paths())
        if any(_is_changed(path, seen, known, since) for path, seen in now.items()):
            now = await _settled(paths, now, stopping)
            since = time_ns() - TICK_NS
            yield
        known = now


def look(paths: Iterable[str]) -> Look:
    """What stands at each path now."""
    wanted = set(paths)
    suffixes = DOCUMENTS | {Path(path).suffix for path in wanted} - {""}
    return {path: _look_at(path, suffixes) for path in wanted}


def _is_changed(
    path: str, seen: FileLook | tuple[str, ...] | None, known: Look, since: int
) -> bool:
    if path in known:
        return known[path] != seen
    return isinstance(seen, FileLook) and seen.changed > since


def _look_at(path: str, suffixes: Set[str]) -> FileLook | tuple[str, ...] | None:
    place = Path(path)
    with contextlib.suppress(OSError, ValueError):
        found = place.stat()
        if stat.S_ISDIR(found.st_mode):
            return tuple(sorted(p.name for p in place.iterdir() if p.suffix in suffixes))
        return FileLook(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    return None


async def _settled(paths: Callable[[], Iterable[str]], now: Look, stopping: asyncio.Event) -> Look:
    """Look until two looks are the same."""
    while not await _is_set_within(stopping, SETTLE_SECONDS):
        later = look(paths())
        if later == now:
            break
        now = later
    return now


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
