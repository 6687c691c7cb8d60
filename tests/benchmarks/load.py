"""The load: wrk, told by a Lua script what to send and to print its figures as JSON; or h2load."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from statistics import quantiles

import msgspec
from workloads import COUNTER, Workload

CONNECTIONS = 32
STREAMS = (8, 8)
"""gRPC: connections, and calls under way on each."""

SCRIPT = """
wrk.method = {method}
wrk.body = {body}
wrk.headers["Content-Type"] = {content_type}
local path, body, number = {path}, wrk.body or "", 0
if path:find("{counter}", 1, true) or body:find("{counter}", 1, true) then
  function request()
    number = number % {highest} + 1
    local counted = body:gsub("{counter}", number)
    return wrk.format(nil, (path:gsub("{counter}", number)), nil, counted)
  end
end
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
    """Send the workload's request for some seconds: over 32 connections from one thread by wrk, or
    by h2load where it is native gRPC."""
    if workload.name == "G1":
        return _by_h2load(url, workload, seconds, folder)
    return _by_wrk(url, workload, seconds, folder)


def _by_wrk(url: str, workload: Workload, seconds: int, folder: Path) -> Load:
    script = folder / f"{workload.name}.lua"
    body = json.dumps(workload.body) if workload.body else "nil"
    content_type = '"application/json"' if workload.body else "nil"
    script.write_text(
        SCRIPT.format(
            method=json.dumps(workload.method),
            body=body,
            content_type=content_type,
            counter=COUNTER,
            path=json.dumps(workload.path),
            highest=workload.highest,
        ),
        encoding="utf-8",
    )
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    done = subprocess.run(
        [*command, url + workload.path.replace(COUNTER, "1")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    return msgspec.json.decode(done.stderr.splitlines()[-1].encode(), type=Load)


def _by_h2load(url: str, workload: Workload, seconds: int, folder: Path) -> Load:
    message = bytes.fromhex(workload.body)
    body, log = folder / f"{workload.name}.bin", folder / f"{workload.name}.log"
    body.write_bytes(b"\0" + len(message).to_bytes(4) + message)
    log.unlink(missing_ok=True)
    connections, streams = STREAMS
    command = ["h2load", f"-c{connections}", f"-m{streams}", f"-D{seconds}", f"-d{body}"]
    command += ["-H", "te: trailers", "-H", "content-type: application/grpc"]
    command += [f"--log-file={log}", url + workload.path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored", done.stdout)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"h2load failed: {done.stdout}{done.stderr}")
    times = [int(line.split("\t")[2]) for line in log.read_text("ascii").splitlines()]
    shares = quantiles(times, n=100)
    return Load(
        int(found[1]), seconds * 1_000_000, int(found[2]), round(shares[49]), round(shares[98])
    )
