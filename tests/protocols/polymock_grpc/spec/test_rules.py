"""Samples keep the rules of buf.validate: protovalidate itself is the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protovalidate import collect_violations

FORMATS = [
    *("email", "hostname", "ip", "ipv4", "ipv6", "uri", "uri_ref", "address", "uuid", "tuuid"),
    *("ulid", "host_and_port", "ip_with_prefixlen", "ipv4_with_prefixlen", "ipv6_with_prefixlen"),
    *("ip_prefix", "ipv4_prefix", "ipv6_prefix", "protobuf_fqn", "protobuf_dot_fqn"),
]
RULES = [
    *(f"string x = 1 [(buf.validate.field).string.{name} = true];" for name in FORMATS),
    "int32 x = 1 [(buf.validate.field).int32 = {gt: 5, lt: 10}];",
    "int64 x = 1 [(buf.validate.field).int64 = {gte: -20, lte: -10}];",
    "int64 x = 1 [(buf.validate.field).int64 = {gt: 100, lt: 10}];",
    "uint64 x = 1 [(buf.validate.field).uint64.const = 9007199254740993];",
    "sint32 x = 1 [(buf.validate.field).sint32 = {in: [3, 5], not_in: [5]}];",
    "double x = 1 [(buf.validate.field).double = {gt: 0.5, lte: 0.75}];",
    "float x = 1 [(buf.validate.field).float = {gt: 0.5, lt: 0.6}];",
    "bool x = 1 [(buf.validate.field).bool.const = true];",
    "string x = 1 [(buf.validate.field).string = {min_len: 30, max_len: 40}];",
    "string x = 1 [(buf.validate.field).string.len = 7];",
    "string x = 1 [(buf.validate.field).string.max_bytes = 4];",
    'string x = 1 [(buf.validate.field).string.pattern = "^[A-Z]{3}-[0-9]+$"];',
    'string x = 1 [(buf.validate.field).string = {prefix: "a.b", suffix: "y+z", contains: "m"}];',
    'string x = 1 [(buf.validate.field).string = {in: ["p", "q"]}];',
    'string x = 1 [(buf.validate.field).string = {not_in: ["a", "b"], pattern: "^[a-d]$"}];',
    'string x = 1 [(buf.validate.field).string.not_contains = "e"];',
    "string x = 1 [(buf.validate.field).string.well_known_regex = KNOWN_REGEX_HTTP_HEADER_NAME];",
    "string email = 1 [(buf.validate.field).required = true];",
    'bytes x = 1 [(buf.validate.field).bytes = {min_len: 3, max_len: 5, prefix: "\\001\\002"}];',
    "bytes x = 1 [(buf.validate.field).bytes.len = 20];",
    "bytes x = 1 [(buf.validate.field).bytes.ipv6 = true];",
    "Kind x = 1 [(buf.validate.field).enum = {defined_only: true, not_in: [0, 1]}];",
    "Kind x = 1 [(buf.validate.field).enum.const = 1];",
    "repeated Kind x = 1 [(buf.validate.field).repeated.items.enum.in = 2];",
    "repeated string x = 1 [(buf.validate.field).repeated = {min_items: 5, unique: true,"
    " items: {string: {min_len: 3, max_len: 5}}}];",
    "repeated Leaf x = 1 [(buf.validate.field).repeated = {min_items: 4, max_items: 9}];",
    "map<string, int32> x = 1 [(buf.validate.field).map = {min_pairs: 3,"
    " keys: {string: {min_len: 12}}, values: {int32: {gte: 7}}}];",
    "map<string, Leaf> x = 1 [(buf.validate.field).map.min_pairs = 4];",
    "Leaf x = 1 [(buf.validate.field).required = true];",
    "google.protobuf.Duration x = 1"
    " [(buf.validate.field).duration = {gte: {seconds: 100}, lt: {seconds: 200}}];",
    "google.protobuf.Timestamp x = 1 [(buf.validate.field).timestamp.lt_now = true];",
    "google.protobuf.Timestamp x = 1 [(buf.validate.field).timestamp.gt_now = true];",
    "google.protobuf.Timestamp x = 1"
    " [(buf.validate.field).timestamp = {gt: {seconds: 1000}, lt: {seconds: 2000}}];",
    "google.protobuf.StringValue x = 1 [(buf.validate.field).string.min_len = 25];",
    'google.protobuf.FieldMask x = 1 [(buf.validate.field).field_mask.in = "a"];',
    "oneof o { option (buf.validate.oneof).required = true; string a = 1; int32 b = 2; }",
    'option (buf.validate.message).oneof = {fields: ["a", "b"], required: true};'
    " optional string a = 1; optional int32 b = 2;",
    'int32 x = 1 [(buf.validate.field).cel = {id: "e", expression: "this % 2 == 0"}];',
]
SERVICE = "message N {} service S { rpc Do(N) returns (M); }"
IMPORTS = (
    "buf/validate/validate.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/wrappers.proto",
)


def test_samples_keep_every_rule(serve: Callable[..., Any]) -> None:
    messages = "".join(f"message R{number} {{ {rule} }}\n" for number, rule in enumerate(RULES))
    messages = messages.replace("repeated M ", "repeated Leaf ")
    methods = "".join(
        f"rpc Do{number}(Leaf) returns (R{number});\n" for number in range(len(RULES))
    )
    types = "enum Kind { KIND_UNSPECIFIED = 0; A = 1; B = 2; } message Leaf { string name = 1; }\n"
    asker = serve(f"{types}{messages}service S {{ {methods} }}", IMPORTS)
    broken = []
    for number, rule in enumerate(RULES):
        methods = asker.contract.document.methods
        method = next(m for m in methods if m.name == f"test.v1.S/Do{number}")
        for name in ("a", "b", "c"):
            reply = asker.reply(f"Do{number}", {"name": name})
            assert reply.code == 0, (rule, reply.trailers)
            message = method.output.from_binary(reply.body)
            broken += [(rule, message, found) for found in collect_violations(message)]
            assert message.to_binary(), rule
    assert not broken
    assert not asker.contract.problems()


def test_what_no_sample_keeps_is_told(serve: Callable[..., Any]) -> None:
    rule = '[(buf.validate.field).cel = {id: "q", message: "no", expression: "this == \'qqq\'"}]'
    asker = serve(f"message M {{ string x = 1 {rule}; }}" + SERVICE, IMPORTS[:1])
    assert asker.ask("Do", {})["x"]
    assert "no sample was found that keeps its rules: body/x: no" in str(asker.contract.problems())


def test_contradictions_are_told(serve: Callable[..., Any]) -> None:
    rule = '[(buf.validate.field).string = {min_len: 9, pattern: "^a$"}]'
    asker = serve(f"message M {{ string x = 1 {rule}; }}" + SERVICE, IMPORTS[:1])
    assert asker.status("Do", {})[0] == 13
    assert asker.contract.problems()[0].path == "test.v1.S/Do"
