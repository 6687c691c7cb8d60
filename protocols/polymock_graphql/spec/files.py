"""The texts of a GraphQL document: of one file, several, a folder, or a URL; within limits."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from polymock.documents import Limits, is_url
from polymock.documents.folders import MAX_DEPTH, PASSED_OVER
from polymock.documents.local import NO_SUCH_FILE, read_file
from polymock.documents.remote import Rules, fetch
from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_graphql.spec.recognition import SUFFIXES
from polymock_schemas.commands import Fault

LIMITS = Limits(file_bytes=10 * 1024 * 1024, total_bytes=32 * 1024 * 1024)
MAX_ENTRIES = 100_000
"""Files and folders looked at to find the SDL in a folder."""
JSON = re.compile(r'\s*\{\s*["}]')


class Text(msgspec.Struct, frozen=True):
    """What one file or URL holds. `file` is its name as faults show it."""

    file: str
    content: str

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, as introspection results are, and not SDL."""
        return JSON.match(self.content) is not None


class Texts(msgspec.Struct, frozen=True):
    """All that a document was read from; `files` are the local paths, folders included."""

    texts: tuple[Text, ...]
    files: tuple[str, ...]


def read(spec: Spec) -> Texts:
    """Read the spec's location and what it includes, each file once.

    Of a folder all files of SDL below it are read, in the order of their paths. Raises SpecError.
    """
    reader = _Reader(spec)
    for location in (spec.location, *spec.include):
        reader.add(location)
    return Texts(tuple(reader.texts), tuple(dict.fromkeys(reader.files)))


def refusal(file: str, message: str, hint: str = "", path: str = "") -> SpecError:
    """The error for a file that cannot be used; `path` is the line in it."""
    return SpecError.of([Fault("error", file, path, message, hint)])


class _Reader:
    """Reads files and counts what is left of the limits."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._left = LIMITS.total_bytes
        self._seen: set[str] = set()
        self.texts: list[Text] = []
        self.files: list[str] = []

    def add(self, location: str) -> None:
        """Read what a location names: a URL, a folder, a file."""
        if is_url(location):
            self._add_url(location)
        elif "\0" in location:
            raise refusal(location, "a path cannot hold a NUL character")
        elif Path(location).is_dir():
            self._add_folder(location)
        else:
            self._add_file(location, None)

    def _add_url(self, url: str) -> None:
        allow_private = self._spec.allow_private
        rules = Rules(self._limit(url), LIMITS.seconds, LIMITS.redirects, allow_private)
        try:
            content = fetch(url, rules).content
        except ValueError as error:
            raise refusal(url, str(error), "check the URL") from None
        self._keep(url, content)

    def _add_folder(self, folder: str) -> None:
        self.files.append(folder)
        found = sorted(_sdl_below(folder))
        if not found:
            endings = ", ".join(SUFFIXES)
            raise refusal(folder, "the folder holds no SDL", f"SDL files end in {endings}")
        for path in found:
            self._add_file(path, folder)

    def _add_file(self, path: str, folder: str | None) -> None:
        real = os.path.realpath(path)
        if real in self._seen:
            return
        self._seen.add(real)
        allowed = None if folder is None else (Path(os.path.realpath(folder)),)
        limit = self._limit(path)
        try:
            content = read_file(path, allowed, limit)
        except ValueError as error:
            hint = "check the path" if str(error) == NO_SUCH_FILE else ""
            raise refusal(path, str(error), hint) from None
        self.files.append(path)
        self._keep(path, content)

    def _limit(self, location: str) -> int:
        if len(self.texts) >= LIMITS.files or self._left <= 0:
            raise refusal(
                location,
                f"the document has more than {LIMITS.files} files or {LIMITS.total_bytes} bytes",
            )
        return min(LIMITS.file_bytes, self._left)

    def _keep(self, location: str, content: bytes) -> None:
        self._left -= len(content)
        self.texts.append(Text(location, decoded(content, location)))


def decoded(content: bytes, file: str) -> str:
    """Text of UTF-8, or of UTF-16 with a byte order mark. Raises SpecError with the line."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"it is no text of UTF-8: byte {error.start} is {content[error.start]:#04x}"
        raise refusal(file, message, "save it as UTF-8", str(line)) from None


def _sdl_below(folder: str) -> Iterator[str]:
    """The paths of the SDL files below a folder; links to elsewhere and hidden folders left out."""
    root = Path(os.path.realpath(folder))
    waiting = [(folder, 0)]
    looked_at = 0
    while waiting:
        current, depth = waiting.pop()
        try:
            entries = list(os.scandir(current))
        except OSError as error:
            raise refusal(current, f"it cannot be read: {error.strerror or error}") from None
        looked_at += len(entries)
        if looked_at > MAX_ENTRIES:
            raise refusal(folder, f"the folder holds more than {MAX_ENTRIES} entries")
        for entry in entries:
            if entry.name.startswith(".") or entry.name in PASSED_OVER:
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth >= MAX_DEPTH:
                    raise refusal(entry.path, f"it lies deeper than {MAX_DEPTH} folders")
                waiting.append((entry.path, depth + 1))
            elif entry.name.lower().endswith(SUFFIXES) and _is_file_in(entry.path, root):
                yield entry.path


def _is_file_in(path: str, root: Path) -> bool:
    real = Path(os.path.realpath(path))
    return real.is_relative_to(root) and real.is_file()
