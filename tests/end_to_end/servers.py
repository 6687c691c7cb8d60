"""`polymock serve` as a user starts it: its own process, on free ports, in the test's folder."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil

START_SECONDS = 30
STOP_SECONDS = 20


class Server:
    """A running server. `url` and `admin_url` are what its panel says; it runs in `folder`."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self._log = log
        self.folder = log.parent
        panel = self.await_output("Stop it with")
        self.panel = panel
        self.url = self._find(r"mock +(https?://[^/\s]+)", panel)
        self.admin_url = self._find(r"admin +(https?://\S+)", panel)

    @property
    def output(self) -> str:
        """All that it has printed so far, errors included."""
        return self._log.read_text()

    @property
    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        return psutil.Process(self.process.pid).children()

    def await_output(self, text: str) -> str:
        """Wait until it has printed a text; everything that it printed."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if text in self.output:
                return self.output
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{text!r} was not printed:\n{self.output}")

    def listener(self, protocol: str) -> tuple[str, int]:
        """Host and port of a protocol's own wire, as the panel says."""
        address = self._find(rf"^  {protocol} +(\S+)", self.panel)
        host, _, port = address.rpartition(":")
        return host, int(port)

    def sql(self, statement: str) -> list[list[object]]:
        """The rows of a query, through the admin API."""
        answer = httpx.post(f"{self.admin_url}/api/v1/logs/sql", json={"sql": statement})
        assert answer.status_code == 200, answer.text
        rows: list[list[object]] = answer.json()["rows"]
        return rows

    def await_rows(self, count: int) -> None:
        """Wait until so many exchanges are committed."""
        end = time.monotonic() + START_SECONDS
        while self.sql("SELECT count(*) FROM requests") != [[count]]:
            assert time.monotonic() < end, "the exchanges did not arrive in the journal"
            time.sleep(0.02)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """SIGKILL to everything at once."""
        processes = [psutil.Process(self.process.pid), *self.workers]
        for process in processes:
            process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        psutil.wait_procs(processes, STOP_SECONDS)

    def end(self) -> None:
        """Stop it where it runs still; kill it where that does not help."""
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()

    @staticmethod
    def _find(pattern: str, text: str) -> str:
        found = re.search(pattern, text, re.MULTILINE)
        assert found is not None, text
        return found[1]


def start(
    folder: Path,
    *arguments: str,
    python: str = sys.executable,
    environment: Mapping[str, str] | None = None,
) -> Server:
    """A server that runs in a folder, on free ports; `environment` is added to this process's."""
    log = folder / f"serve-{len(list(folder.glob('serve-*.log')))}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(python, "-m", "polymock", "serve", *arguments),
                *("--port", "0", "--admin-port", "0"),
            ],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        )
    try:
        return Server(process, log)
    except BaseException:
        process.kill()
        raise


def polymock(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "polymock", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
