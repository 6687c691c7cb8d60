"""Questions to the admin API of an instance, which may not answer."""

from __future__ import annotations

from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

from polymock.access.keys import find_key, trust

SECONDS = 2.0


class Health(msgspec.Struct):
    """What `/health/ready` says: the state of each part."""

    status: str = ""
    parts: dict[str, str] = {}


class Count(msgspec.Struct):
    """The one row of a count."""

    rows: list[list[int]]


def why_unready(admin_url: str, seconds: float = SECONDS) -> str:
    """Why an instance is not ready to serve; "" if it is."""
    status, content = _ask(admin_url, "GET", "/health/ready", None, seconds)
    if status == 200:
        return ""
    if not status:
        return f"its admin API does not answer ({content.decode()})"
    try:
        parts = msgspec.json.decode(content, type=Health).parts
    except msgspec.DecodeError:
        return f"its admin API answers {status}"
    return ", ".join(f"{name}: {state}" for name, state in parts.items()) or "it is not ready"


def count_requests(admin_url: str, since: float, seconds: float = SECONDS) -> int | None:
    """How many calls it answered since a time (seconds since 1970); None if it does not tell."""
    start = datetime.fromtimestamp(since, UTC).replace(tzinfo=None).isoformat(sep=" ")
    query = {
        "sql": f"SELECT count(*) FROM requests WHERE ts >= TIMESTAMP '{start}'",  # noqa: S608
        "timeout": seconds,
    }
    status, content = _ask(admin_url, "POST", "/api/v1/logs/sql", query, seconds)
    if status != 200:
        return None
    try:
        return msgspec.json.decode(content, type=Count).rows[0][0]
    except (msgspec.DecodeError, IndexError):
        return None


def _authorization(admin_url: str) -> dict[str, str]:
    """The header field that lets the server's owner in, where a token is needed."""
    key = find_key(admin_url)
    return {"authorization": f"Bearer {key}"} if key else {}


def _ask(admin_url: str, method: str, path: str, body: Any, seconds: float) -> tuple[int, bytes]:
    """Status and body of the answer; 0 and the reason where there is none."""
    parts = urlsplit(admin_url)
    context = trust(admin_url)
    host = parts.hostname or ""
    connection = (
        HTTPConnection(host, parts.port, timeout=seconds)
        if context is None
        else HTTPSConnection(host, parts.port, timeout=seconds, context=context)
    )
    try:
        connection.request(
            method,
            path,
            None if body is None else msgspec.json.encode(body),
            {"content-type": "application/json", **_authorization(admin_url)},
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException) as error:
        return 0, (str(error) or type(error).__name__).encode()
    finally:
        connection.close()
