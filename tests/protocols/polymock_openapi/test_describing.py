from __future__ import annotations

from pathlib import Path
from typing import Any

from polymock.contracts import compile_mock
from polymock_schemas.config import MockConfig
from polymock_schemas.mocks import OperationForm

DOCUMENT = """\
openapi: 3.1.0
info: {title: T, version: '1'}
security: [{key: []}, {token: [], basic: []}]
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    token: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    put:
      parameters: [{name: dry, in: query, schema: {type: boolean}}]
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}, example: {a: 1}}}
      responses:
        '200': {description: Done, content: {application/json: {schema: {type: string}}}}
        '204': {description: Nothing}
    get: {security: [], responses: {default: {description: What there is}}}
    delete: {security: [{basic: []}, {}], responses: {'204': {description: Gone}}}
"""


def described(tmp_path: Path) -> dict[str, OperationForm]:
    (tmp_path / "t.yaml").write_text(DOCUMENT)
    contract: Any = compile_mock(MockConfig(spec="t.yaml", name="t"), tmp_path)[1]
    return {each.name: contract.describe(each) for each in contract.operations}


def test_parameters_bodies_and_replies_are_told(tmp_path: Path) -> None:
    form = described(tmp_path)["PUT /things/{id}"]
    assert (form.method, form.path) == ("PUT", "/things/{id}")
    told = {each.name: (each.location, each.required) for each in form.parameters}
    assert told == {
        "id": ("path", True),
        "dry": ("query", False),
        "api_key": ("query", True),
    }
    (body,) = form.bodies
    assert (body.media_type, body.required, body.example) == ("application/json", True, {"a": 1})
    assert [(each.status, each.media_type) for each in form.replies] == [
        ("200", "application/json"),
        ("204", ""),
    ]
    assert "Instead of these credentials will do: token and basic" in form.notes


def test_credentials_have_the_form_that_is_asked_for(tmp_path: Path) -> None:
    forms = described(tmp_path)
    assert [each.name for each in forms["GET /things/{id}"].parameters] == ["id"]
    _, basic = forms["DELETE /things/{id}"].parameters
    assert (basic.name, basic.location, basic.required) == ("Authorization", "header", False)
    assert basic.schema["examples"][0].startswith("Basic ")
    assert "Instead of these credentials will do: nothing" in forms["DELETE /things/{id}"].notes
