"""The service grpc.health.v1.Health (GRPC Health Checking Protocol)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc
from grpc import aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from polymock_grpc.listeners.serving import ServingState

Context = aio.ServicerContext[HealthCheckRequest, HealthCheckResponse]


def health_handler(method: str, state: ServingState) -> grpc.RpcMethodHandler[Any, Any] | None:
    """The handler of `Check` or `Watch`."""
    if method == "Check":
        return grpc.unary_unary_rpc_method_handler(
            partial(_check, state),
            request_deserializer=HealthCheckRequest.FromString,
            response_serializer=HealthCheckResponse.SerializeToString,
        )
    if method == "Watch":
        return grpc.unary_stream_rpc_method_handler(
            partial(_watch, state),
            request_deserializer=HealthCheckRequest.FromString,
            response_serializer=HealthCheckResponse.SerializeToString,
        )
    return None


async def _check(
    state: ServingState, request: HealthCheckRequest, context: Context
) -> HealthCheckResponse:
    status = _status(state, request.service)
    if status == HealthCheckResponse.SERVICE_UNKNOWN:
        context.set_code(grpc.StatusCode.NOT_FOUND)
        context.set_details(f"There is no service {request.service[:200]!r} here.")
    return HealthCheckResponse(status=status)


async def _watch(
    state: ServingState, request: HealthCheckRequest, context: Context
) -> AsyncIterator[HealthCheckResponse]:
    """Tell the status now and whenever it changes, until nothing is served any more."""
    told, is_over = None, False
    while not is_over:
        change, is_over = state.change, state.is_stopping
        status = _status(state, request.service)
        if status != told:
            yield HealthCheckResponse(status=status)
            told = status
        if not is_over:
            await change.wait()


def _status(state: ServingState, service: str) -> int:
    """Of a service, or of all together under the empty name."""
    if service and service not in state.services:
        return HealthCheckResponse.SERVICE_UNKNOWN
    if state.is_stopping:
        return HealthCheckResponse.NOT_SERVING
    return HealthCheckResponse.SERVING
