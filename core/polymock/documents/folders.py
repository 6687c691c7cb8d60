"""Folders of documents: which files there are, without following links out of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

MAX_FILES = 2000
MAX_DEPTH = 16
"""Levels of folders below the first one."""
PASSED_OVER = frozenset({"node_modules", "__pycache__"})
"""Folders that hold other people's files."""


def files_in(folder: Path) -> Iterator[Path]:
    """The ordinary files of a folder and of the folders in it, sorted, at most MAX_FILES of them.

    Hidden ones and those of PASSED_OVER are left out, and so are links that lead out of the folder.
    """
    home = folder.resolve()
    files = (
        Path(entry.path)
        for place in folders_in(folder)
        for entry in _entries(place)
        if entry.is_file() and Path(entry.path).resolve().is_relative_to(home)
    )
    return itertools.islice(files, MAX_FILES)


def folders_in(folder: Path) -> Iterator[Path]:
    """The folder itself and those in it, sorted, down to MAX_DEPTH and MAX_FILES of them.

    Hidden ones, those of PASSED_OVER and links are left out. Nothing where there is no such folder.
    """
    waiting = [(0, folder)] if folder.is_dir() else []
    for _ in range(MAX_FILES):
        if not waiting:
            return
        depth, place = waiting.pop()
        yield place
        if depth < MAX_DEPTH:
            inner = [
                entry
                for entry in _entries(place)
                if entry.is_dir(follow_symlinks=False) and entry.name not in PASSED_OVER
            ]
            waiting.extend((depth + 1, Path(entry.path)) for entry in reversed(inner))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, sorted; nothing where it cannot be read, or is gone by now."""
    try:
        with os.scandir(folder) as found:
            shown = [entry for entry in found if not entry.name.startswith(".")]
    except OSError:
        return []
    return sorted(shown, key=lambda entry: entry.name)
