"""The forms that descriptors are written in: binary, as JSON (`buf build -o image.json`), gzipped.

Buf calls its sets of descriptors images; they are FileDescriptorSets with fields of Buf's own.
"""

from __future__ import annotations

import zlib

from protobuf import Registry
from protobuf.wkt import FileDescriptorSet

from polymock_grpc.spec.descriptors import in_order, name_for_json, to_registry
from polymock_grpc.spec.recognition import GZIP, GZIPPED, is_descriptor_text

MAX_BYTES = 128 * 1024 * 1024
"""Of a set that is decompressed."""


def unpack(content: bytes) -> bytes:
    """The serialised FileDescriptorSet that bytes are, or stand for.

    Raises ValueError where they are too large decompressed, damaged, or JSON that is no set.
    """
    if content.startswith(GZIP):
        content = _decompressed(content)
    return _from_json(content) if is_descriptor_text(content) else content


def _decompressed(content: bytes) -> bytes:
    reader = zlib.decompressobj(GZIPPED)
    try:
        found = reader.decompress(content, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"it is no gzip, or damaged ({error})") from error
    if reader.unconsumed_tail:
        raise ValueError(f"it has more than {MAX_BYTES} bytes decompressed")
    if not reader.eof:
        raise ValueError("it is gzip without an end")
    return found


def _from_json(content: bytes) -> bytes:
    """Options are written by the names of extensions that the set itself defines: so it is read
    for these, and then once more with them."""
    described = _read(content, None)
    names = {file.name for file in described.file}
    missing = sorted({each for file in described.file for each in file.dependency} - names)
    if missing:
        raise ValueError(
            f"{missing[0]} is imported and not in it; as JSON it has to have all imports "
            "(`buf build` without --exclude-imports)"
        )
    ordered = in_order(described.file)
    for file in ordered:
        name_for_json(file)
    return _read(content, to_registry(FileDescriptorSet(file=ordered))).to_binary()


def _read(content: bytes, registry: Registry | None) -> FileDescriptorSet:
    try:
        text = content.decode("utf-8-sig")
        return FileDescriptorSet.from_json(text, ignore_unknown_fields=True, registry=registry)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"it is no FileDescriptorSet in JSON ({error})") from error
