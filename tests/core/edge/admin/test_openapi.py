from __future__ import annotations

import re
from typing import Annotated, Any

import jsonschema_rs
import msgspec
import pytest
from msgspec import Meta
from openapi_spec_validator import validate

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command, Commands, Route
from polymock.edge.admin.openapi import document


class Params(msgspec.Struct, forbid_unknown_fields=True):
    """What it takes."""

    name: Annotated[str, Meta(description="Its name", pattern=r"^[a-z]+\Z")]
    wait: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="How long", extra={"unit": "seconds"}),
    ] = None
    where: tuple[str, ...] = ()
    text: Annotated[str, Meta(min_length=1)] | None = None
    session: str = ""
    value: dict[str, Any] | None = None


class Opaque:
    """What JSON Schema does not know."""


class Result(msgspec.Struct):
    """What it answers."""

    fine: bool
    more: Any = None


def command(name: str, route: Route | None = None, **more: Any) -> Command:
    options: dict[str, Any] = {"params": Params, "result": Result, "summary": "Do it.", **more}
    return Command(name=name, run="a:b", place="machine", route=route, **options)


class Fake(Catalog):
    """A catalog of these commands."""

    def __init__(self, *commands: Command) -> None:
        super().__init__()
        self.commands = {each.name: each for each in commands}  # type: ignore[misc]

    def noun(self, name: str) -> Commands:
        return Commands(f"About {name}.", ())


def written(catalog: Catalog, *, needs_token: bool = False) -> Any:
    return msgspec.json.decode(
        msgspec.json.encode(document(catalog, needs_token=needs_token), enc_hook=str)
    )


def operation(described: Any, method: str, path: str) -> Any:
    return described["paths"][f"/api/v1{path}"][method]


@pytest.fixture(scope="module")
def installed() -> Any:
    return written(Catalog())


def test_it_is_openapi(installed: Any) -> None:
    validate(installed)


def test_every_command_is_there(installed: Any) -> None:
    operations = [
        each
        for path in installed["paths"].values()
        for each in path.values()
        if "x-polymock" in each
    ]
    commands = Catalog().commands.values()
    offered = {each.name: each for each in commands if "api" in each.surfaces}
    assert {each["x-polymock"]["command"] for each in operations} == set(offered)
    for each in operations:
        found = offered[each["x-polymock"]["command"]]
        assert each["x-polymock"]["role"] == found.role
        assert each["summary"] == found.summary
        assert f"Role: {found.role}." in each["description"]
        assert {"401", "403", "429"} < set(each["responses"])


def test_every_parameter_is_told_once(installed: Any) -> None:
    for each in Catalog().commands.values():
        if "api" not in each.surfaces:
            continue
        path = re.sub(r":path\}", "}", each.address.path)
        told = operation(installed, each.address.method.lower(), path)
        names = [parameter["name"] for parameter in told["parameters"]]
        body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
        if each.address.body:
            names.append(each.address.body)
        else:
            names += body.get("schema", {}).get("properties", {})
        fields = [field.encode_name for field in msgspec.structs.fields(each.params)]
        assert sorted(names) == sorted(fields), each.name


def test_examples_fit_their_schemas(installed: Any) -> None:
    for path in installed["paths"].values():
        for each in path.values():
            content = each.get("requestBody", {}).get("content", {}).get("application/json", {})
            told = [*each.get("parameters", ()), *([content] if content else [])]
            for one in told:
                if "example" in one:
                    schema = {**one["schema"], "components": installed["components"]}
                    jsonschema_rs.validate(schema, one["example"])


def test_security() -> None:
    assert written(Fake(), needs_token=True)["security"] == [{"token": []}]
    described = written(Fake(), needs_token=False)
    assert described["security"] == [{"token": []}, {}]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert described["paths"]["/health/live"]["get"]["security"] == []


def test_parameters_of_path_query_and_body() -> None:
    described = written(
        Fake(
            command("things.get", Route("GET", "/things/{name}")),
            command("things.make", Route("POST", "/things/{name}", 201, query=("session",))),
            command("things.put", Route("PUT", "/things/{name:path}", body="value")),
            command("things.call"),
        )
    )
    validate(described)
    told = operation(described, "get", "/things/{name}")
    assert [(each["name"], each["in"]) for each in told["parameters"]] == [
        ("name", "path"),
        *((name, "query") for name in ("wait", "where", "text", "session", "value")),
    ]
    assert "requestBody" not in told
    by_name = {each["name"]: each for each in told["parameters"]}
    assert by_name["name"]["required"] is True
    assert by_name["name"]["schema"]["pattern"] == "^[a-z]+$"
    assert by_name["wait"]["schema"]["type"] == "number"
    assert by_name["wait"]["description"] == "How long (in seconds)"
    assert by_name["where"]["schema"]["type"] == "array"
    assert by_name["text"]["schema"] == {"type": "string", "minLength": 1}
    told = operation(described, "post", "/things/{name}")
    assert next(iter(told["responses"])) == "201"
    assert [each["name"] for each in told["parameters"]] == ["name", "session"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    assert list(schema["properties"]) == ["wait", "where", "text", "value"]
    assert schema["additionalProperties"] is False
    assert "required" not in schema
    assert told["requestBody"]["required"] is False
    told = operation(described, "put", "/things/{name}")
    assert {each["name"] for each in told["parameters"]} == {
        "name",
        "wait",
        "where",
        "text",
        "session",
    }
    told = operation(described, "post", "/things/call")
    assert told["requestBody"]["required"] is True


def test_what_has_no_schema_is_anything() -> None:
    described = written(
        Fake(
            command("things.odd", result=Opaque),
            command("things.any", result=Any),
            command("things.none", params=msgspec.defstruct("Nothing", [])),
        )
    )
    validate(described)
    for verb in ("odd", "any"):
        content = operation(described, "post", f"/things/{verb}")["responses"]["200"]["content"]
        assert content == {"application/json": {"schema": {}}}
    assert "requestBody" not in operation(described, "post", "/things/none")


def test_what_the_api_does_not_offer_is_not_there() -> None:
    described = written(Fake(command("things.shell", surfaces=frozenset(("cli",)))))
    assert list(described["paths"]) == ["/health/live", "/health/ready"]
