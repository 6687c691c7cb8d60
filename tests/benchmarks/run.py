"""Measures Polymock beside a bare ASGI app and its peers, in one run on one machine.

python tests/benchmarks/run.py --peers DIR --markdown
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

import big_document
import big_journal
import command_line
import journal_reading
import msgspec
import psutil
from figures import Run, Start, load_table, rows, start_table
from load import CONNECTIONS, STREAMS, put_load
from processes import Server
from targets import (
    OBSERVED,
    PETSTORE,
    Replies,
    Target,
    answers_of,
    installed_peers,
    settled,
    start_bare,
    start_grpc_aio,
    start_grpc_js,
    start_mockoon,
    start_polymock,
    start_polymock_connect,
    start_polymock_graphql,
    start_polymock_grpc,
    start_polymock_observed,
    start_prism,
    start_strawberry,
    start_wiremock,
    start_world,
    start_yoga,
)
from workloads import (
    BY_HAND,
    GRAPHQL_WORKLOADS,
    GRPC_WORKLOADS,
    WORKLOADS,
    WORLD_SIZES,
    WORLD_WORKLOADS,
    Workload,
)

REST_TARGETS = ("bare", "polymock", OBSERVED, "WireMock", "Prism", "Mockoon")
FIRST_WARM_UP_SECONDS = 5
"""Before the first run of each workload: a JVM compiles what it finds hot only then."""
WARM_UP_SECONDS = 1
WORLD_SECONDS = 300.0
"""So long a million entities may take to be planted."""


def main() -> None:
    """Measure what the arguments ask for, and print it."""
    options = _options()
    busy = psutil.cpu_percent(interval=1.0)
    with tempfile.TemporaryDirectory(prefix="polymock-benchmarks-") as name:
        folder = Path(name)
        sections = []
        if "load" in options.parts:
            names = [name for name in _wanted(options) if name in REST_TARGETS]
            targets = _start_targets(names, options.peers, folder)
            sections.append(_load_section(options, folder, targets, WORKLOADS, "bare"))
        if "graphql" in options.parts:
            targets = _start_graphql(options, folder)
            sections.append(_load_section(options, folder, targets, GRAPHQL_WORKLOADS, "yoga"))
        if "grpc" in options.parts:
            targets = _start_grpc(options, folder)
            sections.append(_load_section(options, folder, targets, GRPC_WORKLOADS, "grpc.aio"))
        if "world" in options.parts:
            targets = _start_worlds(folder)
            sections.append(_load_section(options, folder, targets, WORLD_WORKLOADS, "static"))
        if "start" in options.parts:
            sections.append(_start_section(options, folder))
        if "commands" in options.parts:
            table = command_line.measure(folder, 4 * options.rounds, _say)
            sections.append(f"{_mark(options)}Commands\n\n{table}")
        if "journal" in options.parts:
            table = journal_reading.measure(folder, options.rows, options.rounds, _say)
            sections.append(f"{_mark(options)}Questions to a large journal\n\n{table}")
    sys.stdout.write("\n\n".join([_machine(options, busy), *sections]) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="folder of npm packages with the peers")
    parser.add_argument("--only", nargs="+", default=[], help="of bare polymock WireMock Prism …")
    parts = ["load", "graphql", "grpc", "world", "start", "commands", "journal"]
    parser.add_argument("--parts", nargs="+", default=parts, help=", ".join(parts))
    every = [*WORKLOADS, *GRAPHQL_WORKLOADS, *GRPC_WORKLOADS, *WORLD_WORKLOADS]
    parser.add_argument(
        "--workloads", nargs="+", default=list(dict.fromkeys(each.name for each in every))
    )
    parser.add_argument("--seconds", type=int, default=4, help="of one measured run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--rows", type=int, default=big_journal.ROWS, help="exchanges of the large journal"
    )
    parser.add_argument("--markdown", action="store_true", help="headings for the README too")
    return parser.parse_args()


def _mark(options: argparse.Namespace) -> str:
    """What a heading begins with."""
    return "### " if options.markdown else ""


def _wanted(options: argparse.Namespace) -> list[str]:
    names = ["bare", "polymock", OBSERVED, *installed_peers(options.peers)]
    return [name for name in names if not options.only or name in options.only]


def _load_section(
    options: argparse.Namespace,
    folder: Path,
    targets: list[Target],
    workloads: Sequence[Workload],
    measure: str,
) -> str:
    """The tables of some workloads, with ratios to the target `measure`. Ends the targets."""
    chosen = [workload for workload in workloads if workload.name in options.workloads]
    runs: list[Run] = []
    try:
        for workload in chosen:
            for number in range(options.rounds):
                for target in targets:
                    if not workload.targets or target.name in workload.targets:
                        _say(f"{workload.name} round {number + 1} {target.name}")
                        runs.append(_measure(target, workload, number, options.seconds, folder))
    finally:
        for target in targets:
            target.server.stop()
    return "\n\n".join(
        f"{_mark(options)}{workload.name}: {workload.title}\n\n"
        f"{load_table(rows(runs, workload.name, measure, workload.against), measure)}"
        for workload in chosen
    )


def _start_graphql(options: argparse.Namespace, folder: Path) -> list[Target]:
    targets = [start_polymock_graphql(folder), start_strawberry(folder)]
    if "yoga" in _wanted(options):
        targets.insert(0, start_yoga(folder, options.peers))
    return _awaited(targets, lambda server: server.wait("/graphql?query=%7B__typename%7D"))


def _start_grpc(options: argparse.Namespace, folder: Path) -> list[Target]:
    targets = [start_grpc_aio(folder), start_polymock_grpc(folder)]
    targets += [start_polymock_grpc(folder, "grpcio"), start_polymock_connect(folder)]
    if "grpc-js mock" in _wanted(options):
        targets.append(start_grpc_js(folder, options.peers))
    return _awaited(targets, lambda server: server.wait_port())


def _start_worlds(folder: Path) -> list[Target]:
    """The petstore's example as the measure, and a world of each size."""
    static = msgspec.structs.replace(start_polymock(folder), name="static")
    targets = [static, *(start_world(folder, *size) for size in WORLD_SIZES.items())]
    return _awaited(targets, lambda server: server.wait("/pets/1", WORLD_SECONDS))


