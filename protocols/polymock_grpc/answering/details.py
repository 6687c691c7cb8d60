"""Details of errors: the messages of google/rpc/error_details.proto."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from protobuf import Registry, message_from_json_value
from protobuf.wkt import Duration, FileDescriptorProto, FileDescriptorSet

from polymock_grpc.model import Detail
from polymock_grpc.spec.descriptors import name_for_json

PACKAGE = "google.rpc."


def detail(name: str, value: dict[str, Any]) -> Detail:
    """A detail by the name of its type (`BadRequest`), from its fields in ProtoJSON."""
    type_name = PACKAGE + name
    described = _registry().message(type_name)
    if described is None:
        raise ValueError(f"{type_name} is no type of error details")
    message = message_from_json_value(described.type, value)
    return Detail(type_name, message.to_binary(), value)


@lru_cache(maxsize=1)
def _registry() -> Registry:
    # By name, as googleapis-common-protos has no types of its own to check against.
    generated = import_module("google.rpc.error_details_pb2")
    own = FileDescriptorProto.from_binary(generated.DESCRIPTOR.serialized_pb)
    name_for_json(own)
    return FileDescriptorSet(file=[Duration.desc().file.proto, own]).to_registry()
