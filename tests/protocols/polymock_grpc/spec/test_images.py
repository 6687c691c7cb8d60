from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_grpc.spec import images
from polymock_grpc.spec.document import ProtoDocument, load_document
from polymock_grpc.spec.recognition import recognises

TEXT = """
syntax = "proto3";
package a.v1;
import "google/api/annotations.proto";
message M { string id = 1; string long_name = 2; }
service S { rpc Do(M) returns (M) { option (google.api.http) = { get: "/v1/{id}" }; } }
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> ProtoDocument:
    file = tmp_path_factory.mktemp("images") / "a.proto"
    file.write_text(TEXT, encoding="utf-8")
    return load_document(Spec(str(file), "test"))


@pytest.fixture(scope="module")
def text(document: ProtoDocument) -> bytes:
    """As Buf writes it: with fields of its own."""
    written = document.descriptors.to_json(registry=document.registry)
    return written.replace('"syntax":"', '"bufExtension":{},"syntax":"').encode()


def load(path: Path, content: bytes) -> ProtoDocument:
    assert recognises(path.name, content[:65536])
    path.write_bytes(content)
    return load_document(Spec(str(path), "test"))


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.binpb.gz", "a.binpb"])
def test_every_form(tmp_path: Path, document: ProtoDocument, text: bytes, name: str) -> None:
    assert b"bufExtension" in text
    content = text if ".json" in name else document.descriptors.to_binary()
    loaded = load(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)
    assert [method.name for method in loaded.methods] == ["a.v1.S/Do"]
    assert [rule.template for rule in loaded.methods[0].rules] == ["/v1/{id}"]
    assert loaded.files == (str(tmp_path / name),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"file": [{"name": "a.proto", "syntax": 7}]}', "no FileDescriptorSet in JSON"),
        (b'{"file": [{"name": "a.proto"', "no FileDescriptorSet in JSON"),
        (b'{"file": [{"name": "a.proto", "dependency": ["b.proto"]}]}', "b.proto is imported"),
        (b'{"file": [{"name": "a.proto"}]} \xff', "no FileDescriptorSet in JSON"),
        (b"\x1f\x8b\x08nonsense", "no gzip"),
        (gzip.compress(b"x" * 10_000, mtime=0)[:20], "gzip without an end"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / ("a.json" if content.startswith(b"{") else "a.json.gz")
    file.write_bytes(content)
    with pytest.raises(SpecError, match=reason):
        load_document(Spec(str(file), "test"))


def test_what_grows_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 100)
    with pytest.raises(ValueError, match="more than 100 bytes"):
        images.unpack(gzip.compress(b"\0" * 10_000))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.json", b'{"openapi": "3.1.0"}'),
        ("a.json", b'{"file": ["a.proto"]}'),
        ("a.json", b'{"file": [{"name": "a.txt"}]}'),
        ("a.json.gz", b'{"file": [{"name": "a.proto"}]}'),
        ("a.yaml.gz", gzip.compress(b"openapi: 3.1.0", mtime=0)),
        ("a.binpb.gz", gzip.compress(b"openapi: 3.1.0", mtime=0)),
        ("a.binpb.gz", b"\x1f\x8bnonsense"),
    ],
)
def test_other_documents(name: str, head: bytes) -> None:
    assert not recognises(name, head)
