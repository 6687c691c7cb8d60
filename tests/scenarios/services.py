"""The services of a mock as a gRPC client knows them: from reflection, by Google's own library."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

KNOWN = (error_details_pb2, health_pb2)
"""Modules whose types are in the default pool: details of errors, and services of everybody's."""


class Services:
    """Reads and writes the messages of services; `target` opens the mock's listener."""

    def __init__(self, target: Callable[[], str]) -> None:
        self._target = target
        self._is_open = False

    def method(self, path: str) -> MethodDescriptor | None:
        """The method at the end of a path: `…/shop.v1.Shop/GetPet`; None where there is none."""
        service, _, name = path.strip("/").rpartition("/")
        for pool in (descriptor_pool.Default(), self._reflected):
            try:
                found = pool.FindServiceByName(service.rpartition("/")[2])
            except (KeyError, grpc.RpcError):  # the latter where there is no reflection
                continue
            method: MethodDescriptor | None = found.methods_by_name.get(name)
            return method
        return None

    def input(self, path: str, value: Any) -> bytes:
        """The bytes of a method's request, given as ProtoJSON."""
        method = self._known(path)
        message = json_format.ParseDict(value, _new(method.input_type), descriptor_pool=self._pool)
        return bytes(message.SerializeToString())

    def output(self, path: str, data: bytes) -> Any:
        """A method's answer as ProtoJSON."""
        message = _new(self._known(path).output_type)
        message.ParseFromString(data)
        return json_format.MessageToDict(message, descriptor_pool=self._pool)

    @cached_property
    def channel(self) -> grpc.Channel:
        """A connection of its own to the mock's listener."""
        self._is_open = True
        options = [("grpc.use_local_subchannel_pool", 1)]
        return grpc.insecure_channel(self._target(), options=options)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._is_open:
            self.channel.close()

    def _known(self, path: str) -> MethodDescriptor:
        method = self.method(path)
        if method is None:
            raise ValueError(f"the contract has no method {path}: give the bytes as `base64`")
        return method

    @property
    def _pool(self) -> descriptor_pool.DescriptorPool:
        return self._reflected if self._is_open else descriptor_pool.Default()

    @cached_property
    def _reflected(self) -> descriptor_pool.DescriptorPool:
        return descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))


def _new(descriptor: Descriptor) -> Message:
    return message_factory.GetMessageClass(descriptor)()
