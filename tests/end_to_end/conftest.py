"""The fixture `serve`: servers that end with their test."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from end_to_end.servers import Server


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server in the test's folder, with this or another `python`; it ends with the test."""
    started: list[Server] = []

    def start(*arguments: str, python: str = sys.executable) -> Server:
        log = tmp_path / f"serve-{len(started)}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [
                    *(python, "-m", "polymock", "serve", *arguments),
                    *("--port", "0", "--admin-port", "0"),
                ],
                cwd=tmp_path,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        try:
            server = Server(process, log)
        except BaseException:
            process.kill()
            raise
        started.append(server)
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.kill()
