"""The base paths of a document's servers (OAS 3.1, sections 4.8.5 and 4.8.6)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from polymock.documents import is_url
from polymock_openapi.spec.source import Node, Source

VARIABLE = re.compile(r"\{([^{}]+)\}")
MAX_PATHS = 32
"""Base paths of one list of servers, all values of variables counted."""
MAX_URL = 2000


def server_paths(source: Source, servers: Sequence[Node]) -> tuple[str, ...]:
    """The paths of server URLs, without a slash at the end, each once; "" and "/" are left out.

    Variables stand for their default, and in the path for each value of their `enum`.
    """
    found: dict[str, None] = {}
    for entry in servers:
        server = source.object(entry, "a server")
        if server is None:
            continue
        url = source.text(server, "url")
        if len(url) > MAX_URL:
            source.warn(server.place.child("url"), "the URL is too long and ignored")
            continue
        variables = _variables(source, server)
        for written in itertools.islice(_expanded(url, variables), MAX_PATHS):
            path = _path(source, written, server)
            if path and len(found) < MAX_PATHS:
                found.setdefault(path)
    return tuple(found)


def trimmed(path: str) -> str:
    """A base path with one slash before and none behind; "" where nothing is left."""
    inner = path.strip("/")
    return f"/{inner}" if inner else ""


def _variables(source: Source, server: Node) -> dict[str, list[str]]:
    """The values of each variable, its default first."""
    found: dict[str, list[str]] = {}
    for name, entry in source.members(server, "variables"):
        variable = source.object(entry, "a server variable")
        if variable is None:
            continue
        default = variable.value.get("default")
        enum = variable.value.get("enum")
        values = [default, *(enum if isinstance(enum, list) else [])]
        texts = [str(v) for v in values if isinstance(v, str | int | float)]
        if default is None:
            source.warn(variable.place, f"the server variable `{name}` has no `default`")
        found[name] = list(dict.fromkeys(texts))
    return found


def _expanded(url: str, variables: dict[str, list[str]]) -> Iterator[str]:
    """The URL with every combination of the values of its path's variables."""
    path_start = len(url) - len(re.sub(r"^[^/{]*//[^/]*", "", url))
    names = list(dict.fromkeys(VARIABLE.findall(url)))
    in_path = set(VARIABLE.findall(url[path_start:]))
    choices = []
    for name in names:
        values = variables.get(name) or [name]
        choices.append(values if name in in_path else values[:1])
    for combination in itertools.product(*choices):
        written = url
        for name, value in zip(names, combination, strict=True):
            written = written.replace(f"{{{name}}}", value)
        yield written


def _path(source: Source, url: str, server: Node) -> str:
    base = server.place.file if is_url(server.place.file) else "http://localhost/"
    try:
        return trimmed(urlsplit(urljoin(base, url)).path)
    except ValueError:
        source.warn(server.place.child("url"), f"`{url}` is no URL")
        return ""
