"""The entry point of MCP on the admin port."""

from __future__ import annotations

from polymock.interfaces import NoSettings, Plugin
from polymock_mcp.http import McpAnnex

plugin = Plugin(NoSettings, lambda _: McpAnnex())
