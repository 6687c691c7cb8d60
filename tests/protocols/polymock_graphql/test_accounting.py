"""What the documents of recorded calls ask for, told from the list of a schema's parts."""

import msgspec
import pytest
from graphql import build_schema

from polymock.interfaces import Accounting, Recorded
from polymock_graphql.accounting import Account
from polymock_graphql.inventory import parts_of
from polymock_graphql.plugin import build
from polymock_graphql.settings import GraphqlSettings

SDL = """
directive @rule(given: Unused) on FIELD_DEFINITION
input Unused { never: Int }
type Query {
  pet(id: ID!, lang: String): Pet
  node(id: ID!): Node
  search(where: Where, tags: [String!]): [Result!]!
}
type Mutation { rename(input: Rename!): Pet }
interface Node { id: ID! }
type Pet implements Node {
  id: ID! name(upper: Boolean = false): String owner: Person friends: [Pet!]
}
type Person implements Node { id: ID! email: String }
union Result = Pet | Person
input Where { name: String, any: [Where!], owner: Owner }
input Owner { email: String }
input Rename { id: ID!, name: String }
"""


@pytest.fixture
def asked():
    """What a request asks for: kind and place and name of parts."""
    account = Account(list(parts_of(build_schema(SDL))))

    def ask(query="", operation="Query.pet", *, shape=None, url="", body=None, **more):
        text = body if body is not None else msgspec.json.encode({"query": query, **more}).decode()
        told = {"query": "VARCHAR", **(shape or {})} if body is None else None
        found = account(Recorded(operation, url, text, told))
        return {f"{p.kind} {p.place}.{p.name}" for p in found}

    return ask


def test_fields_arguments_and_taken_input_fields_are_the_parts():
    found = {(part.kind, part.place, part.name): part for part in parts_of(build_schema(SDL))}
    assert found["field", "Query", "pet"].operation == "Query.pet"
    assert found["argument", "Query.pet", "id"].operation == "Query.pet"
    assert found["argument", "Query.pet", "id"].required
    assert found["field", "Pet", "friends"].type == "[Pet!]"
    assert found["argument", "Pet.name", "upper"].operation == ""
    assert found["input", "Owner", "email"].type == "String"
    assert not any(place == "Unused" or place.startswith("__") for _, place, _ in found)


def test_fields_are_told_by_the_type_that_they_are_asked_of(asked):
    assert asked("{ pet(id: 1) { id mine: name(upper: true) friends { name } __typename } }") == {
        "field Query.pet",
        "argument Query.pet.id",
        "field Pet.id",
        "field Pet.name",
        "argument Pet.name.upper",
        "field Pet.friends",
    }


def test_fragments_are_followed_and_may_not_loop(asked):
    document = """
        query { search { ...R ... on Person { email } } }
        fragment R on Result { ... on Pet { ...P } }
        fragment P on Pet { name friends { ...P } }
    """
    assert asked(document, "Query.search") == {
        *("field Query.search", "field Person.email"),
        *("field Pet.name", "field Pet.friends"),
    }


def test_variables_exercise_what_they_are_given_for(asked):
    document = "query($id: ID!, $w: Where) { pet(id: $id) { id } search(where: $w) { __typename } }"
    both = "Query.pet + Query.search"
    fields = {"field Query.pet", "field Pet.id", "field Query.search"}
    assert asked(document, both) == fields
    given = {"variables": {"id": "VARCHAR", "w": {"any": [{"owner": {"email": "NULL"}}]}}}
    assert asked(document, both, shape=given) == fields | {
        *("argument Query.pet.id", "argument Query.search.where"),
        *("input Where.any", "input Where.owner", "input Owner.email"),
    }


def test_values_written_into_the_document_count_too(asked):
    document = 'mutation { rename(input: {id: "7", name: """a "b" c"""}) { id } }'
    assert asked(document, "Mutation.rename") == {
        *("field Mutation.rename", "argument Mutation.rename.input"),
        *("input Rename.id", "input Rename.name", "field Pet.id"),
    }


def test_documents_that_differ_in_values_alone_are_read_once():
    account = Account(list(parts_of(build_schema(SDL))))
    for number in range(50):
        body = msgspec.json.encode({"query": f'{{ pet(id: "a{number}") {{ id }} }}'}).decode()
        assert account(Recorded("Query.pet", "", body, {"query": "VARCHAR"}))
    assert len(account._known) == 1


def test_a_default_gives_a_value_and_skip_takes_a_field_out(asked):
    found = asked('query($l: String = "de") { pet(id: 1, lang: $l) { id @skip(if: true) name } }')
    assert "argument Query.pet.lang" in found
    assert "field Pet.id" not in found
    assert "field Pet.name" in found


def test_the_operation_that_is_named_counts(asked):
    document = "query A { pet(id: 1) { id } } query B { pet(id: 1) { name } }"
    assert "field Pet.name" in asked(document, operationName="B")
    assert "field Pet.id" not in asked(document, operationName="B")
    assert asked(document) == set()


def test_persisted_documents_count_once_their_text_was_seen(asked):
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "AB"}}
    body = msgspec.json.encode({"extensions": extensions}).decode()
    assert asked(body=body) == set()
    asked("{ pet(id: 1) { id } }", extensions=extensions)
    assert "field Pet.id" in asked(body=body)


def test_batches_urls_bare_documents_and_uploads_are_read(asked):
    one = "{ pet(id: 1) { id } }"
    wanted = {"field Query.pet", "argument Query.pet.id", "field Pet.id"}
    assert asked(body=msgspec.json.encode([{"query": one}, 7]).decode()) == wanted
    assert asked(body="", url="query=%7B+pet(id:+1)+%7B+id+%7D+%7D&variables=%7B%7D") == wanted
    assert asked(body=one) == wanted
    upload = (
        '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n'
        + msgspec.json.encode({"query": one}).decode()
        + "\r\n--x--\r\n"
    )
    assert asked(body=upload) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "",
        "{ nothing { id } }",
        "{" * 5000,
        "fragment A on Pet { id }",
        '"',
        "{ __schema { types { name } } }",
    ],
)
def test_what_cannot_be_read_exercises_nothing(asked, query):
    assert asked(query) == set()
    assert asked(body=query) == set()


def test_the_plugin_says_what_it_wants_to_see():
    reader = build(GraphqlSettings())
    assert isinstance(reader, Accounting)
    assert "query" in reader.kept
    assert reader.account([])(Recorded("Query.pet", "", "{}", {})) == []
