"""Polymock for agents: every command as a tool of the Model Context Protocol (MCP).

`stdio` serves one client over standard input and output, `http` many at `/mcp` on the admin port.
`server` answers both with `tools`, `resources` and `prompts`; a `desk` has commands carried out.
"""
