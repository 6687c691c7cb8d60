from __future__ import annotations

from pathlib import Path

import pytest
from protobuf.wkt import FileDescriptorSet

from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_grpc.spec.document import ProtoDocument, load_document

SERVICE = "service S { rpc Do(M) returns (M); }\n"
HEAD = 'syntax = "proto3";\n'


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".proto")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text, encoding="utf-8")


def load(location: Path, include: tuple[str, ...] = ()) -> ProtoDocument:
    return load_document(Spec(str(location), "test", include=include))


def names(document: ProtoDocument) -> list[str]:
    return [method.name for method in document.methods]


def refusal(location: Path, include: tuple[str, ...] = ()) -> SpecError:
    with pytest.raises(SpecError) as caught:
        load(location, include)
    return caught.value


def test_a_file(tmp_path: Path) -> None:
    write(tmp_path, a="package a.v1; message M { string id = 1; }" + SERVICE)
    document = load(tmp_path / "a.proto")
    assert names(document) == ["a.v1.S/Do"]
    assert document.methods[0].path == "/a.v1.S/Do"
    assert document.services == ("a.v1.S",)
    assert document.title == "a.v1.S"
    assert document.files == (str(tmp_path / "a.proto"),)


def test_imports_are_found_from_the_folders_above(tmp_path: Path) -> None:
    write(
        tmp_path,
        x__v1__types="package x.v1; message M {}",
        x__v1__api='package x.v1; import "x/v1/types.proto";' + SERVICE,
    )
    document = load(tmp_path / "x/v1/api.proto")
    assert names(document) == ["x.v1.S/Do"]
    assert str(tmp_path / "x/v1/types.proto") in document.files


def test_imports_are_found_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path, x__m="message M {}", x__api='import "m.proto";' + SERVICE)
    assert names(load(tmp_path / "x/api.proto")) == ["S/Do"]


def test_imports_are_found_in_included_folders(tmp_path: Path) -> None:
    write(tmp_path, libs__m="message M {}", api__api='import "m.proto";' + SERVICE)
    error = refusal(tmp_path / "api/api.proto")
    fault = error.faults[0]
    assert fault.message == 'the import "m.proto" is not found'
    assert fault.path == "2:1"
    assert "include:" in fault.hint
    document = load(tmp_path / "api/api.proto", (str(tmp_path / "libs"),))
    assert names(document) == ["S/Do"]


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        p__a="package p; message M {} service A { rpc Do(M) returns (M); }",
        p__b='package p; import "p/a.proto"; service B { rpc Do(M) returns (M); }',
        q__c='package q; import "p/a.proto"; service C { rpc Do(p.M) returns (p.M); }',
    )
    assert names(load(tmp_path)) == ["p.A/Do", "p.B/Do", "q.C/Do"]


def test_further_files_by_include(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="package a; message M {} service A { rpc Do(M) returns (M); }",
        b__b="package b; message M {} service B { rpc Do(M) returns (M); }",
    )
    document = load(tmp_path / "a.proto", (str(tmp_path / "b/b.proto"),))
    assert names(document) == ["a.A/Do", "b.B/Do"]


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("google/protobuf/timestamp.proto", "google.protobuf.Timestamp"),
        ("google/type/money.proto", "google.type.Money"),
        ("google/rpc/status.proto", "google.rpc.Status"),
        ("google/longrunning/operations.proto", "google.longrunning.Operation"),
        ("google/api/httpbody.proto", "google.api.HttpBody"),
        ("buf/validate/validate.proto", "buf.validate.Violations"),
    ],
)
def test_bundled_imports(tmp_path: Path, name: str, use: str) -> None:
    write(tmp_path, a=f'import "{name}"; message M {{ {use} x = 1; }}' + SERVICE)
    document = load(tmp_path / "a.proto")
    assert names(document) == ["S/Do"]
    assert document.registry.message(use) is not None


def test_protoc_says_where(tmp_path: Path) -> None:
    write(tmp_path, a="message M {\n  strin x = 1;\n}\n" + SERVICE)
    fault = refusal(tmp_path / "a.proto").faults[0]
    assert (fault.file, fault.path) == (str(tmp_path / "a.proto"), "3:3")
    assert fault.message == 'protoc: "strin" is not defined'


def test_protoc_warns(tmp_path: Path) -> None:
    write(tmp_path, a='import "google/protobuf/any.proto"; message M {}' + SERVICE)
    fault = load(tmp_path / "a.proto").faults[0]
    assert fault.level == "warning"
    assert "is unused" in fault.message


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.proto", "a/../../x.proto", "..\\\\x.proto"])
def test_imports_stay_below_the_roots(tmp_path: Path, name: str) -> None:
    write(tmp_path, x="message X {}", d__a=f'import "{name}"; message M {{}}' + SERVICE)
    fault = refusal(tmp_path / "d/a.proto").faults[0]
    assert (fault.file, fault.path) == (str(tmp_path / "d/a.proto"), "2:1")
    assert name[-7:] in fault.message


