from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, CallToolResult

from agents.doubles import Book, FakeDesk, Mode, ScriptedDesk, client_of
from polymock.errors import CommandError, ServerError, SpecError
from polymock_schemas.calls import Violation
from polymock_schemas.commands import Fault


def ask(
    desk: FakeDesk | ScriptedDesk,
    work: Callable[[Client], Awaitable[Any]],
    mode: Mode = "legacy",
) -> Any:
    """What comes of some work with a client."""

    async def run() -> Any:
        async with client_of(desk, mode) as client:
            return await work(client)

    return asyncio.run(run())


def call(
    desk: FakeDesk | ScriptedDesk, name: str, arguments: dict[str, Any] | None = None
) -> CallToolResult:
    result: CallToolResult = ask(desk, lambda client: client.call_tool(name, arguments))
    return result


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_each_command_is_a_tool_that_says_what_it_does(mode: Mode) -> None:
    tools = ask(FakeDesk(), lambda client: client.list_tools(), mode).tools
    assert [tool.name for tool in tools] == ["books_burn", "books_list", "instances_list"]
    burn = tools[0]
    assert burn.title == "Books: burn"
    assert burn.description == (
        "Burn books. Nothing of them is left. `books_list` tells which there are."
    )
    told = burn.annotations.model_dump(exclude_none=True)
    assert told == {
        "title": "Books: burn",
        "read_only_hint": False,
        "destructive_hint": True,
        "idempotent_hint": True,
        "open_world_hint": False,
    }
    assert tools[1].annotations.read_only_hint
    assert burn.input_schema["required"] == ["shelf"]
    assert burn.input_schema["examples"] == [{"shelf": "poetry"}]
    assert burn.output_schema["properties"]["title"] == {"type": "string"}


@pytest.mark.parametrize("chooses", [True, False])
def test_tools_of_servers_take_a_server_where_one_can_be_chosen(chooses: bool) -> None:
    tools = ask(FakeDesk(chooses=chooses), lambda client: client.list_tools()).tools
    taking = {tool.name for tool in tools if "server" in tool.input_schema["properties"]}
    assert taking == ({"books_burn", "books_list"} if chooses else set())


def test_the_server_is_no_parameter_of_the_command() -> None:
    desk = FakeDesk(Book("A"))
    call(desk, "books_burn", {"shelf": "a", "server": "pets"})
    call(desk, "books_burn", {"shelf": "a", "server": None})
    assert desk.heard == [
        ("books.burn", {"shelf": "a"}, "agent", "pets"),
        ("books.burn", {"shelf": "a"}, "agent", ""),
    ]


def test_results_are_structured_and_text() -> None:
    result = call(FakeDesk(Book("A")), "books_burn", {"shelf": "a"})
    assert result.structured_content == {"title": "A", "refers_to": []}
    assert text_of(result) == '{"title":"A","refers_to":[]}'
    result = call(FakeDesk((Book("A"),)), "books_list", {"shelf": "a"})
    assert result.structured_content == {"result": [{"title": "A", "refers_to": []}]}
    assert text_of(result) == '[{"title":"A","refers_to":[]}]'


def test_progress_is_told_to_who_asks_for_it_and_only_grows() -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def note(done: float, total: float | None, words: str | None) -> None:
        heard.append((done, total, words))

    async def work(client: Client) -> Any:
        return await client.call_tool("books_list", {"shelf": "a"}, progress_callback=note)

    ask(FakeDesk(), work)
    assert heard[-1] == (2, 2, "done")
    numbers = [done for done, _, _ in heard]
    assert numbers == sorted(set(numbers))


