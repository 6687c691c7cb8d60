"""Commands on a running server, through its admin API."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from polymock.access.keys import find_key, trust
from polymock.commands.command import Command, Route
from polymock.config.files import find_config
from polymock.config.loading import load
from polymock.errors import CommandError, ConfigError, ServerError
from polymock.server.serverfile import find_server
from polymock_schemas.calls import Violation
from polymock_schemas.commands import RefusalKind
from polymock_schemas.config import JournalConfig

SECONDS = 40.0
"""How long the server may take, beside what the command itself is asked to wait: longer than it
gives a worker."""
TOKEN_VARIABLE = "POLYMOCK_TOKEN"  # noqa: S105
PREFIX = "/api/v1"

_KINDS: Mapping[int, RefusalKind] = {
    401: "forbidden",
    403: "forbidden",
    404: "unknown",
    409: "conflict",
    500: "failed",
    503: "unavailable",
}
_CAPTURE = re.compile(r"\{(\w+)(?::path)?\}")


class NobodyThere(ServerError):
    """No connection could be made to the server."""


class Problem(msgspec.Struct):
    """What the admin API says of a command that it refused (problem+json, RFC 9457)."""

    title: str = ""
    detail: str = ""
    hint: str = ""
    violations: list[Violation] = []


class Remote:
    """The admin API of a server, which is looked for when it is asked. `token` is one of its."""

    def __init__(self, find: Callable[[], str], token: str | None = None) -> None:
        self._find = find
        self._token = token if token is not None else os.environ.get(TOKEN_VARIABLE, "")

    def carry_out(
        self, command: Command, params: Mapping[str, Any], seconds: float = SECONDS
    ) -> bytes:
        """The result of a command, as JSON.

        Raises CommandError where the server refuses, ServerError where it does not answer, or is
        not there.
        """
        path, query, body = request_of(command.address, params)
        url = self._find()
        headers = {"content-type": "application/json"}
        token = self._token or find_key(url)
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            answer = httpx.request(
                command.address.method,
                url + PREFIX + path,
                params=query or None,
                content=None if body is None else msgspec.json.encode(body, enc_hook=str),
                headers=headers,
                timeout=seconds,
                trust_env=False,
                verify=trust(url) or False,
            )
        except httpx.ConnectError as error:
            if "CERTIFICATE" in str(error):
                raise ServerError(
                    f"The certificate of {url} is not trusted: {error}.",
                    "Call it by the name that it has, and set SSL_CERT_FILE to who signed it.",
                ) from error
            raise NobodyThere(f"Nobody answers at {url}.", "Does the server run?") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerError(
                f"The server at {url} does not answer: {error}.", "Does it run?"
            ) from error
        if answer.is_success:
            return answer.content
        raise _refused(url, answer)


def request_of(
    route: Route, params: Mapping[str, Any]
) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
    """The path, query and body (None: without one) that ask for a command with parameters."""
    left = {name: value for name, value in params.items() if value is not None}
    path = _CAPTURE.sub(lambda found: quote(str(left.pop(found[1], "")), safe=""), route.path)
    if route.method in ("GET", "DELETE"):
        return path, {name: _as_text(value) for name, value in left.items()}, None
    query = {name: _as_text(left.pop(name)) for name in route.query if name in left}
    if route.body:
        whole = left.pop(route.body, {})
        return path, {**query, **{name: _as_text(value) for name, value in left.items()}}, whole
    return path, query, left


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
            "Start it with `polymock serve`, or name it: `--instance NAME` (`polymock ps` lists "
            "them), or its admin API: `--url URL`.",
        )
    return server.admin_url


def _announced_at(config: str | None, journal: str | None) -> Path:
    """The journal's path, beside which a server announces itself; as named, or as a config says."""
    if journal is not None:
        return Path(journal).expanduser().absolute()
    if config is None and find_config(Path.cwd()) is None:
        return Path.cwd() / JournalConfig().path
    return load([config] if config is not None else []).announced_at


def _as_text(value: Any) -> Any:
    """A value in a query: lists stay lists, what JSON has no text for is written as JSON has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return [_as_text(each) for each in value]
    if isinstance(value, (str, int, float)):
        return value
    return msgspec.json.encode(value).decode().strip('"')


def _refused(url: str, answer: httpx.Response) -> CommandError | ServerError:
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        return ServerError(
            f"The server at {url} answered {answer.status_code}, not as a Polymock.",
            "Name the address of its admin API.",
        )
    told = problem.detail or problem.title or f"The server answered {answer.status_code}."
    if len(problem.violations) > 1:
        lines = [f"  {each.location}: {each.message}" for each in problem.violations]
        told = "\n".join([told, *lines])
    kind = _KINDS.get(answer.status_code, "wrong")
    return CommandError(told, problem.hint, kind, problem.violations)
