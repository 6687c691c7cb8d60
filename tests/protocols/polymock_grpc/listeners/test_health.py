"""Health checking with the client that grpcio-health-checking brings."""

from __future__ import annotations

import threading
from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
OTHER = """
syntax = "proto3";
package other;
message Empty {}
service Other { rpc Do(Empty) returns (Empty); }
"""


@pytest.mark.parametrize("service", ["", "toy.v1.Toy"])
def test_check(toy: Any, service: str) -> None:
    answer = HealthStub(toy.channel()).Check(HealthCheckRequest(service=service))
    assert answer.status == SERVING
    assert toy.records.exchanges == []


def test_check_of_an_unknown_service(toy: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        HealthStub(toy.channel()).Check(HealthCheckRequest(service="nobody"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_watch_tells_of_reloads_and_of_the_stop(toy: Any) -> None:
    watched = HealthStub(toy.channel()).Watch(HealthCheckRequest(service="other.Other"))
    assert next(watched).status == HealthCheckResponse.SERVICE_UNKNOWN
    toy.reload(OTHER)
    assert next(watched).status == SERVING
    stopping = threading.Thread(target=toy.stop, args=(5,))
    stopping.start()
    assert next(watched).status == NOT_SERVING
    assert list(watched) == []
    stopping.join(1)
    assert not stopping.is_alive()
