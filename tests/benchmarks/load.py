"""The load: wrk, told by a Lua script what to send and to print its figures as JSON."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
from workloads import Workload

CONNECTIONS = 32

SCRIPT = """
wrk.method = {method}
wrk.body = {body}
wrk.headers["Content-Type"] = {content_type}
function done(summary, latency, requests)
  local failed = summary.errors
  io.stderr:write(string.format(
    '{{"requests": %d, "duration_us": %d, "failed": %d, "p50_us": %d, "p99_us": %d}}\\n',
    summary.requests, summary.duration,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


class Load(msgspec.Struct, frozen=True):
    """What wrk saw of one run; `failed` counts socket errors and statuses of 400 and above."""

    requests: int
    duration_us: int
    failed: int
    p50_us: int
    p99_us: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests * 1e6 / self.duration_us


def put_load(url: str, workload: Workload, seconds: int, folder: Path) -> Load:
    """Send the workload's request for some seconds, over 32 connections from one thread."""
    script = folder / f"{workload.name}.lua"
    body = json.dumps(workload.body) if workload.body else "nil"
    content_type = '"application/json"' if workload.body else "nil"
    script.write_text(
        SCRIPT.format(method=json.dumps(workload.method), body=body, content_type=content_type),
        encoding="utf-8",
    )
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    done = subprocess.run(
        [*command, url + workload.path], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    return msgspec.json.decode(done.stderr.splitlines()[-1].encode(), type=Load)
