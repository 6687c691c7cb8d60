"""Prompts: what people ask an agent to do with mocks, said so that it knows how."""

from __future__ import annotations

import re
from collections.abc import Mapping

import mcp_types as types
from mcp.shared.exceptions import MCPError

from polymock.commands.dispatching import Caller
from polymock.errors import UserError
from polymock_mcp.desk import Desk
from polymock_mcp.sources import as_json, ask, fenced

MAX_SPEC = 200_000
"""Characters of a spec in a prompt."""
MAX_OPERATIONS = 300

_MOCK = types.PromptArgument(
    name="mock", description="The mock's name; default: all that are served", required=False
)
_PROMPTS = (
    types.Prompt(
        name="mock_this_api",
        title="Mock this API",
        description="Make a mock out of a spec, start it, and try it.",
        arguments=[
            types.PromptArgument(
                name="spec", description="Its path or URL, or its whole text", required=True
            ),
            types.PromptArgument(name="name", description="What to call it", required=False),
        ],
    ),
    types.Prompt(
        name="test_plan",
        title="Test plan from a contract",
        description="Plan tests of a client against a mock: what to call, what to expect.",
        arguments=[_MOCK],
    ),
    types.Prompt(
        name="why_did_this_fail",
        title="Why did this call fail?",
        description="Find out why a recorded call was refused, and what would be right.",
        arguments=[
            types.PromptArgument(
                name="id",
                description="The call's id in the journal; default: the last that failed",
                required=False,
            )
        ],
    ),
    types.Prompt(
        name="errors_to_simulate",
        title="Errors to simulate",
        description="Which failures of an API a client should be tried with, and how to get them.",
        arguments=[_MOCK],
    ),
)

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FAILED = (
    "select id, ts, protocol, mock, operation, method, path, query, status, outcome, source, "
    "violations, request_headers, request_body, response_body from requests where "
)


class Prompts:
    """The prompts, with what the servers of a desk say."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def all(self) -> list[types.Prompt]:
        """Every prompt."""
        return list(_PROMPTS)

    async def get(
        self, name: str, arguments: Mapping[str, str], caller: Caller
    ) -> types.GetPromptResult:
        """A prompt with its arguments. Raises MCPError where there is none, or they are wrong."""
        prompt = next((each for each in _PROMPTS if each.name == name), None)
        if prompt is None:
            names = ", ".join(each.name for each in _PROMPTS)
            raise _wrong(f"There is no prompt {name[:100]!r}. There are: {names}.")
        given = {key: value.strip() for key, value in arguments.items() if value.strip()}
        known = {each.name for each in prompt.arguments or ()}
        for key in given.keys() - known:
            raise _wrong(f"{name} has no argument {key[:100]!r}. It takes: {', '.join(known)}.")
        if name == "mock_this_api":
            parts = _mock_this_api(given)
        elif name == "why_did_this_fail":
            parts = await self._why_did_this_fail(given, caller)
        else:
            says = _TEST_PLAN if name == "test_plan" else _ERRORS
            parts = [says, await self._operations(given.get("mock", ""), caller)]
        messages = [
            types.PromptMessage(role="user", content=types.TextContent(text=part)) for part in parts
        ]
        return types.GetPromptResult(description=prompt.description, messages=messages)

    async def _operations(self, mock: str, caller: Caller) -> str:
        params = {"mock": mock, "limit": MAX_OPERATIONS}
        try:
            told = await ask(self._desk, caller, "mocks.operations", params)
        except UserError as error:
            return f"The operations could not be listed ({error.message}) Use mocks_operations."
        return fenced(f"The operations, {told['total']} in all", as_json(told["items"]))

    async def _why_did_this_fail(self, given: Mapping[str, str], caller: Caller) -> list[str]:
        wanted = given.get("id", "")
        if wanted and not all(char.isalnum() or char == "-" for char in wanted):
            raise _wrong("id: it is a UUID, as in the column `id` of the table `requests`.")
        if wanted and not _UUID.fullmatch(wanted):
            return [_WHY, _no_call(wanted)]
        where = f"id = '{wanted}'" if wanted else "outcome <> 'ok'"
        sql = f"{_FAILED}{where} order by ts desc limit 1"
        try:
            told = await ask(self._desk, caller, "logs.sql", {"sql": sql})
        except UserError as error:
            return [_WHY, f"The journal could not be asked ({error.message}) Use logs_sql."]
        rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
        if not rows:
            return [_WHY, _no_call(wanted)]
        return [_WHY, fenced("The call and its reply", as_json(rows[0]))]


def _no_call(wanted: str) -> str:
    which = f"No call has the id {wanted[:100]}." if wanted else "No recorded call has failed."
    return f"{which} logs_sql shows those that there are."


def _mock_this_api(given: Mapping[str, str]) -> list[str]:
    spec = given.get("spec", "")
    if not spec:
        raise _wrong("mock_this_api needs the argument `spec`: a path, a URL, or a spec's text.")
    if len(spec) > MAX_SPEC:
        raise _wrong(f"The spec has more than {MAX_SPEC} characters: give its path or URL.")
    called = f', "name": {given["name"]!r}' if "name" in given else ""
    is_text = "\n" in spec or "{" in spec
    how = "`texts` (choose a file's name that says what it is: .yaml, .json, .graphql, .proto)"
    return [
        f"""Mock the API of the spec below.

1. Call instances_start with {how if is_text else "the spec in `specs`"}, and with \
"port": 0, "admin_port": 0, "grpc_port": 0{called}.
2. If it is refused, tell me what is wrong with the spec and where; mend it only if I agree.
3. Call mocks_operations, and mocks_operation for a few of them.
4. Try a read and a write with mocks_call. Look at what was received with logs_sql.
5. Tell me the URLs, what can be called, one call of each kind with its reply, and how to stop it \
(instances_stop).""",
        fenced("The spec", spec) if is_text else f"The spec is {spec!r}.",
    ]


_TEST_PLAN = """\
Write a test plan for a client of the API whose operations are listed below.

For each operation that matters (mocks_operation has its parameters and schemas) say: the call,
with example values; what is to be expected; the boundaries of each parameter; what happens
without what is required, with wrong types, with unknown ids; which replies the contract
declares and how to get each (`Prefer: code=404`). Then the flows over several operations:
create, read back, change, delete, read again. Put each test into a session of its own (the
parameter `session`), so that they do not see one another. Try the plan's calls with mocks_call,
and say where the mock answers otherwise than planned. At the end, logs_sql "select * from
coverage" tells what was not called."""

_ERRORS = """\
Say which errors a client of the API below should be tried with, and try them.

Think of: replies that the contract declares beside success (mocks_operation lists them; the
header `Prefer: code=404` asks for one; GraphQL and gRPC take a name, `Prefer: code=NOT_FOUND`);
calls that break the contract; missing and wrong credentials; entities that are gone
(world_delete) or were changed by somebody else (an old ETag in If-Match); references that lead
nowhere; slow answers and cut connections, as far as tools for them are there. For each: how
likely it is, what a good client does, the mocks_call that provokes it, and what the mock
replied."""

_WHY = """\
A call of a mocked API failed, or was not answered as expected. Find out why.

Look at what was sent, at `violations`, and at the contract (mocks_operation, mocks_document).
Say in a sentence what is wrong, and show the call as it should be. Try that with mocks_call. If
the mock is wrong and not the call, say which part of the spec or of the world makes it so."""


def _wrong(message: str) -> MCPError:
    return MCPError(code=types.INVALID_PARAMS, message=message)
