"""Starting a worker's process, which loads what it needs while the control process still does.

Nothing is imported here that takes time.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def spawn() -> subprocess.Popen[bytes]:
    """Start a worker, which waits for its settings (see `worker`)."""
    return subprocess.Popen(
        # -P: nothing is imported from the folder that it is started in
        [sys.executable, "-P", "-m", "polymock.server.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,  # Ctrl+C is for the control process, which then stops it
    )


@contextmanager
def spawned() -> Iterator[subprocess.Popen[bytes]]:
    """A worker that may be used inside; at the end it has gone."""
    with spawn() as process:
        try:
            yield process
        finally:
            process.kill()  # unless it has ended
