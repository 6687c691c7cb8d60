"""Reflection with the client that grpcio-reflection brings, and with bare requests."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_reflection.v1alpha.reflection_pb2 import (
    ExtensionRequest,
    ServerReflectionRequest,
    ServerReflectionResponse,
)

from polymock_grpc.settings import GrpcSettings
from polymock_schemas.config import ServerConfig

OWN = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
]
EXTENDED = """
syntax = "proto2";
package ext;
import "google/protobuf/timestamp.proto";
message Open {
  optional google.protobuf.Timestamp at = 1;
  extensions 100 to 200;
  enum Colour { RED = 0; }
  oneof one { int32 first = 2; }
  message Inner { extend Open { optional int32 inner = 101; } }
}
extend Open { optional string outer = 100; }
service Extended { rpc Do(Open) returns (Open); }
"""
SAME_NAME = """
syntax = "proto3";
package ext;
message Open { string other = 1; }
service Second { rpc Do(Open) returns (Open); }
"""


def ask(
    toy: Any, request: ServerReflectionRequest, version: str = "v1"
) -> ServerReflectionResponse:
    call = toy.channel().stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )
    (answer,) = call(iter([request]))
    assert answer.original_request == request
    return answer


def files(answer: ServerReflectionResponse) -> list[FileDescriptorProto]:
    found = answer.file_descriptor_response.file_descriptor_proto
    return [FileDescriptorProto.FromString(each) for each in found]


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_services_are_listed(toy: Any, version: str) -> None:
    answer = ask(toy, ServerReflectionRequest(host="h", list_services="*"), version)
    names = [service.name for service in answer.list_services_response.service]
    assert names == [*OWN, "toy.v1.Toy"]
    assert answer.valid_host == "h"
    assert toy.records.exchanges == []


def test_the_usual_client_builds_messages(toy: Any) -> None:
    database = ProtoReflectionDescriptorDatabase(toy.channel())
    pool = DescriptorPool(database)
    service = pool.FindServiceByName("toy.v1.Toy")
    assert [method.name for method in service.methods] == ["Echo", "Repeat", "Join", "Chat"]
    for name in OWN:
        assert pool.FindServiceByName(name).methods
    assert pool.FindMessageTypeByName("toy.v1.Note").fields_by_name["count"].number == 2


def test_files_come_with_their_imports(serve: Any, server: ServerConfig) -> None:
    toy = serve(server, EXTENDED)
    for symbol in (
        "ext.Open",
        ".ext.Open",
        "ext.Open.at",
        "ext.Open.one",
        "ext.Open.RED",
        "ext.Open.Colour",
        "ext.Open.Inner",
        "ext.Open.Inner.inner",
        "ext.outer",
        "ext.Extended",
        "ext.Extended.Do",
    ):
        found = files(ask(toy, ServerReflectionRequest(file_containing_symbol=symbol)))
        assert [file.name for file in found][1:] == ["google/protobuf/timestamp.proto"], symbol
        assert found[0].package == "ext"


def test_extensions(serve: Any, server: ServerConfig) -> None:
    toy = serve(server, EXTENDED)
    numbers = ask(toy, ServerReflectionRequest(all_extension_numbers_of_type="ext.Open"))
    assert list(numbers.all_extension_numbers_response.extension_number) == [100, 101]
    asked = ExtensionRequest(containing_type="ext.Open", extension_number=101)
    found = files(ask(toy, ServerReflectionRequest(file_containing_extension=asked)))
    assert found[0].package == "ext"


@pytest.mark.parametrize(
    "request_",
    [
        ServerReflectionRequest(file_by_filename="gone.proto"),
        ServerReflectionRequest(file_containing_symbol="gone"),
        ServerReflectionRequest(all_extension_numbers_of_type="gone"),
        ServerReflectionRequest(file_containing_extension=ExtensionRequest(extension_number=1)),
    ],
)
def test_what_is_not_there(toy: Any, request_: ServerReflectionRequest) -> None:
    assert ask(toy, request_).error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


def test_a_request_for_nothing(toy: Any) -> None:
    error = ask(toy, ServerReflectionRequest()).error_response
    assert error.error_code == grpc.StatusCode.INVALID_ARGUMENT.value[0]


def test_contracts_that_contradict_each_other(serve: Any, server: ServerConfig) -> None:
    """The first is right, but each service comes with its own types."""
    toy = serve(server, EXTENDED, SAME_NAME)
    asked = ServerReflectionRequest(file_containing_symbol="ext.Open")
    assert files(ask(toy, asked))[0].service[0].name == "Extended"
    asked = ServerReflectionRequest(file_containing_symbol="ext.Second")
    (own,) = files(ask(toy, asked))
    assert own.message_type[0].field[0].name == "other"


def test_it_can_be_switched_off(toy: Any) -> None:
    toy.reload(settings=GrpcSettings(reflection=False))
    with pytest.raises(grpc.RpcError) as caught:
        ask(toy, ServerReflectionRequest(list_services="*"))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
