from __future__ import annotations

import pytest

from polymock_grpc.spec.recognition import recognises


@pytest.mark.parametrize(
    "head",
    [
        b'syntax = "proto3";\nmessage A {}',
        b"// a comment\n/* and\nanother */\nedition = '2023';",
        b"package shop.v1;",
        b"message Pet {\n  string id = 1;\n}",
        b'import public "a/b.proto";',
        b"\xef\xbb\xbfsyntax = 'proto2';",
        b"",
    ],
)
def test_proto_text(head: bytes) -> None:
    assert recognises("shop.proto", head)


@pytest.mark.parametrize("head", [b"hello world", b"{}", b"\x00\x01", b"type Query { a: Int }"])
def test_other_text_by_that_name(head: bytes) -> None:
    assert not recognises("shop.proto", head)


@pytest.mark.parametrize("name", ["a.binpb", "a.protoset", "a.pb", "a.desc", "A.BINPB"])
def test_descriptor_sets(name: str) -> None:
    assert recognises(name, b"\x0a\x12\x0a\x07a.proto\x12\x05a.b.c")


@pytest.mark.parametrize("head", [b"", b"\x0a", b"openapi: 3.1.0", b"\x0a\xff\xff\xff\xff\xff\xff"])
def test_other_bytes_by_that_name(head: bytes) -> None:
    assert not recognises("a.binpb", head)


def test_other_names() -> None:
    assert not recognises("openapi.yaml", b'syntax = "proto3";')