def _awaited(targets: list[Target], wait: Callable[[Server], object]) -> list[Target]:
    """The targets, once all of them answer; where one does not, all are ended."""
    try:
        for target in targets:
            wait(target.server)
    except (RuntimeError, OSError):
        for target in targets:
            target.server.stop()
        raise
    return targets


def _start_targets(names: list[str], peers: Path, folder: Path) -> list[Target]:
    """Start all; what Polymock answers is what the bare app and WireMock are given to send."""
    replies: Replies = {
        key: (status, {"content-type": "application/json", "content-length": str(len(body))}, body)
        for key, (status, body) in BY_HAND.items()
    }
    targets: dict[str, Target] = {}
    try:
        if "polymock" in names:
            targets["polymock"] = start_polymock(folder)
            targets["polymock"].server.wait("/pets/1")
            replies = answers_of(targets["polymock"])
        for name in names:
            if name != "polymock":
                targets[name] = _start(name, peers, folder, replies)
                targets[name].server.wait("/pets/1")
                answers_of(targets[name])
    except (RuntimeError, OSError):
        for target in targets.values():
            target.server.stop()
        raise
    return [targets[name] for name in names]


def _start(name: str, peers: Path, folder: Path, replies: Replies) -> Target:
    match name:
        case "polymock (observed)":
            return start_polymock_observed(folder)
        case "bare":
            return start_bare(folder, replies)
        case "WireMock":
            return start_wiremock(folder, peers, replies)
        case "Prism":
            return start_prism(folder, peers)
        case _:
            return start_mockoon(folder, peers)


def _measure(target: Target, workload: Workload, number: int, seconds: int, folder: Path) -> Run:
    warm_up = WARM_UP_SECONDS if number else FIRST_WARM_UP_SECONDS
    put_load(target.server.url, workload, warm_up, folder)
    if target.forget is not None:
        target.forget()
    recorded, cpu = settled(target), target.server.cpu()
    seen = put_load(target.server.url, workload, seconds, folder)
    recorded = settled(target) - recorded
    spent = target.server.cpu()
    return Run(
        target=target.name,
        workload=workload.name,
        round=number,
        rate=seen.rate,
        p50_us=seen.p50_us,
        p99_us=seen.p99_us,
        failed=seen.failed,
        worker_us=(spent["worker"] - cpu["worker"]) * 1e6 / seen.requests,
        control_us=(spent["control"] - cpu["control"]) * 1e6 / seen.requests,
        sent=seen.requests,
        recorded=None if target.recorded is None else recorded,
    )


def _start_section(options: argparse.Namespace, folder: Path) -> str:
    names = _wanted(options)
    documents = {"petstore": (PETSTORE, "/pets/1")}
    document = big_document.big_document()
    path = next(iter(document["paths"])) + "/1"
    for suffix in ("json", "yaml"):
        file = folder / f"big.{suffix}"
        big_document.write(file)
        size = file.stat().st_size / 1e6
        documents[f"1,200 operations, {size:.0f} MB of {suffix.upper()}"] = (file, path)
    starts: list[Start] = []
    for number in range(options.rounds):
        for title, (file, first) in documents.items():
            for name in names:
                if name in ("polymock", "Prism", "Mockoon") and (
                    name == "polymock" or number == 0 or file == PETSTORE
                ):
                    _say(f"start {number + 1} {name} {title}")
                    starts.append(_start_once(name, options.peers, folder, title, file, first))
    return f"{_mark(options)}From the command to the first answer\n\n{start_table(starts)}"


def _start_once(
    name: str, peers: Path, folder: Path, title: str, document: Path, first: str
) -> Start:
    match name:
        case "polymock":
            target = start_polymock(folder, document)
        case "Prism":
            target = start_prism(folder, peers, document)
        case _:
            target = start_mockoon(folder, peers, document)
    try:
        seconds = target.server.wait(first)
        return Start(name, title, seconds, target.server.memory())
    except RuntimeError as error:
        _say(str(error))
        return Start(name, title, inf, target.server.memory())
    finally:
        target.server.stop()


def _machine(options: argparse.Namespace, busy: float) -> str:
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}; wrk "
        f"with {CONNECTIONS} connections beside it (gRPC: h2load with {STREAMS[0]} connections of "
        f"{STREAMS[1]} streams), {options.rounds} alternating round(s) of "
        f"{options.seconds} s each after {WARM_UP_SECONDS} s of warm-up "
        f"({FIRST_WARM_UP_SECONDS} s the first time); medians. "
        f"Before the run {busy:.0f}% of the CPUs were busy with something else."
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
