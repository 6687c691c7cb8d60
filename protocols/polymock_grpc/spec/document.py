"""The document of a gRPC mock: descriptors, and the services in them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from protobuf import Registry
from protobuf.wkt import FileDescriptorSet

from polymock.documents.collector import collector_paused
from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_grpc.model import Method
from polymock_grpc.spec import bundled
from polymock_grpc.spec.descriptors import read_descriptors, to_registry
from polymock_grpc.spec.methods import read_methods
from polymock_grpc.spec.source import Source, open_source
from polymock_schemas.commands import Fault


class ProtoDocument(msgspec.Struct, frozen=True):
    """A compiled contract: every type in `registry`, and every method that is served.

    `descriptors` holds the files, each behind those that it imports. `services` are full names.
    """

    registry: Registry
    descriptors: FileDescriptorSet
    services: Sequence[str]
    methods: Sequence[Method]
    title: str
    faults: Sequence[Fault]
    files: Sequence[str]


def load_document(spec: Spec) -> ProtoDocument:
    """Compile or read a contract. Raises SpecError with the faults."""
    source = open_source(spec)
    with collector_paused():
        return _loaded(source, spec)


def _loaded(source: Source, spec: Spec) -> ProtoDocument:
    descriptors = _descriptors(source, spec)
    registry = _registry(descriptors, spec)
    faults = list(source.faults)
    files = [file.name for file in descriptors.file if _is_own(file.name, source.names)]
    methods, found = read_methods(registry, files, spec.location)
    faults.extend(found)
    services = tuple(
        service.type_name
        for name in files
        if (file := registry.file(name)) is not None
        for service in file.services
    )
    if not methods:
        raise _refusal(spec, "it has no service with a method", "Name the file with the services.")
    return ProtoDocument(
        registry=registry,
        descriptors=descriptors,
        services=services,
        methods=methods,
        title=", ".join(services[:3]) + (" …" if len(services) > 3 else ""),
        faults=tuple(faults),
        files=source.files,
    )


def _descriptors(source: Source, spec: Spec) -> FileDescriptorSet:
    try:
        return read_descriptors(source.descriptors)
    except ValueError as error:
        raise _refusal(spec, f"its descriptors cannot be read: {error}", "") from error


def _registry(descriptors: FileDescriptorSet, spec: Spec) -> Registry:
    try:
        return to_registry(descriptors)
    except ValueError as error:
        hint = "Was it written with --include_imports?"
        raise _refusal(spec, f"its descriptors contradict themselves: {error}", hint) from error


def _is_own(name: str, names: Sequence[str]) -> bool:
    """Whether a file's services are served: what a dependency brings only if it is named."""
    return name in names or not name.startswith(bundled.PREFIXES)


def _refusal(spec: Spec, message: str, hint: str) -> SpecError:
    return SpecError.of([Fault("error", spec.location, "", message, hint)])
