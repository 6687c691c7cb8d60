"""Documents of the net, stored with all that they refer to by relative references."""

from __future__ import annotations

import os.path
import re
import time
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from polymock.documents.loader import Documents, Limits
from polymock.documents.remote import Rules, fetch
from polymock.errors import SpecError
from polymock_schemas.commands import Fault

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def fetch_into(home: Path, url: str, *, allow_private: bool) -> Path:
    """Fetch a document and its relative references into a folder; the document's file in it.

    The same rules hold as where it is served from its URL. References that are URLs themselves
    stay. Raises SpecError.
    """
    limits = Limits()
    end = time.monotonic() + limits.seconds
    total = 0

    def store(source: str, file: Path) -> str:
        nonlocal total
        room = min(limits.file_bytes, limits.total_bytes - total)
        rules = Rules(room, end - time.monotonic(), limits.redirects, allow_private)
        if room <= 0 or rules.seconds <= 0:
            raise _refusal(url, "it refers to too much, or takes too long")
        try:
            fetched = fetch(source, rules)
        except ValueError as error:
            raise _refusal(url, f"{source}: {error}") from error
        total += len(fetched.content)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(fetched.content)
        return fetched.url

    root = home.joinpath(*_segments(url))
    final = store(url, root)
    failed: set[Path] = set()
    for _ in range(limits.files):
        missing = _missing(root, home, url) - failed
        if not missing:
            break
        for file in sorted(missing):
            relative = Path(os.path.relpath(file, root.parent)).as_posix()
            try:
                store(urljoin(final, quote(relative)), file)
            except SpecError:  # an error only where the reference is followed, as ever
                failed.add(file)
    return root


def _segments(url: str) -> list[str]:
    """A place for the document: its host, the folders of its path, and its name."""
    parts = urlsplit(url)
    folders = [_safe(unquote(each)) for each in parts.path.split("/") if each]
    *above, name = [*folders] or ["document"]
    return [_safe(parts.hostname or "host"), *above, name]


def _safe(segment: str) -> str:
    return _ODD.sub("_", segment).lstrip(".") or "_"


def _missing(root: Path, home: Path, url: str) -> set[Path]:
    """The files that are referred to and not there yet.

    A document of the net may not read this machine's files: raises SpecError where a reference
    leads out of its own folder.
    """
    try:
        files = Documents(str(root)).files
    except SpecError:  # SDL, .proto and descriptors, which refer to nothing on the net
        return set()
    found = {Path(file) for file in files}
    for file in found:
        if not file.is_relative_to(home) or not file.resolve().is_relative_to(home.resolve()):
            raise _refusal(url, "a reference in it leads to a file that is none of its own")
    return {file for file in found if not file.exists()}


def _refusal(url: str, reason: str) -> SpecError:
    fault = Fault("error", url, "", reason)
    return SpecError(f"{url} cannot be stored: {reason}.", [fault], "Download it yourself.")
