"""Descriptor sets: bytes to files in the order of their imports, and files to a registry."""

from __future__ import annotations

import re

from protobuf import Registry
from protobuf.wkt import (
    Duration,
    FileDescriptorProto,
    FileDescriptorSet,
    StringValue,
    Struct,
    Timestamp,
)

MAX_FILES = 20_000
_ANY = "google/protobuf/any.proto"
_UNDERSCORED = re.compile(r"_+(.?)")


def list_files(content: bytes) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of the files in a FileDescriptorSet (or Buf image), and of imports that are not.

    Raises ValueError where the bytes are none.
    """
    files = _parsed(content).file
    names = tuple(dict.fromkeys(file.name for file in files))
    return names, frozenset(each for file in files for each in file.dependency) - set(names)


def read_descriptors(content: bytes) -> FileDescriptorSet:
    """A FileDescriptorSet with each file behind what it imports, and once.

    One with google.protobuf.Any has what an Any may hold, too: the well-known types.
    Raises ValueError where the bytes are none, or an import is missing.
    """
    ordered = in_order(_with_well_known(_parsed(content).file))
    for file in ordered:
        name_for_json(file)
    return FileDescriptorSet(file=ordered)


def _parsed(content: bytes) -> FileDescriptorSet:
    try:
        found = FileDescriptorSet.from_binary(content)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"it is no serialised FileDescriptorSet ({error})") from error
    if not found.file:
        raise ValueError("it is no serialised FileDescriptorSet, or one without files")
    if len(found.file) > MAX_FILES:
        raise ValueError(f"it has more than {MAX_FILES} files")
    return found


def _with_well_known(files: list[FileDescriptorProto]) -> list[FileDescriptorProto]:
    names = {file.name for file in files}
    if _ANY not in names:
        return files
    known = (kind.desc().file.proto for kind in (Duration, StringValue, Struct, Timestamp))
    return [*files, *(file for file in known if file.name not in names)]


def name_for_json(file: FileDescriptorProto) -> None:
    """Fill in the JSON names of fields, which not every tool that writes descriptors does."""
    waiting = list(file.message_type)
    fields = list(file.extension)
    while waiting:
        message = waiting.pop()
        fields += [*message.field, *message.extension]
        waiting.extend(message.nested_type)
    for field in fields:
        if not field.json_name:
            field.json_name = _UNDERSCORED.sub(lambda found: found[1].upper(), field.name)


def in_order(files: list[FileDescriptorProto]) -> list[FileDescriptorProto]:
    """The files sorted so that each stands behind those that it imports; a name counts once.

    Raises ValueError where an import is missing or files import one another.
    """
    by_name: dict[str, FileDescriptorProto] = {}
    for file in files:
        by_name.setdefault(file.name, file)
    ordered: list[FileDescriptorProto] = []
    done: set[str] = set()
    open_: set[str] = set()
    for start in by_name:
        waiting = [start]
        while waiting:
            name = waiting[-1]
            if name in done:
                waiting.pop()
                continue
            file = by_name[name]
            pending = [each for each in file.dependency if each not in done]
            if not pending:
                done.add(name)
                ordered.append(file)
                waiting.pop()
                continue
            if name in open_:
                raise ValueError(f"{name} is imported by what it imports")
            open_.add(name)
            for each in pending:
                if each not in by_name:
                    raise ValueError(f"{name} imports {each}, which is not among the files")
            waiting.extend(pending)
    return ordered


def to_registry(descriptors: FileDescriptorSet) -> Registry:
    """Every type of the files. Raises ValueError where they contradict one another."""
    try:
        return descriptors.to_registry()
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
