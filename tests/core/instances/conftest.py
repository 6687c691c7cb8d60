"""A registry in the test's folder, and processes that end with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.instances.doubles import SLEEPER, Spawn
from polymock.instances.processes import MARK
from polymock.instances.registry import Registry


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """An empty one, which the commands use too."""
    monkeypatch.setenv("POLYMOCK_STATE_DIR", str(tmp_path / "state"))
    return Registry.open()


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start a Python program that prints a line, with the mark of a run."""
    begun: list[subprocess.Popen[str]] = []

    def spawn_here(code: str = SLEEPER, run: str = "") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, MARK: run},
        )
        begun.append(process)
        return process

    yield spawn_here
    for process in begun:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
