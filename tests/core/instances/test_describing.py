from __future__ import annotations

import os
import time

import pytest
from msgspec.structs import replace

from core.instances.admin import serve_admin
from core.instances.doubles import Spawn, keep, record_of, started
from polymock.instances import asking
from polymock.instances.describing import (
    addresses_of,
    describe,
    find_ended,
    find_mentioned,
    find_owner,
)
from polymock.instances.processes import this_process
from polymock.instances.registry import Registry

ANSWERS = {"/health/ready": (200, b"{}"), "/api/v1/logs/sql": (200, b'{"rows": [[3]]}')}


def test_one_that_serves_runs(registry: Registry, spawn: Spawn) -> None:
    process = spawn()
    with serve_admin(ANSWERS) as port:
        record = keep(registry, record_of("shop", process), started(8080, port, 50051))
        told = describe(registry, record)
    assert (told.status, told.note, told.pid) == ("running", "", process.pid)
    assert told.requests == 3
    assert told.memory is not None
    assert told.memory > 1_000_000
    assert told.uptime is not None
    assert 0 <= told.uptime < 60
    assert told.started is not None
    assert abs(told.started.timestamp() - time.time()) < 60
    assert told.ports == {"http": 8080, "admin": port, "grpc": 50051}
    assert [address.url for address in told.addresses] == [
        "http://127.0.0.1:8080/",
        "127.0.0.1:50051",
    ]
    assert told.specs == ("openapi.yaml",)


def test_one_whose_process_does_not_answer_is_unresponsive(
    registry: Registry, spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.1)
    with serve_admin({}) as port:
        pass
    record = keep(registry, record_of("shop", spawn()), started(8080, port))
    told = describe(registry, record)
    assert told.status == "unresponsive"
    assert "does not answer" in told.note
    assert told.requests is None


def test_one_without_a_panel_is_starting(registry: Registry, spawn: Spawn) -> None:
    assert describe(registry, keep(registry, record_of("shop", spawn()))).status == "starting"
    claimed = replace(record_of("pets"), starter=this_process())
    assert describe(registry, keep(registry, claimed)).status == "starting"


def test_one_that_ended_says_whether_it_was_asked_to(registry: Registry, spawn: Spawn) -> None:
    process = spawn("pass")
    record = keep(registry, record_of("shop", process), started(8080, 8081))
    process.wait()
    told = describe(registry, record)
    assert (told.status, told.pid, told.uptime, told.memory) == ("exited", None, None, None)
    assert "by itself" in told.note
    assert describe(registry, replace(record, stopped=True)).note == ""


def test_what_it_said_of_itself_is_told(registry: Registry, spawn: Spawn) -> None:
    panel = replace(started(8080, 8081), notes=("It asks for a token.",))
    record = keep(registry, record_of("shop", spawn()), panel)
    assert describe(registry, record).notes == ("It asks for a token.",)


def test_only_one_that_is_known_has_ended(registry: Registry, spawn: Spawn) -> None:
    keep(registry, record_of("shop", spawn()), started(8080, 8081))
    keep(registry, record_of("gone"), started(8080, 8081))
    assert find_ended(registry, "shop") is None
    assert find_ended(registry, "nobody") is None
    gone = find_ended(registry, "gone")
    assert gone is not None
    assert gone.journal == "/tmp/polymock.duckdb"


def test_another_process_with_its_pid_is_not_shown(registry: Registry, spawn: Spawn) -> None:
    record = record_of("shop", spawn())
    assert record.process is not None
    old = replace(record, process=replace(record.process, created=1.0))
    told = describe(registry, keep(registry, old, started(8080, 8081)))
    assert (told.status, told.pid) == ("exited", None)


def test_the_owner_of_a_port_or_process_is_found(registry: Registry, spawn: Spawn) -> None:
    process, other = spawn(), spawn("pass")
    shop = keep(registry, record_of("shop", process), started(18080, 18081, 15051))
    keep(registry, record_of("gone", other, run="gone"), started(19080, 19081))
    other.wait()
    assert find_owner(registry, [15051]) == shop
    assert find_owner(registry, [], [process.pid]) == shop
    assert find_owner(registry, [19080]) is None
    assert find_owner(registry, [], [os.getpid()]) is None
    assert find_mentioned(registry, "Port 18081 on 127.0.0.1 is taken.") == shop
    assert find_mentioned(registry, f"process {process.pid} holds the journal") == shop
    assert find_mentioned(registry, "there is no file 18081") is None


def test_mocks_are_at_their_prefixes() -> None:
    panel = started(8080, 8081)
    shop = replace(panel.mocks[0], name="shop", protocol="graphql", prefix="/graphql")
    both = addresses_of(replace(panel, mocks=(*panel.mocks, shop)))
    assert [(each.protocol, each.url, each.mocks) for each in both] == [
        ("openapi", "http://127.0.0.1:8080/", ("pets",)),
        ("graphql", "http://127.0.0.1:8080/graphql", ("shop",)),
    ]