def test_wrong_parameters_are_told_with_an_example() -> None:
    for arguments, where in (
        ({}, "shelf"),
        ({"shelf": "a", "limt": 3}, "limt"),
        ({"shelf": "a", "limit": 1000}, "limit"),
        ({"shelf": ["a"]}, "shelf"),
        ({"shelf": "a", "server": 7}, "server"),
    ):
        result = call(FakeDesk(), "books_list", arguments)
        assert result.is_error
        assert result.structured_content is None
        told = text_of(result)
        assert where in told
        assert '{"shelf":"poetry"}' in told
        assert "call books_list again" in told
    assert "Did you mean `limit`?" in text_of(call(FakeDesk(), "books_list", {"limt": 1}))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            CommandError("There is no book 'A'.", "", "unknown"),
            ["There is no book 'A'.", "books_list lists what there is."],
        ),
        (
            CommandError("title: it is too long.", "", "wrong", [Violation("title", "too long")]),
            ["- title: too long", "call books_burn again"],
        ),
        (
            ServerError("No server runs here.", "Start it with `polymock serve`."),
            ["instances_list tells which servers run", "instances_start starts one"],
        ),
        (
            CommandError("The command failed.", "The log says why.", "failed"),
            ["That is no fault of yours."],
        ),
        (
            SpecError.of(
                [
                    Fault("error", "a.yaml", "/paths", "it is a list", "Make it a map."),
                    Fault("error", "b.yaml", "", "it is empty", ""),
                ]
            ),
            [
                "- a.yaml#/paths: it is a list",
                "- b.yaml: it is empty",
                "What to do: Make it a map.",
                "the mended spec",
            ],
        ),
    ],
)
def test_errors_say_what_to_do_next(error: Exception, words: list[str]) -> None:
    result = call(FakeDesk(error), "books_burn", {"shelf": "a"})
    assert result.is_error
    for each in words:
        assert each in text_of(result)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CommandError("a: no.", "", "wrong", [Violation("a", "no")]), "a: no."),
        (CommandError("it is empty", "", "wrong", [Violation("", "it is empty")]), "it is empty"),
        (
            CommandError("Two are wrong.", "", "wrong", [Violation("", "no")]),
            "Two are wrong.\n- no",
        ),
        (SpecError.of([Fault("error", "a.yaml", "", "it is empty", "")]), "a.yaml: it is empty"),
    ],
)
def test_errors_say_nothing_twice(error: Exception, said: str) -> None:
    told = text_of(call(FakeDesk(error), "books_burn", {"shelf": "a"}))
    assert told.partition("\nAn example")[0].partition("\nThen call")[0] == said


HINT = (
    "Name it: `--instance NAME`, or its admin API: `--url URL`; `--journal PATH` or `--config PATH`"
)


@pytest.mark.parametrize(
    ("chooses", "told"),
    [
        (True, "`server: NAME`, or its admin API: `server: URL`; `server: NAME`"),
        (False, "`instance: NAME`, or its admin API"),
    ],
)
def test_the_server_is_named_with_the_parameter_for_it(chooses: bool, told: str) -> None:
    desk = FakeDesk(ServerError("No server runs.", HINT), chooses=chooses)
    assert f"Name it: {told}" in text_of(call(desk, "books_burn", {"shelf": "a"}))


def test_the_parameter_for_a_server_is_among_those_that_are_known() -> None:
    for chooses in (True, False):
        desk = FakeDesk(chooses=chooses)
        said = text_of(call(desk, "books_list", {"shelf": "a", "zzz": 1}))
        assert ("server" in said.partition("An example")[0]) is chooses
        assert not desk.heard


def test_who_may_not_do_something_is_sent_to_who_may() -> None:
    hint = "Use a token of that role: `polymock tokens create NAME --role admin`."
    desk = FakeDesk(CommandError("It asks for the role admin.", hint, "forbidden"))
    said = text_of(call(desk, "books_burn", {"shelf": "a"}))
    assert said.endswith(f"What to do: Ask whoever runs the server. {hint}")


SAYS = "Name its protocol with `protocol:`."


@pytest.mark.parametrize(
    "error",
    [
        SpecError.of([Fault("error", "a.txt", "", "no protocol", SAYS)]),
        ServerError(f"'a' ended while it started. The end of its log:\n  Hint: {SAYS}"),
    ],
)
def test_a_protocol_can_be_named_in_a_text(error: Exception) -> None:
    desk = ScriptedDesk({"instances.start": error})
    texts = [{"name": "a.txt", "text": "?"}]
    said = text_of(call(desk, "instances_start", {"texts": texts}))
    assert "A text named polymock.yaml among `texts` can say it" in said


def test_an_unknown_tool_is_an_error_of_the_protocol_with_the_nearest_name() -> None:
    for name, near in (("book_list", "Did you mean `books_list`?"), ("books_serve", "tools/list")):

        async def work(client: Client, name: str = name) -> MCPError:
            with pytest.raises(MCPError, match="There is no tool") as caught:
                await client.call_tool(name, {})
            return caught.value

        error = ask(FakeDesk(), work)
        assert error.code == INVALID_PARAMS
        assert near in error.message
