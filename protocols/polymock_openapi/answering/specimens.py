"""The smallest valid file of well-known binary media types, for answers without an example."""

from __future__ import annotations

import gzip
import struct
import zlib


def specimen(essence: str) -> bytes | None:
    """A valid file of a media type (`image/png`), or None for a type that none is kept of."""
    return _SPECIMENS.get(essence)


def _png() -> bytes:
    """One transparent pixel (PNG 3rd edition, section 5)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 5)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def _gif() -> bytes:
    """One white pixel of two colours (GIF89a)."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\xff\xff\xff\0\0\0"
    image = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return screen + image + b";"


def _jpeg() -> bytes:
    """One grey pixel: a block whose only coefficients are a zero and an end (ITU-T T.81)."""

    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    one_code = b"\x01" + b"\0" * 15 + b"\0"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + segment(0xDB, b"\0" + b"\x01" * 64)
        + segment(0xC0, struct.pack(">BHHBBBB", 8, 1, 1, 1, 1, 0x11, 0))
        + segment(0xC4, b"\0" + one_code)
        + segment(0xC4, b"\x10" + one_code)
        + segment(0xDA, b"\x01\x01\0\0\x3f\0")
        + b"\x3f\xff\xd9"
    )


def _bmp() -> bytes:
    """One white pixel of 24 bits."""
    info = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 58, 0, 0, 54) + info + b"\xff\xff\xff\0"


def _pdf() -> bytes:
    """One empty page (ISO 32000-1, section 7.5)."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>",
    )
    document, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(document)
    return document + b"xref\n0 4\n" + table + trailer


def _wav() -> bytes:
    """A hundredth of a second of silence, 8 bits at 8 kHz."""
    silence = b"\x80" * 80
    form = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", 80) + silence
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n'
_ZIP = b"PK\x05\x06" + b"\0" * 18
_TAR = b"\0" * 10240

_SPECIMENS = {
    "image/png": _png(),
    "image/gif": _gif(),
    "image/jpeg": _jpeg(),
    "image/jpg": _jpeg(),
    "image/bmp": _bmp(),
    "image/svg+xml": _SVG,
    "application/pdf": _pdf(),
    "application/zip": _ZIP,
    "application/x-zip-compressed": _ZIP,
    "application/x-tar": _TAR,
    "application/gzip": gzip.compress(b"", mtime=0),
    "application/x-gzip": gzip.compress(b"", mtime=0),
    "audio/wav": _wav(),
    "audio/x-wav": _wav(),
}
