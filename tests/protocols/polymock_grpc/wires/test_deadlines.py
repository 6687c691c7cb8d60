from __future__ import annotations

from time import monotonic

import pytest

from polymock.errors import Unreadable
from polymock_grpc.wires.deadlines import deadline_of


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"connect_timeout_ms": "1500"}, 1.5),
        ({"connect_timeout_ms": "0"}, 0),
        ({"connect_timeout_ms": "9999999999"}, 9_999_999.999),
        ({"grpc_timeout": "2H"}, 7200),
        ({"grpc_timeout": "2M"}, 120),
        ({"grpc_timeout": "2S"}, 2),
        ({"grpc_timeout": "250m"}, 0.25),
        ({"grpc_timeout": "99999999u"}, 99.999999),
        ({"grpc_timeout": "0n"}, 0),
    ],
)
def test_limits(call, headers, seconds):
    assert deadline_of(call(**headers)) == pytest.approx(monotonic() + seconds, abs=0.5)


def test_no_limit(call):
    assert deadline_of(call()) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"connect_timeout_ms": ""},
        {"connect_timeout_ms": "-1"},
        {"connect_timeout_ms": "1.5"},
        {"connect_timeout_ms": "10000000000"},
        {"grpc_timeout": "5"},
        {"grpc_timeout": "999999999S"},
        {"grpc_timeout": "5s"},
    ],
)
def test_malformed(call, headers):
    with pytest.raises(Unreadable):
        deadline_of(call(**headers))
