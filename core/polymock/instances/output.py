"""What instances print: the panel when they are ready, and their log."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import msgspec

from polymock.server.panel import Started, render_panel

BLOCK = 64 * 1024
FOLLOW_SECONDS = 0.1


def read_panel(file: Path) -> Started | None:
    """The panel in a file that an instance prints to; None as long as it is not there."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    for line in content.split(b"\n")[:-1]:  # what has no end yet is not whole
        try:
            return msgspec.json.decode(line, type=Started)
        except msgspec.DecodeError:
            continue
    return None


def note_panel(file: Path, panel: Started) -> None:
    """Put the panel into the log, where people read it."""
    lines = [line for line in render_panel(panel) if line and "Ctrl+C" not in line]
    with file.open("a", encoding="utf-8") as stream:
        stream.write("".join(f"{line}\n" for line in lines))


def last_lines(file: Path, count: int) -> list[str]:
    """The last lines of a file, without reading all of it; none where there is no file."""
    try:
        with file.open("rb") as stream:
            return _last_lines_of(stream.fileno(), count)
    except FileNotFoundError:
        return []


def follow(file: Path, count: int, goes_on: Callable[[], bool]) -> Iterator[str]:
    """The last lines of a file, then each one that is added, until nobody adds any more."""
    with file.open("rb") as stream:
        begun = b""
        end = _start_of_last(stream.fileno(), count)
        stream.seek(end)
        while True:
            last = not goes_on()  # asked first: what it wrote before it ended is read still
            *whole, begun = (begun + stream.read()).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in whole)
            if last:
                break
            sleep(FOLLOW_SECONDS)
        if begun:
            yield begun.decode("utf-8", "replace")


def _last_lines_of(handle: int, count: int) -> list[str]:
    size = os.fstat(handle).st_size
    start = _start_of_last(handle, count)
    content = os.pread(handle, size - start, start)
    return content.decode("utf-8", "replace").removesuffix("\n").split("\n") if content else []


def _start_of_last(handle: int, count: int) -> int:
    """Where the last `count` lines start."""
    position = os.fstat(handle).st_size
    wanted = count
    if position and os.pread(handle, 1, position - 1) == b"\n":
        wanted += 1  # the end of the last line
    if count == 0:
        return position
    while position > 0:
        start = max(0, position - BLOCK)
        block = os.pread(handle, position - start, start)
        found = block.count(b"\n")
        if found >= wanted:
            place = len(block)
            for _ in range(wanted):
                place = block.rindex(b"\n", 0, place)
            return start + place + 1
        wanted -= found
        position = start
    return 0
