"""The fixture `serve`: servers that end with their test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from end_to_end.servers import Server, start


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server in the test's folder, with this or another `python`; it ends with the test."""
    started: list[Server] = []

    def serve_here(*arguments: str, python: str = sys.executable) -> Server:
        started.append(start(tmp_path, *arguments, python=python))
        return started[-1]

    yield serve_here
    for server in started:
        server.end()
