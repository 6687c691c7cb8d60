"""Commands on a running server, through its admin API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from polymock.config.files import find_config
from polymock.config.loading import load
from polymock.errors import ConfigError, ServerError, WorldError
from polymock.server.serverfile import find_server
from polymock_schemas.config import JournalConfig

SECONDS = 40.0
"""How long the server may take: longer than it gives a worker."""

Told = TypeVar("Told")


class Problem(msgspec.Struct):
    """What the admin API says of a command that it refused (problem+json, RFC 9457)."""

    title: str = ""
    detail: str = ""
    hint: str = ""
    violations: list[dict[str, str]] = []


class Remote:
    """The admin API of a server, which is looked for when it is asked."""

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find

    def ask(
        self,
        method: str,
        path: str,
        shape: type[Told],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Told:
        """What the server answers. Raises WorldError where it refuses, ServerError where it does
        not answer, or is not there."""
        url = self._find()
        content = None if body is None else msgspec.json.encode(body)
        try:
            answer = httpx.request(
                method,
                url + path,
                params=None if query is None else dict(query),
                content=content,
                headers={"content-type": "application/json"},
                timeout=SECONDS,
                trust_env=False,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerError(
                f"The server at {url} does not answer: {error}.", "Does it run?"
            ) from error
        try:
            if answer.is_success:
                return msgspec.json.decode(answer.content, type=shape)
            problem = msgspec.json.decode(answer.content, type=Problem)
        except msgspec.DecodeError as error:
            raise ServerError(
                f"The server at {url} answered {answer.status_code}, not as a Polymock.",
                "Name the address of its admin API.",
            ) from error
        raise WorldError(
            _text(problem) or f"The server answered {answer.status_code}.", problem.hint
        )


def find_admin(url: str | None, config: str | None, journal: str | None) -> str:
    """The URL of the admin API that is meant: as named, or of the server that runs beside the
    journal named, or the one of a config (of the working directory's, if none is named).

    Raises ConfigError, or ServerError where none runs.
    """
    if url is not None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ConfigError(f"{url!r} is no http URL.", "Write --url http://127.0.0.1:8081")
        return url.rstrip("/")
    path = _announced_at(config, journal)
    server = find_server(path)
    if server is None:
        raise ServerError(
            f"No server runs beside {path}.",
            "Start it with `polymock serve`, or name its admin API with --url.",
        )
    return server.admin_url


def _announced_at(config: str | None, journal: str | None) -> Path:
    if journal is not None:
        return Path(journal).expanduser().absolute()
    if config is None and find_config(Path.cwd()) is None:
        return Path.cwd() / JournalConfig().path
    return load([config] if config is not None else []).announced_at


def _text(problem: Problem) -> str:
    """What is wrong, with all places where several are."""
    told = problem.detail or problem.title
    if len(problem.violations) < 2:
        return told
    lines = [f"  {each.get('location')}: {each.get('message')}" for each in problem.violations]
    return "\n".join([told, *lines])
