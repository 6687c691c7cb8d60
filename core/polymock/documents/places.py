"""Places: a file or URL with a JSON Pointer in it, and the references between them."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

MAX_REFERENCE = 4096
"""Characters of one reference."""


class Place(NamedTuple):
    """Where a node stands: an absolute path or URL, and a JSON Pointer (RFC 6901) in it."""

    file: str
    pointer: str = ""

    def child(self, *tokens: str | int) -> Place:
        """The place of a node inside this one."""
        return Place(self.file, self.pointer + "".join("/" + escape(str(t)) for t in tokens))

    def __str__(self) -> str:
        return f"{self.file}#{self.pointer}"


def escape(token: str) -> str:
    """A key as it stands in a JSON Pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> tuple[str, ...]:
    """The keys that a JSON Pointer names, from the root down; () for the whole document."""
    parts = pointer.split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def is_url(location: str) -> bool:
    """Whether a location is an http(s) URL and not a path."""
    return location[:8].lower().startswith(("http://", "https://"))


def target(reference: str, base: Place) -> tuple[str, str]:
    """The file and the percent-encoded fragment that a reference names (RFC 3986, section 5).

    Raises ValueError, with the reason, for a reference that may not be followed at all.
    """
    if len(reference) > MAX_REFERENCE or "\0" in reference:
        raise ValueError("the reference is no usable URI")
    path, fragment = urldefrag(reference)
    if not path:
        return base.file, fragment
    if is_url(path):
        return urljoin(path, ""), fragment
    if is_url(base.file):
        joined = urljoin(base.file, path)
        if not is_url(joined):
            raise ValueError("a document from a URL may refer to http(s) URLs only")
        return joined, fragment
    if len(urlsplit(path).scheme) > 1:
        raise ValueError("only relative paths and http(s) URLs are followed")
    return os.path.normpath(Path(base.file).parent / unquote(path)), fragment
