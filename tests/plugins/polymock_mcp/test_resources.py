from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from mcp import Client, MCPError

from agents.doubles import ScriptedDesk, client_of
from polymock.errors import CommandError
from polymock_mcp.resources import RESOURCE_NOT_FOUND

MOCKS = [{"name": "shop"}, {"name": "odd name"}]
DOCUMENT = {"text": "openapi: 3.1.0\n", "length": 15, "file": "shop.yaml"}
ANSWERS: dict[str, Any] = {
    "mocks.list": MOCKS,
    "mocks.config": {"config": {"server": {"port": 8080}}},
    "mocks.document": DOCUMENT,
    "mocks.operation": {"name": "GET /pets"},
    "instances.list": {"instances": []},
}


def ask(desk: ScriptedDesk, work: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with client_of(desk) as client:
            return await work(client)

    return asyncio.run(run())


def read(desk: ScriptedDesk, uri: str) -> str:
    (content,) = ask(desk, lambda client: client.read_resource(uri)).contents
    assert content.uri == uri
    return str(content.text)


def refused(desk: ScriptedDesk, uri: str) -> MCPError:
    async def work(client: Client) -> MCPError:
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
        return caught.value

    error: MCPError = ask(desk, work)
    return error


def test_the_fixed_ones_are_listed_and_those_of_each_mock() -> None:
    listed = ask(ScriptedDesk(ANSWERS), lambda client: client.list_resources()).resources
    uris = {str(each.uri) for each in listed}
    assert {
        "polymock://instances",
        "polymock://config",
        "polymock://config/schema",
        "polymock://journal/schema",
        "polymock://mocks",
        "polymock://mocks/shop/document",
        "polymock://mocks/odd%20name/operations",
    } <= uris
    assert not any("{" in uri for uri in uris)
    assert all(each.description for each in listed)


def test_without_a_server_the_fixed_ones_are_listed() -> None:
    listed = ask(ScriptedDesk({}), lambda client: client.list_resources()).resources
    assert "polymock://config" in {str(each.uri) for each in listed}


def test_templates_name_the_server_where_one_can_be_chosen() -> None:
    for chooses, end in ((True, "{?server}"), (False, "")):
        desk = ScriptedDesk(ANSWERS, chooses=chooses)
        told = ask(desk, lambda client: client.list_resource_templates()).resource_templates
        templates = {each.uri_template for each in told}
        assert f"polymock://mocks/{{mock}}/operations/{{operation}}{end}" in templates
        assert ("polymock://config{?server}" in templates) is chooses
        assert "polymock://config/schema{?server}" not in templates


def test_they_are_what_commands_answer() -> None:
    desk = ScriptedDesk(ANSWERS)
    assert msgspec.json.decode(read(desk, "polymock://mocks")) == MOCKS
    assert msgspec.json.decode(read(desk, "polymock://config?server=pets")) == {
        "server": {"port": 8080}
    }
    assert read(desk, "polymock://mocks/odd%20name/document") == "openapi: 3.1.0\n"
    read(desk, "polymock://mocks/shop/operations/GET%20%2Fpets%2F%7Bid%7D?server=a%20b")
    assert desk.heard[1][2] == "pets"
    assert desk.heard[2][:2] == ("mocks.document", {"mock": "odd name", "limit": 400_000})
    assert desk.heard[3] == (
        "mocks.operation",
        {"mock": "shop", "operation": "GET /pets/{id}"},
        "a b",
    )


def test_of_a_long_document_it_is_told_how_to_read_on() -> None:
    desk = ScriptedDesk({"mocks.document": {**DOCUMENT, "length": 1000}})
    told = read(desk, "polymock://mocks/shop/document")
    assert "(985 characters more: mocks_document with offset 15)" in told


@pytest.mark.parametrize(
    "uri",
    [
        "polymock://nothing",
        "polymock://mocks/shop",
        "polymock://mocks//document",
        "polymock://mocks/a/b/document",
        "file:///etc/passwd",
        "polymock:///etc/passwd",
    ],
)
def test_others_are_not_there(uri: str) -> None:
    error = refused(ScriptedDesk(ANSWERS), uri)
    assert error.code == RESOURCE_NOT_FOUND
    assert "resources/list" in error.message


def test_what_cannot_be_read_now_says_what_to_do() -> None:
    error = refused(ScriptedDesk({}), "polymock://mocks")
    assert "No server runs here." in error.message
    assert "instances_start starts one" in error.message
    gone = ScriptedDesk({"mocks.document": CommandError("There is no mock 'x'.", "", "unknown")})
    assert "mocks_list lists what there is." in refused(gone, "polymock://mocks/x/document").message


def test_names_are_completed() -> None:
    from mcp.types import ResourceTemplateReference

    desk = ScriptedDesk({**ANSWERS, "mocks.operations": {"items": [{"name": "GET /pets"}]}})

    def complete(name: str, value: str) -> list[str]:
        reference = ResourceTemplateReference(uri="polymock://mocks/{mock}/document")
        told = ask(desk, lambda client: client.complete(reference, {"name": name, "value": value}))
        return list(told.completion.values)

    assert complete("mock", "SH") == ["shop"]
    assert complete("operation", "get") == ["GET /pets"]
    assert complete("operation", "post") == []
    assert complete("colour", "r") == []
    assert complete("server", "") == []
