"""The MCP server itself: what each request of the protocol is answered with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from polymock.commands.dispatching import Caller
from polymock_mcp.completing import complete
from polymock_mcp.desk import Desk
from polymock_mcp.greeting import own_version
from polymock_mcp.progress import Telling
from polymock_mcp.prompts import Prompts
from polymock_mcp.resources import Resources
from polymock_mcp.tools import Tools
from polymock_mcp.wording import DESCRIPTION, TITLE, instructions

Context = ServerRequestContext[Any, Any]
WhoAsks = Callable[[Context], Caller]


def build_server(desk: Desk, who: WhoAsks) -> Server[Any]:
    """A server that has all carried out by a desk; `who` tells who asks."""
    tools, resources, prompts = Tools(desk), Resources(desk), Prompts(desk)

    async def list_tools(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools.all)

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        telling = Telling(context.session.report_progress)
        return await tools.call(params.name, params.arguments or {}, who(context), telling)

    async def list_resources(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=await resources.all(who(context)))

    async def list_templates(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=resources.templates)

    async def read_resource(
        context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        return await resources.read(str(params.uri), who(context))

    async def list_prompts(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=prompts.all)

    async def get_prompt(
        context: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        return await prompts.get(params.name, params.arguments or {}, who(context))

    async def completion(
        context: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        return await complete(desk, params, who(context))

    return Server(
        "polymock",
        title=TITLE,
        version=own_version(),
        description=DESCRIPTION,
        instructions=instructions(chooses=desk.chooses),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_completion=completion,
    )
