"""Questions to the journal, whether its server runs or not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx
import msgspec

from polymock.config.files import find_config
from polymock.config.loading import load
from polymock.errors import JournalError
from polymock.journal.database import open_read_only
from polymock.journal.sql import run
from polymock.server.serverfile import ServerFile, find_server
from polymock_schemas.commands import SqlResult
from polymock_schemas.config import JournalConfig
from polymock_schemas.journal import TABLES, VIEWS, Table

GRACE_SECONDS = 5.0
"""How much longer than the query itself the server's answer may take."""


class Refusal(msgspec.Struct):
    """What the admin API says of a query that it refused (problem+json, RFC 9457)."""

    title: str = ""
    detail: str = ""
    hint: str = ""


def query(sql: str, journal: Path, limit: int, seconds: float) -> SqlResult:
    """Rows of one SQL statement over a journal, at most `limit` of them, in at most `seconds`.

    Asks the server that owns the journal, or opens the file where none runs. Raises JournalError.
    """
    server = find_server(journal)
    if server is not None and server.records:
        answer = _ask(server, sql, limit, seconds)
        if answer is not None:
            return answer
    with closing(open_read_only(str(journal))) as connection:
        return run(connection, sql, limit, round(seconds * 1000))


def choose_journal(journal: str | None, config: str | None) -> Path:
    """The journal's file: as named, or as the config says, or ./polymock.duckdb.

    The config is the one named, or the one in the working directory. Raises ConfigError, or
    JournalError where the config records nothing.
    """
    if journal is not None:
        return Path(journal).expanduser().absolute()
    if config is None and find_config(Path.cwd()) is None:
        return Path.cwd() / JournalConfig().path
    loaded = load([config] if config is not None else [])
    if loaded.journal_path is None:
        raise JournalError(f"{loaded.file} records nothing.", "Set `journal: {enabled: true}`.")
    return loaded.journal_path


def describe() -> tuple[Table, ...]:
    """The tables and views of a journal, with what stands in each column."""
    return (*TABLES, *VIEWS)


def _ask(server: ServerFile, sql: str, limit: int, seconds: float) -> SqlResult | None:
    """The answer of the server's admin API; None where nobody listens there any more."""
    try:
        answer = httpx.post(
            f"{server.admin_url}/api/v1/logs/sql",
            json={"sql": sql, "limit": limit, "timeout_ms": round(seconds * 1000)},
            timeout=seconds + GRACE_SECONDS,
            trust_env=False,
        )
    except httpx.ConnectError:
        return None
    except httpx.TimeoutException as error:
        raise JournalError(
            f"The server at {server.admin_url} did not answer within {seconds:g} seconds.",
            "Narrow the query, or raise --timeout.",
        ) from error
    except httpx.HTTPError as error:
        raise JournalError(f"The server at {server.admin_url} failed: {error}.") from error
    try:
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=SqlResult)
        refusal = msgspec.json.decode(answer.content, type=Refusal)
    except msgspec.DecodeError as error:
        raise JournalError(
            f"The server at {server.admin_url} answered {answer.status_code}, not as a Polymock."
        ) from error
    raise JournalError(refusal.detail or refusal.title or "The query was refused.", refusal.hint)
