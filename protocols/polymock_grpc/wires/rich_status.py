"""A status with its details as the bytes of a google.rpc.Status message."""

from __future__ import annotations

from polymock_grpc.model import TYPE_PREFIX, Status


def status_bytes(status: Status) -> bytes:
    """The message google.rpc.Status: code = 1, message = 2, details = 3 (each an Any)."""
    data = b"\x08" + _varint(status.code) if status.code else b""
    if status.message:
        data += _field(2, status.message.encode("utf-8", "replace"))
    for detail in status.details:
        url = _field(1, (TYPE_PREFIX + detail.type_name).encode())
        data += _field(3, url + (_field(2, detail.value) if detail.value else b""))
    return data


def _field(number: int, data: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
