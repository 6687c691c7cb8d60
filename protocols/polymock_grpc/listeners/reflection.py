"""The service ServerReflection, as grpc.reflection.v1 and, older, grpc.reflection.v1alpha.

Both versions have the same messages, so one handler serves both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection_pb2 import (
    ErrorResponse,
    ExtensionNumberResponse,
    FileDescriptorResponse,
    ListServiceResponse,
    ServerReflectionRequest,
    ServerReflectionResponse,
    ServiceResponse,
)
from protobuf.wkt import FileDescriptorProto

from polymock_grpc.listeners.descriptor_index import DescriptorIndex
from polymock_grpc.spec.document import ProtoDocument

_PACKAGE = "grpc.reflection.v1"
_OLD_PACKAGE = "grpc.reflection.v1alpha"


class Reflection:
    """Tells about the contracts' services. Where two contradict each other, the first is right."""

    def __init__(self, documents: Sequence[ProtoDocument]) -> None:
        own = _own_files()
        self._indexes = [
            *(DescriptorIndex(document.descriptors.file) for document in documents),
            DescriptorIndex(own),
        ]
        names = {name for document in documents for name in document.services}
        names.update(f"{file.package}.{each.name}" for file in own for each in file.service)
        self._services = sorted(names)

    @property
    def handler(self) -> grpc.RpcMethodHandler[Any, Any]:
        """Of the method ServerReflectionInfo."""
        return grpc.stream_stream_rpc_method_handler(
            self._answer_all,
            request_deserializer=ServerReflectionRequest.FromString,
            response_serializer=ServerReflectionResponse.SerializeToString,
        )

    async def _answer_all(
        self, requests: AsyncIterator[ServerReflectionRequest], context: object
    ) -> AsyncIterator[ServerReflectionResponse]:
        async for request in requests:
            answer = self._answer(request)
            answer.valid_host = request.host
            answer.original_request.CopyFrom(request)
            yield answer

    def _answer(self, request: ServerReflectionRequest) -> ServerReflectionResponse:
        match request.WhichOneof("message_request"):
            case "list_services":
                return self._list_services()
            case "file_by_filename":
                name = request.file_by_filename
                return _files(index.with_name(name) for index in self._indexes)
            case "file_containing_symbol":
                symbol = request.file_containing_symbol
                return _files(index.with_symbol(symbol) for index in self._indexes)
            case "file_containing_extension":
                asked = request.file_containing_extension
                extended, number = asked.containing_type, asked.extension_number
                return _files(index.with_extension(extended, number) for index in self._indexes)
            case "all_extension_numbers_of_type":
                return self._extension_numbers(request.all_extension_numbers_of_type)
        return _refusal(grpc.StatusCode.INVALID_ARGUMENT, "The request asks for nothing.")

    def _list_services(self) -> ServerReflectionResponse:
        services = [ServiceResponse(name=name) for name in self._services]
        return ServerReflectionResponse(
            list_services_response=ListServiceResponse(service=services)
        )

    def _extension_numbers(self, extended: str) -> ServerReflectionResponse:
        for index in self._indexes:
            numbers = index.extension_numbers(extended)
            if numbers is not None:
                return ServerReflectionResponse(
                    all_extension_numbers_response=ExtensionNumberResponse(
                        base_type_name=extended, extension_number=numbers
                    )
                )
        return _refusal(grpc.StatusCode.NOT_FOUND, "There is no such message type.")


def _files(found: Iterable[Sequence[FileDescriptorProto]]) -> ServerReflectionResponse:
    """The first that is not empty."""
    files = next(filter(None, found), ())
    if not files:
        return _refusal(grpc.StatusCode.NOT_FOUND, "No file has it.")
    return ServerReflectionResponse(
        file_descriptor_response=FileDescriptorResponse(
            file_descriptor_proto=[file.to_binary() for file in files]
        )
    )


def _refusal(code: grpc.StatusCode, message: str) -> ServerReflectionResponse:
    error = ErrorResponse(error_code=code.value[0], error_message=message)
    return ServerReflectionResponse(error_response=error)


def _own_files() -> Sequence[FileDescriptorProto]:
    """Of the services that every listener has. Reflection is installed in its old version only."""
    health = FileDescriptorProto.from_binary(health_pb2.DESCRIPTOR.serialized_pb)
    old = FileDescriptorProto.from_binary(reflection_pb2.DESCRIPTOR.serialized_pb)
    new = old.to_json().replace(_OLD_PACKAGE, _PACKAGE).replace("/v1alpha/", "/v1/")
    return health, old, FileDescriptorProto.from_json(new)
