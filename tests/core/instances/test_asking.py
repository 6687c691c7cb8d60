from __future__ import annotations

import socket

import pytest

from core.instances.admin import serve_admin
from polymock.instances.asking import count_requests, why_unready

READY = "/health/ready"
SQL = "/api/v1/logs/sql"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, b'{"status": "ready", "parts": {}}'), ""),
        (
            (
                503,
                b'{"status": "not ready", "parts": {"workers": "0 of 1 serve", "journal": "ok"}}',
            ),
            "workers: 0 of 1 serve, journal: ok",
        ),
        ((503, b'{"status": "not ready"}'), "it is not ready"),
        ((500, b"<html>"), "its admin API answers 500"),
    ],
)
def test_why_it_is_not_ready(answer: tuple[int, bytes], why: str) -> None:
    with serve_admin({READY: answer}) as port:
        assert why_unready(f"http://127.0.0.1:{port}") == why


def test_who_does_not_answer_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert "does not answer (timed out)" in why_unready(url, 0.05)
        assert count_requests(url, 0, 0.05) is None
    assert "refused" in why_unready(url)
    assert count_requests(url, 0) is None


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ((200, b'{"columns": ["n"], "types": ["BIGINT"], "rows": [[12]]}'), 12),
        ((200, b'{"rows": []}'), None),
        ((200, b"{"), None),
        ((401, b'{"title": "no"}'), None),
    ],
)
def test_requests_are_counted(answer: tuple[int, bytes], count: int | None) -> None:
    with serve_admin({SQL: answer}) as port:
        assert count_requests(f"http://127.0.0.1:{port}", 1_800_000_000.5) == count
