"""How soon the command line answers: its help, a server in the background, and MCP over stdio."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from targets import PETSTORE, polymock_command

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "benchmark", "version": "1"},
    },
}


def measure(folder: Path, times: int, say: Callable[[str], None]) -> str:
    """A table of seconds, in Markdown; each command is run so many times, and once before."""
    environment = {**os.environ, "POLYMOCK_STATE_DIR": str(folder / "state")}
    measured = {
        "`polymock --help`": lambda: _run(["--help"], folder, environment),
        "`polymock start` of the petstore, until it is ready": lambda: _start(folder, environment),
        "`polymock mcp`, until it has answered `initialize`": lambda: _mcp(folder, environment),
    }
    lines = ["| command | median, s | lowest | highest |", "|---|--:|--:|--:|"]
    for name, once in measured.items():
        say(name)
        once()
        seconds = [once() for _ in range(times)]
        figures = (median(seconds), min(seconds), max(seconds))
        lines.append(f"| {name} | " + " | ".join(f"{each:.2f}" for each in figures) + " |")
    return "\n".join(lines)


def _run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(
        [*polymock_command(), *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begun


def _start(folder: Path, environment: Mapping[str, str]) -> float:
    ports = ["--port", "0", "--admin-port", "0"]
    try:
        return _run(["start", str(PETSTORE), *ports], folder, environment)
    finally:
        _run(["stop", "--all"], folder, environment)


def _mcp(folder: Path, environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    with subprocess.Popen(
        [*polymock_command(), "mcp"],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        seconds = time.perf_counter() - begun
        process.stdin.close()
    if "result" not in answer:
        raise RuntimeError(f"MCP did not begin: {answer}")
    return seconds
