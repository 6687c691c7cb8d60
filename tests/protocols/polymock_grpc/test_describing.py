from __future__ import annotations

from pathlib import Path
from typing import Any

from polymock.contracts import compile_mock
from polymock.mocks.reaching import reach
from polymock_schemas.config import MockConfig

PROTO = """
syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
message Tree { string name = 1; repeated Tree below = 2; }
message Get { string name = 1; }
service Trees {
  rpc GetTree(Get) returns (Tree) { option (google.api.http) = { get: "/v1/trees/{name}" }; }
  rpc Watch(Get) returns (stream Tree);
}
"""


def test_messages_are_json_over_connect(tmp_path: Path) -> None:
    (tmp_path / "t.proto").write_text(PROTO)
    contract: Any = compile_mock(MockConfig(spec="t.proto", name="t"), tmp_path)[1]
    get, watch = (contract.describe(each) for each in contract.operations)
    assert (get.method, get.path) == ("POST", "/t.v1.Trees/GetTree")
    assert get.bodies[0].media_type == "application/json"
    assert "As REST it answers GET /v1/trees/{name}" in get.notes
    found, left_out = reach(get, contract.definitions)
    assert (set(found), left_out) == ({"t.v1.Get", "t.v1.Tree"}, ())
    assert found["t.v1.Tree"]["properties"]["name"]["type"] == ["string", "null"]
    assert watch.bodies[0].media_type == "application/connect+json"
    assert any(note.startswith("It streams") for note in watch.notes)
    assert contract.address(contract.operations[1]) == ("POST", "/t.v1.Trees/Watch")
