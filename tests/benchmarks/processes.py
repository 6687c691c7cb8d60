"""Servers as trees of processes: started, waited for, measured, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import httpx
import psutil


class Server:
    """A command that serves on a port, with all the processes that it starts."""

    def __init__(
        self,
        command: Sequence[str],
        url: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.url = url
        self.log = log
        self.started = time.perf_counter()
        self._stream: BinaryIO = log.open("wb")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )

    def wait(self, path: str, seconds: float = 120.0) -> float:
        """Seconds from the command to the first answer at `path` that is no error.

        Raises RuntimeError, with the end of the server's log, where none comes.
        """
        with httpx.Client(trust_env=False, timeout=30.0) as client:
            while time.perf_counter() - self.started < seconds and self._process.poll() is None:
                try:
                    if client.get(self.url + path).status_code < 400:
                        return time.perf_counter() - self.started
                except httpx.TransportError:
                    time.sleep(0.005)
        tail = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{self._process.args!r} does not answer at {path}:\n{tail}")

    def wait_port(self, seconds: float = 120.0) -> None:
        """Wait until its port takes connections. Raises RuntimeError."""
        _, _, authority = self.url.rpartition("/")
        host, _, port = authority.partition(":")
        while time.perf_counter() - self.started < seconds and self._process.poll() is None:
            try:
                socket.create_connection((host, int(port)), timeout=5.0).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        tail = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{self._process.args!r} does not listen:\n{tail}")

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far (user and system) by kind of process: `worker` and `control`."""
        spent = {"worker": 0.0, "control": 0.0}
        for process in self._tree():
            try:
                times = process.cpu_times()
                spent[_kind(process)] += times.user + times.system
            except psutil.NoSuchProcess:
                continue
        return spent

    def memory(self) -> int:
        """Resident bytes, summed over the processes."""
        total = 0
        for process in self._tree():
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def stop(self) -> None:
        """End the command as a user would, and kill what is left of it after ten seconds."""
        left = self._tree()
        self._process.terminate()
        try:
            self._process.wait(10.0)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for process in psutil.wait_procs(left, timeout=5.0)[1]:
            process.kill()
        self._stream.close()

    def _tree(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _kind(process: psutil.Process) -> str:
    return "worker" if "polymock.server.worker" in process.cmdline() else "control"


def free_port() -> int:
    """A TCP port of loopback that nobody uses at this moment."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
