"""Contracts of strangers in one world, whose entities go on and on: each answer comes soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from polymock.testing import Polymock

CORPUS = Path("../shared/corpus")
STRANGERS = ("openapi/intercom-2.15.yaml", "openapi/figma.yaml", "graphql/github-old.graphql")
HEADERS = {"Authorization": "Bearer aaa.bbb.ccc", "X-Figma-Token": "t"}
SOON = 8.0
"""Seconds of CPU; what went on and on took minutes."""
GRAPH = """
type Query { person(id: ID!): Person people: [Person!]! }
type Person {
  id: ID! name: String! title: String! desk: Desk! duties: [Duty!]!
  boss: Person deputy: Person mentor: Person
}
type Duty { what: String! hours: Int! person: Person! backup: Person }
type Desk { floor: Int! lamp: String! person: Person left: Desk right: Desk }
"""


def any_of(name: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"}, {"type": "null"}]}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def office() -> dict[str, Any]:
    """A document whose objects all refer to people, by as many ways as the graph has."""
    text, number = {"type": "string"}, {"type": "integer"}
    person = {"$ref": "#/components/schemas/Person"}
    answer = {"description": "A person.", "content": {"application/json": {"schema": person}}}
    key = {"name": "personId", "in": "path", "required": True, "schema": text}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Office", "version": "1"},
        "paths": {"/people/{personId}": {"get": {"parameters": [key], "responses": {200: answer}}}},
        "components": {
            "schemas": {
                "Person": shape(
                    id=text,
                    name=text,
                    desk={"$ref": "#/components/schemas/Desk"},
                    duties={"type": "array", "items": {"$ref": "#/components/schemas/Duty"}},
                    boss=any_of("Person"),
                    deputy=any_of("Person"),
                    mentor=any_of("Person"),
                ),
                "Duty": shape(what=text, person=person, backup=any_of("Person")),
                "Desk": shape(
                    floor=number, person=any_of("Person"), left=any_of("Desk"), right=any_of("Desk")
                ),
            }
        },
    }


@contextmanager
def soon() -> Iterator[None]:
    started = process_time()
    yield
    assert process_time() - started < SOON


@pytest.mark.parametrize("order", [("office.json", "g.graphql"), ("g.graphql", "office.json")])
def test_people_who_all_know_one_another(tmp_path: Path, order: tuple[str, str]) -> None:
    (tmp_path / "office.json").write_text(json.dumps(office()))
    (tmp_path / "g.graphql").write_text(GRAPH)
    with Polymock(*(tmp_path / name for name in order)) as mock, soon():
        client = mock.client()
        rest = client.get("/people/1").json()
        query = '{ person(id: "1") { name desk { floor } duties { what } boss { name } } }'
        graph = client.post("/graphql", json={"query": query}).json()["data"]["person"]
    assert graph == {
        "name": rest["name"],
        "desk": {"floor": rest["desk"]["floor"]},
        "duties": [{"what": duty["what"]} for duty in rest["duties"]],
        "boss": rest["boss"] and {"name": rest["boss"]["name"]},
    }


@pytest.fixture(scope="module")
def strangers() -> Iterator[Polymock]:
    """Documents of three companies, which all have users, teams or projects."""
    if not CORPUS.exists():
        pytest.skip("the corpus is not here")
    with Polymock(*(CORPUS / name for name in STRANGERS)) as mock:
        yield mock


@pytest.mark.parametrize(
    "query",
    [
        '{ user(login: "x") { login name } }',
        '{ user(login: "x") { contributionsCollection { totalCommitContributions } } }',
        '{ organization(login: "x") { teams(first: 3) { nodes { name } } } }',
        '{ search(first: 3, query: "x", type: USER) { nodes { ... on User { login } } } }',
    ],
)
def test_a_graph_of_strangers(strangers: Polymock, query: str) -> None:
    with soon():
        told = strangers.client().post("/graphql", json={"query": query}).json()
    assert "errors" not in told
    assert None not in told["data"].values()


@pytest.mark.parametrize(
    "path",
    [
        "/figma/v1/components/k",
        "/figma/v1/files/1/versions",
        "/figma/v1/teams/1/component_sets",
        "/intercom-2.15/conversations/1",
    ],
)
def test_operations_of_strangers(strangers: Polymock, path: str) -> None:
    with soon():
        answer = strangers.client().get(path, headers=HEADERS)
    assert answer.status_code == 200
