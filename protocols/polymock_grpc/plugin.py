"""The entry point of the gRPC protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polymock.interfaces import Plugin, Spec
from polymock_grpc.settings import GrpcSettings
from polymock_grpc.spec.recognition import recognises

if TYPE_CHECKING:
    from polymock.wires import Listener, ListenerSettings, Responder
    from polymock_grpc.contract import GrpcContract


class GrpcReader:
    """Implements `polymock.interfaces.ContractReader` and `polymock.wires.Listening`.

    What compiling and listening need is imported there: this module is loaded for every document.
    """

    prefix = "/"
    shares_prefix = True

    def __init__(self, settings: GrpcSettings) -> None:
        self._settings = settings

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether the document is a .proto file or a serialised FileDescriptorSet."""
        return recognises(name, head)

    def compile(self, spec: Spec) -> GrpcContract:
        """Compile the document with protoc, or load its descriptors. Raises SpecError."""
        from polymock_grpc.contract import GrpcContract  # protobuf costs 150 ms
        from polymock_grpc.spec.document import load_document

        return GrpcContract(load_document(spec), spec, self._settings)

    def open_listener(self, settings: ListenerSettings, responder: Responder) -> Listener:
        """Native gRPC on a port of its own. Raises ServerError, ConfigError."""
        from polymock_grpc.listeners import open_listener  # grpc costs 100 ms

        return open_listener(settings, responder)


def build(settings: GrpcSettings) -> GrpcReader:
    """Build the protocol."""
    return GrpcReader(settings)


plugin = Plugin(config=GrpcSettings, build=build)
