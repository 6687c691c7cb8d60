from __future__ import annotations

from polymock.mocks.examples import example_of
from polymock.mocks.reaching import MAX_BYTES, reach
from polymock_schemas.mocks import BodyForm, OperationForm, ParameterForm


def form(*names: str) -> OperationForm:
    bodies = tuple(
        BodyForm("application/json", True, {"$ref": f"#/$defs/{name}"}) for name in names
    )
    return OperationForm("POST", "/things/{id}", bodies=bodies)


def test_all_that_is_referred_to_is_there() -> None:
    definitions = {
        "A": {"properties": {"b": {"$ref": "#/$defs/B"}}},
        "B": {"properties": {"a": {"$ref": "#/$defs/A"}}},
        "C": {"type": "string"},
    }
    found, left_out = reach(form("A"), definitions)
    assert (set(found), left_out) == ({"A", "B"}, ())
    assert reach(form("Gone"), definitions) == ({}, ())


def test_what_is_too_much_is_named() -> None:
    large = {"description": "x" * MAX_BYTES}
    definitions = {"A": {"items": {"$ref": "#/$defs/Large"}}, "Large": large}
    found, left_out = reach(form("A"), definitions)
    assert (set(found), left_out) == ({"A"}, ("Large",))


def test_an_example_has_what_is_required() -> None:
    text = {"type": "string"}
    whole = OperationForm(
        "PUT",
        "/things/{id}",
        parameters=(
            ParameterForm("id", "path", True, {"type": "integer"}),
            ParameterForm("q", "query", True, {"type": "boolean", "const": True}),
            ParameterForm("left", "query", False, text),
            ParameterForm("X-Key", "header", True, {"type": "string", "examples": ["any"]}),
            ParameterForm("c", "cookie", True, {"const": "crumb"}),
        ),
        bodies=(
            BodyForm("text/csv", True, text, "a,b"),
            BodyForm("application/json", True, {"type": "object"}, {"a": 1}),
        ),
    )
    assert example_of(whole, "/api", {}) == {
        "method": "PUT",
        "path": "/api/things/1",
        "query": {"q": True},
        "headers": {"X-Key": "any", "Cookie": "c=crumb"},
        "body": {"a": 1},
    }


def test_a_body_that_is_no_json_is_text() -> None:
    told = example_of(
        OperationForm("POST", "/", bodies=(BodyForm("text/csv", True, True, "a,b"),)), "", {}
    )
    assert told == {
        "method": "POST",
        "path": "/",
        "text": "a,b",
        "headers": {"Content-Type": "text/csv"},
    }


def test_where_nothing_satisfies_there_is_none() -> None:
    impossible = OperationForm("POST", "/", bodies=(BodyForm("application/json", True, False),))
    assert example_of(impossible, "", {}) == {}
