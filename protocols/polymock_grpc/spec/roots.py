"""Import roots: the folders that make a file's imports resolve, found from the imports themselves.

A .proto file does not say where its imports start. Tried are the roots already known, the file's
own folder and then each folder above it; what is found nowhere may come with this package.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from polymock.documents.local import read_file

MAX_FILES = 10_000
MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_CLIMB = 12
"""Folders above a file in which an import is looked for."""
_COMMENT = re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|("(?:[^"\\\n]|\\.)*")', re.DOTALL)
_IMPORT = re.compile(
    r'(?:^|[;}])\s*import\s+(?:public\s+|weak\s+|option\s+)?"([^"\n]+)"(?=\s*;)', re.MULTILINE
)
_PACKAGE = re.compile(r"(?:^|[;}])\s*package\s+([\w.]+)\s*;", re.MULTILINE)


class Layout(msgspec.Struct, frozen=True):
    """What to compile, and where its imports are.

    `names` are the files as protoc shall call them, `roots` the folders that these and their
    imports are below, `paths` where each of them lies; `missing` are imports found nowhere.
    """

    names: Sequence[str]
    roots: Sequence[str]
    paths: dict[str, str]
    missing: frozenset[str]


def find_layout(files: Sequence[Path], include: Sequence[Path]) -> Layout:
    """Follow the imports of files from root to root, the files' own and then `include`.

    Raises ValueError where an import leads, by a link, out of the root that it is below.
    """
    search = _Search(include)
    for file in files:
        search.enter(file)
    return search.layout(files)


class _Search:
    """A walk over files and their imports, which collects the roots that it had to take."""

    def __init__(self, include: Sequence[Path]) -> None:
        self._include = [_absolute(folder) for folder in include]
        self._found: list[Path] = []
        self._names: dict[Path, str] = {}
        self._missing: set[str] = set()
        self._packages: dict[Path, str] = {}
        self._targets: dict[str, Path] = {}
        self._real: dict[Path, str] = {}

    def enter(self, file: Path) -> None:
        """Follow the imports of one file, and of those, and so on."""
        waiting = [_absolute(file)]
        while waiting and len(self._packages) < MAX_FILES:
            current = waiting.pop()
            if current in self._packages:
                continue
            text = _read(current)
            package = _PACKAGE.search(text)
            self._packages[current] = package[1] if package else ""
            for name in _IMPORT.findall(text):
                target = self._resolve(name, current)
                if target is not None and target not in self._names:
                    self._names[target] = name
                    waiting.append(target)

    def layout(self, files: Sequence[Path]) -> Layout:
        """The roots and names in the end: as imported where a file is, else below its own root."""
        names = []
        for file in map(_absolute, files):
            name = self._names.get(file)
            if name is None:
                name = self._names[file] = file.relative_to(self._own_root(file)).as_posix()
            names.append(name)
        roots = [str(root) for root in (*self._found, *self._include)]
        return Layout(
            names=tuple(dict.fromkeys(names)),
            roots=tuple(dict.fromkeys(roots)),
            paths={name: str(path) for path, name in self._names.items()},
            missing=frozenset(self._missing),
        )

    def _resolve(self, name: str, importer: Path) -> Path | None:
        """Where a file lies that is imported: the same for all that import it, as for protoc."""
        target = self._targets.get(name)
        if target is None and _is_plain(name):  # protoc says where it stands if it is not
            target = self._searched(name, importer)
            if target is not None:
                self._targets[name] = target
        return target

    def _searched(self, name: str, importer: Path) -> Path | None:
        above = list(importer.parents)[:MAX_CLIMB]
        for root in (*self._found, *self._include, *above):
            target = root / name
            if target.is_file() and root.parent != root:
                self._check(target, root)
                if root not in self._found and root not in self._include:
                    self._found.append(root)
                return target
        self._missing.add(name)
        return None

    def _own_root(self, file: Path) -> Path:
        """The root that a file is named from which nobody imports."""
        for root in (*self._include, *self._found):
            if file.is_relative_to(root):
                return root
        folder = file.parent
        parts = self._packages.get(file, "").split(".")
        for root in list(folder.parents)[: len(parts)]:
            if root.parent != root and folder.relative_to(root).parts == tuple(parts):
                folder = root
                break
        self._found.append(folder)
        return folder

    def _check(self, target: Path, root: Path) -> None:
        real = Path(self._real_folder(target.parent), target.name)
        if target.is_symlink():
            real = target.resolve()
        if not real.is_relative_to(self._real_folder(root)):
            raise ValueError(f"{target} is a link that leads out of {root}")

    def _real_folder(self, folder: Path) -> str:
        """The folder without links on the way to it."""
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return self._real[folder]


def _absolute(path: Path) -> Path:
    """The path with links as they are, and without `..`."""
    return Path(os.path.normpath(path.absolute()))


def _is_plain(name: str) -> bool:
    parts = name.split("/")
    return "\\" not in name and "\0" not in name and not {"", ".", ".."} & set(parts)


def _read(file: Path) -> str:
    """A file's text without comments. Raises ValueError where it cannot be read."""
    try:
        content = read_file(str(file), None, MAX_FILE_BYTES)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
    text = content.decode("utf-8-sig", "replace").replace("'", '"')
    return _COMMENT.sub(lambda found: found[1] or " ", text)
