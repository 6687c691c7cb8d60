from datetime import datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from polymock_schemas.events import (
    EVENT_NAMES,
    ErrorOccurred,
    Event,
    RequestReceived,
    ResponseSent,
    ScenarioChanged,
    ServerStarted,
    ServerStopped,
    WorldChanged,
    instant,
    name_of,
    told,
)

SHAPES = (
    ServerStarted,
    ServerStopped,
    RequestReceived,
    ResponseSent,
    ScenarioChanged,
    WorldChanged,
    ErrorOccurred,
)


def test_every_name_has_its_struct() -> None:
    assert {shape.__struct_config__.tag for shape in SHAPES} == set(EVENT_NAMES)
    assert all(issubclass(shape, Event) for shape in SHAPES)


def test_an_event_over_the_net() -> None:
    event = WorldChanged("w1", 1_700_000_000_000_250, "created", "pets", "7", "t", "shop", 2)
    assert name_of(event) == "world.changed"
    assert told(event) == {
        "id": "w1",
        "type": "world.changed",
        "timestamp": "2023-11-14T22:13:20.000250Z",
        "data": {
            "action": "created",
            "collection": "pets",
            "key": "7",
            "session": "t",
            "mock": "shop",
            "others": 2,
        },
    }
    assert msgspec.json.decode(msgspec.json.encode(event), type=WorldChanged) == event


def test_bodies_can_be_left_out() -> None:
    fields = dict.fromkeys(RequestReceived.__struct_fields__, "")
    event = msgspec.convert(
        {**fields, "type": "request.received", "ts": 1, "bytes": 3, "headers": {}, "body": "abc"},
        RequestReceived,
    )
    assert told(event)["data"]["body"] == "abc"
    assert "body" not in told(event, bodies=False)["data"]


@given(st.integers(0, 4_000_000_000_000_000))
def test_instants_are_exact(ts_us: int) -> None:
    read = datetime.fromisoformat(instant(ts_us))
    assert (int(read.timestamp()), read.microsecond) == divmod(ts_us, 1_000_000)
