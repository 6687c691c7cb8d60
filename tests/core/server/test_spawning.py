"""A worker that is begun before anybody knows whether there is anything to serve."""

from __future__ import annotations

import subprocess
import sys

import pytest

from polymock.server.spawning import spawned


def test_it_waits_and_is_gone_at_the_end() -> None:
    with spawned() as process:
        assert process.poll() is None
    assert process.poll() is not None


def test_it_is_gone_though_something_fails() -> None:
    with pytest.raises(KeyboardInterrupt), spawned() as process:
        raise KeyboardInterrupt
    assert process.poll() is not None


def test_it_ends_without_a_word_where_nobody_tells_it_anything() -> None:
    command = [sys.executable, "-P", "-m", "polymock.server.worker"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