def test_links_do_not_lead_out_of_a_root(tmp_path: Path) -> None:
    write(
        tmp_path, out__secret="message Secret {}", d__a='import "b.proto"; message M {}' + SERVICE
    )
    (tmp_path / "d/b.proto").symlink_to(tmp_path / "out/secret.proto")
    assert "leads out of" in refusal(tmp_path / "d/a.proto").message


@pytest.mark.parametrize("name", ["--plugin=x.proto", "@a.proto"])
def test_names_are_never_options_of_protoc(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HEAD + "message M {}" + SERVICE)
    assert "protoc takes no file of this name" in refusal(tmp_path / name).message


def test_descriptor_sets(tmp_path: Path) -> None:
    write(tmp_path, a='import "b.proto";' + SERVICE, b="message M { int64 some_id = 1; }")
    descriptors = load(tmp_path / "a.proto").descriptors
    descriptors.file.reverse()
    for file in descriptors.file:
        for message in file.message_type:
            for field in message.field:
                field.json_name = ""
    (tmp_path / "a.binpb").write_bytes(descriptors.to_binary())
    document = load(tmp_path / "a.binpb")
    assert names(document) == ["S/Do"]
    assert document.methods[0].input.from_json('{"someId": "7"}').to_binary() == b"\x08\x07"


def test_descriptor_sets_need_not_hold_the_well_known_types(tmp_path: Path) -> None:
    text = (
        'import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }'
    )
    write(tmp_path, a=text + SERVICE)
    own = [file for file in load(tmp_path / "a.proto").descriptors.file if file.name == "a.proto"]
    (tmp_path / "a.protoset").write_bytes(FileDescriptorSet(file=own).to_binary())
    assert names(load(tmp_path / "a.protoset")) == ["S/Do"]


@pytest.mark.parametrize("content", [b"", b"\x0a\x03abc", b"\xff" * 100, b"hello"])
def test_damaged_descriptors(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.binpb").write_bytes(content)
    assert "FileDescriptorSet" in refusal(tmp_path / "a.binpb").message


def test_descriptors_that_make_no_sense(tmp_path: Path) -> None:
    write(tmp_path, a="message M { string text = 1; }" + SERVICE)
    descriptors = load(tmp_path / "a.proto").descriptors
    descriptors.file[0].service[0].method[0].input_type = ".Nothing"
    (tmp_path / "a.binpb").write_bytes(descriptors.to_binary())
    assert '"Nothing" is not defined' in refusal(tmp_path / "a.binpb").message.replace(
        ".Nothing", "Nothing"
    )


def test_no_service(tmp_path: Path) -> None:
    write(tmp_path, a="message M {}")
    assert "no service" in refusal(tmp_path / "a.proto").message


def test_nothing_there(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "a.proto").message
    (tmp_path / "empty").mkdir()
    assert "no .proto file" in refusal(tmp_path / "empty").message


def test_options_of_methods(tmp_path: Path) -> None:
    text = """
    import "google/api/annotations.proto";
    message M { string id = 1; M inner = 2; }
    service S {
      rpc Get(M) returns (M) {
        option idempotency_level = NO_SIDE_EFFECTS;
        option (google.api.http) = {
          get: "/v1/{id}"
          additional_bindings { put: "/v1/{id}" body: "inner" response_body: "inner" }
          additional_bindings { custom: { kind: "head" path: "/h" } }
        };
      }
      rpc Up(stream M) returns (M);
      rpc Down(M) returns (stream M);
      rpc Both(stream M) returns (stream M);
    }
    """
    write(tmp_path, a=text)
    get, *streams = load(tmp_path / "a.proto").methods
    assert get.has_no_side_effects
    assert [(r.verb, r.template, r.body, r.response_body) for r in get.rules] == [
        ("GET", "/v1/{id}", "", ""),
        ("PUT", "/v1/{id}", "inner", "inner"),
        ("HEAD", "/h", "", ""),
    ]
    assert [(m.client_streaming, m.server_streaming) for m in streams] == [
        (True, False),
        (False, True),
        (True, True),
    ]


def test_an_error_is_told_behind_many_warnings(tmp_path: Path) -> None:
    for index in range(60):
        write(tmp_path, **{f"a{index:02}": 'import "z.proto";'})
    write(tmp_path, z="message M {}", zz=SERVICE + "message O { Unknown u = 1; }")
    error = refusal(tmp_path)
    assert 'protoc: "Unknown" is not defined' in error.message
    assert {fault.level for fault in error.faults} == {"error"}


def test_files_of_protobuf_itself_are_compiled_only_where_imported(tmp_path: Path) -> None:
    write(tmp_path, a="message M {}" + SERVICE)
    newer = tmp_path / "google/protobuf/newer.proto"
    newer.parent.mkdir(parents=True)
    newer.write_text('edition = "2999";\npackage google.protobuf;')
    assert names(load(tmp_path)) == ["S/Do"]


def test_comments_are_kept_for_reflection_unless_there_are_very_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a="// Of a thing.\nmessage M {}" + SERVICE, b="message B {}")
    assert b"Of a thing." in load(tmp_path).descriptors.to_binary()
    monkeypatch.setattr("polymock_grpc.spec.protoc.MAX_COMMENTED", 1)
    assert b"Of a thing." not in load(tmp_path).descriptors.to_binary()
