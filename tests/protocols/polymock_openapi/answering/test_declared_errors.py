"""Problems in the error bodies that a document declares."""

from typing import Any

import pytest

from polymock.jsonschema import Validator
from polymock.samples import Sampler
from polymock_openapi.answering.declared_errors import PROBLEM_JSON, DeclaredErrors, ErrorBody
from polymock_openapi.model import Endpoint, MediaType, Response

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer", "format": "int32"}
DETAIL = "The request breaks the contract: query.limit: is no integer"
PROBLEM: dict[str, Any] = {
    "type": "urn:polymock:problem:invalid",
    "title": "The call breaks the contract",
    "status": 422,
    "detail": DETAIL,
    "instance": "/pets",
    "violations": [{"location": "query.limit", "message": "is no integer"}],
}


def an_object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


def a_list(items: Any) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": items}


def errors(responses: dict[str, dict[str, Any]]) -> DeclaredErrors:
    """`responses` are schemas by media type by status."""
    endpoint = Endpoint(
        name="GET /pets",
        method="GET",
        path="/pets",
        pointer="/paths/~1pets/get",
        parameters=(),
        body=None,
        responses=tuple(
            Response(
                status, {name: MediaType(name, schema) for name, schema in content.items()}, {}
            )
            for status, content in responses.items()
        ),
        security=(),
        schemes={},
        callbacks=(),
        definitions={},
    )
    return DeclaredErrors(endpoint, Sampler({}), 42)


def fit(schema: Any, media: str = "application/json", **changes: Any) -> ErrorBody:
    return errors({"default": {media: schema}}).fit({**PROBLEM, **changes})


@pytest.mark.parametrize(
    ("schema", "members"),
    [
        (an_object("code message", code=NUMBER, message=TEXT), {"code": 422, "message": DETAIL}),
        (an_object(code=NUMBER, message=TEXT), {"code": 422, "message": DETAIL}),
        (an_object("error_msg", error_msg=TEXT), {"error_msg": DETAIL}),
        (an_object("statusCode", statusCode={"type": "number"}), {"statusCode": 422}),
        (an_object("code", code=TEXT), {"code": "invalid"}),
        (an_object("message", message={**TEXT, "maxLength": 30}), {"message": PROBLEM["title"]}),
        (
            an_object("error", error=an_object("message", message=TEXT, trace=TEXT)),
            {"error": {"message": DETAIL}},
        ),
        (
            an_object("errors", errors=a_list(an_object("reason", reason=TEXT, field=TEXT))),
            {"errors": [{"reason": DETAIL}]},
        ),
        (an_object("reasons", reasons=TEXT, reason=a_list(TEXT)), {"reason": [DETAIL]}),
    ],
)
def test_the_problem_is_told_in_the_declared_members(
    schema: dict[str, Any], members: dict[str, Any]
) -> None:
    sent = fit(schema)
    assert sent.content_type == PROBLEM_JSON
    assert {**sent.document, **PROBLEM, **members} == sent.document
    assert Validator(schema, {}).is_valid(dict(sent.document))


def test_members_that_are_not_required_and_tell_nothing_are_left_out() -> None:
    schema = an_object("kind", kind=TEXT, trace=TEXT, help=an_object("url", url=TEXT))
    assert fit(schema).document.keys() - PROBLEM.keys() == {"kind"}


def test_the_declared_types_of_shared_members_count() -> None:
    schema = an_object("status type", status=TEXT, type={"enum": ["error"]}, detail=a_list(TEXT))
    assert fit(schema).document == {**PROBLEM, "status": "422", "type": "error", "detail": [DETAIL]}


@pytest.mark.parametrize(
    "schema",
    [
        {**an_object("code", code=NUMBER), "additionalProperties": False},
        {**an_object("message", message=TEXT), "maxProperties": 3},
        an_object("violations", violations=NUMBER) | {"propertyNames": {"const": "violations"}},
        TEXT,
        a_list(TEXT),
        {"allOf": [TEXT, NUMBER]},
        False,
        True,
        None,
    ],
)
def test_the_problem_alone_is_sent_where_no_object_is_both(schema: Any) -> None:
    assert fit(schema) == ErrorBody(PROBLEM_JSON, PROBLEM)


@pytest.mark.parametrize(
    ("media", "sent"),
    [
        ("application/json", PROBLEM_JSON),
        ("application/vnd.shop.error+json", PROBLEM_JSON),
        ("*/*", PROBLEM_JSON),
        (PROBLEM_JSON, PROBLEM_JSON),
        ("application/vnd.shop.problem+json; v=2", "application/vnd.shop.problem+json; v=2"),
    ],
)
def test_the_declared_type_of_problems_is_sent(media: str, sent: str) -> None:
    body = fit(an_object("code", code=NUMBER), media)
    assert (body.content_type, body.document["code"]) == (sent, 422)


def test_other_syntaxes_are_passed_over() -> None:
    assert fit(an_object("code", code=NUMBER), "application/xml").document == PROBLEM


def test_problems_go_before_other_bodies() -> None:
    found = errors({"422": {"application/json": an_object("a", a=TEXT), PROBLEM_JSON: {}}})
    assert found.fit(PROBLEM).document == PROBLEM


def test_the_status_counts_then_its_range_then_default() -> None:
    found = errors(
        {
            status: {"application/json": an_object(name, **{name: TEXT})}
            for status, name in (("200", "w"), ("default", "x"), ("4XX", "y"), ("422", "z"))
        }
    )
    added = [
        found.fit({**PROBLEM, "status": status}).document.keys() - PROBLEM.keys()
        for status in (422, 404, 500)
    ]
    assert added == [{"z"}, {"y"}, {"x"}]
    assert errors({"200": {}}).fit(PROBLEM) == ErrorBody(PROBLEM_JSON, PROBLEM)
