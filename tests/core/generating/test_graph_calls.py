from __future__ import annotations

from pathlib import Path

from polymock.generating.graph_calls import read_graph
from polymock.testing import Polymock

SDL = """
schema { query: Root }
enum Kind { CAT DOG }
input Inner { kind: Kind! tags: [String!]! limit: Int! = 3 }
input Filter { inner: Inner! note: String }
type Pet { id: ID! name(upper: Boolean!): String owner: Owner age: Int friends: [Pet!]! }
type Owner { pet: Pet! }
union Any = Pet | Owner
type Root {
  pets(filter: Filter!, first: Int! = 2): [Pet!]!
  owner: Owner
  any: Any
  version: String!
}
"""


def queries(folder: Path, sdl: str, *fields: str) -> list[str]:
    (folder / "a.graphql").write_text(sdl)
    with Polymock(folder / "a.graphql") as mock, mock.client() as client:
        written = list(read_graph(client, "/graphql").queries(fields))
        for query in written:
            reply = client.post("/graphql", json={"query": query}).json()
            assert "errors" not in reply, query
        return written


def test_a_query_has_what_may_not_be_left_out(tmp_path: Path) -> None:
    (query,) = queries(tmp_path, SDL, "Root.pets")
    filter_ = '{inner: {kind: CAT, tags: ["example"]}}'
    assert query == f"{{ pets(filter: {filter_}) {{ id age }} }}"


def test_objects_without_scalars_are_gone_into(tmp_path: Path) -> None:
    assert queries(tmp_path, SDL, "Root.owner") == ["{ owner { pet { id age } } }"]


def test_unions_tell_their_type(tmp_path: Path) -> None:
    assert queries(tmp_path, SDL, "Root.any") == ["{ any { __typename } }"]


def test_what_needs_nothing_comes_first(tmp_path: Path) -> None:
    found = queries(tmp_path, SDL, "Root.pets", "Root.version", "Root.unknown", "Pet.id")
    assert [query[:6] for query in found] == ["{ vers", "{ pets"]


def test_a_graph_that_keeps_its_types_to_itself_has_no_queries(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text(SDL)
    with Polymock(tmp_path / "a.graphql") as mock, mock.client() as client:
        assert list(read_graph(client, "/elsewhere").queries(["Root.version"])) == []
