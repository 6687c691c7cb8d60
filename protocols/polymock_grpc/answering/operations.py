"""Long-running operations (AIP-151): an Operation that is done, with the response that it promises.

`google.longrunning.operation_info` names the types of the response and of the metadata.
"""

from __future__ import annotations

from typing import Any

from protobuf import DescMessage, DescMethod, Registry

from polymock_grpc.model import TYPE_PREFIX
from polymock_grpc.spec.known_types import OPERATION
from polymock_grpc.spec.options import Options

_INFO = "google.longrunning.operation_info"


class Promise:
    """What the Operation of one method holds; None for a type that the contract does not know."""

    def __init__(self, method: DescMethod, registry: Registry, options: Options) -> None:
        told = options.read_json(method.proto.options, _INFO) or {}
        package = method.parent.file.proto.package
        self.response = _type(told.get("responseType", ""), package, registry)
        self.metadata = _type(told.get("metadataType", ""), package, registry)

    def operation(
        self, name: str, response: dict[str, Any] | None, metadata: dict[str, Any] | None
    ) -> dict[str, Any]:
        """The Operation in ProtoJSON, with messages of the two types in it."""
        made: dict[str, Any] = {"name": f"operations/{name}", "done": True}
        if self.metadata is not None and metadata is not None:
            made["metadata"] = {"@type": TYPE_PREFIX + self.metadata.type_name, **metadata}
        if self.response is not None and response is not None:
            made["response"] = {"@type": TYPE_PREFIX + self.response.type_name, **response}
        return made


def promise_of(method: DescMethod, registry: Registry, options: Options) -> Promise | None:
    """What a method that answers an Operation promises; None for any other method."""
    if method.output.type_name != OPERATION:
        return None
    return Promise(method, registry, options)


def _type(name: str, package: str, registry: Registry) -> DescMessage | None:
    """A type as the annotation names it: in full, or by its name in the method's package."""
    if not name:
        return None
    return registry.message(f"{package}.{name}") or registry.message(name)
