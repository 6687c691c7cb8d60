"""Finding descriptors by what is in them, as reflection asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protobuf.wkt.google.protobuf.descriptor_pb import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)


class DescriptorIndex:
    """Over files that belong together: each is found with all that it imports."""

    def __init__(self, files: Sequence[FileDescriptorProto]) -> None:
        self._files = {file.name: file for file in files}
        self._symbols: dict[str, str] = {}
        self._extensions: dict[str, dict[int, str]] = {}
        for file in files:
            for symbol in _symbols(file):
                self._symbols.setdefault(symbol, file.name)
            for extension in _extensions(file):
                extended = extension.extendee.removeprefix(".")
                self._extensions.setdefault(extended, {})[extension.number] = file.name

    def with_name(self, name: str) -> Sequence[FileDescriptorProto]:
        """The file and what it imports, itself first; () where there is none."""
        found: dict[str, FileDescriptorProto] = {}
        waiting = [name]
        while waiting:
            file = self._files.get(waiting.pop())
            if file is not None and file.name not in found:
                found[file.name] = file
                waiting.extend(reversed(file.dependency))
        return tuple(found.values())

    def with_symbol(self, symbol: str) -> Sequence[FileDescriptorProto]:
        """The file that declares a full name: a type's, a field's, a service's, a method's."""
        return self.with_name(self._symbols.get(symbol.removeprefix("."), ""))

    def with_extension(self, extended: str, number: int) -> Sequence[FileDescriptorProto]:
        """The file that declares a message's extension."""
        return self.with_name(self._extensions.get(extended, {}).get(number, ""))

    def extension_numbers(self, extended: str) -> Sequence[int] | None:
        """The numbers of a message's extensions; None where there is no such message."""
        if extended not in self._symbols:
            return None
        return sorted(self._extensions.get(extended, ()))


def _symbols(file: FileDescriptorProto) -> Iterator[str]:
    scope = f"{file.package}." if file.package else ""
    for message in file.message_type:
        yield from _symbols_of_message(message, scope)
    for enum in file.enum_type:
        yield from _symbols_of_enum(enum, scope)
    for extension in file.extension:
        yield scope + extension.name
    for service in file.service:
        yield scope + service.name
        for method in service.method:
            yield f"{scope}{service.name}.{method.name}"


def _symbols_of_message(message: DescriptorProto, scope: str) -> Iterator[str]:
    name = scope + message.name
    yield name
    inner = f"{name}."
    for field in (*message.field, *message.extension):
        yield inner + field.name
    for oneof in message.oneof_decl:
        yield inner + oneof.name
    for enum in message.enum_type:
        yield from _symbols_of_enum(enum, inner)
    for nested in message.nested_type:
        yield from _symbols_of_message(nested, inner)


def _symbols_of_enum(enum: EnumDescriptorProto, scope: str) -> Iterator[str]:
    """An enum's values are named as its neighbours are, not within it."""
    yield scope + enum.name
    for value in enum.value:
        yield scope + value.name


def _extensions(part: FileDescriptorProto | DescriptorProto) -> Iterator[FieldDescriptorProto]:
    yield from part.extension
    inner = part.message_type if isinstance(part, FileDescriptorProto) else part.nested_type
    for message in inner:
        yield from _extensions(message)
