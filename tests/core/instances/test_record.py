from __future__ import annotations

import msgspec

from core.instances.doubles import Spawn, record_of
from polymock.cli.serving import serve
from polymock.instances.processes import ProcessId, this_process
from polymock.instances.record import overrides_of
from polymock_schemas.instances import ServeOptions

EVERYTHING = ServeOptions(
    host="127.0.0.2",
    port=0,
    admin_port=18_081,
    grpc_port=15_051,
    workers=3,
    seed=-7,
    journal="-odd name.duckdb",
    log_level="debug",
    reload=True,
    strict=True,
    allow_private=True,
)


def test_an_instance_has_the_options_of_serve() -> None:
    flags = serve.make_context("serve", []).params
    assert (flags.pop("as_json"), flags.pop("specs")) == (False, ())
    assert flags == msgspec.structs.asdict(ServeOptions())


def test_overrides_are_what_serve_makes_of_the_options() -> None:
    overrides = msgspec.structs.asdict(overrides_of(EVERYTHING))
    assert overrides == {name: getattr(EVERYTHING, name) for name in overrides}


def test_whoever_starts_it_is_at_it_until_it_ends() -> None:
    record = record_of("shop")
    assert not record.is_being_started
    assert msgspec.structs.replace(record, starter=this_process()).is_being_started
    old = ProcessId(this_process().pid, 1.0)
    assert not msgspec.structs.replace(record, starter=old).is_being_started


def test_the_process_is_found_though_nobody_wrote_it_down(spawn: Spawn) -> None:
    process = spawn(run="run-of-shop")
    assert process.stdout is not None
    process.stdout.readline()
    record = record_of("shop", run="run-of-shop")
    found = record.find_process()
    assert found is not None
    assert found.pid == process.pid
    starting = msgspec.structs.replace(record, starter=this_process())
    assert starting.find_process() is None
