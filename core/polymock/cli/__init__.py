"""The command line: one sub-command a command, nothing else; a file for each noun.

What a command needs is imported inside it, so that `--help` and errors of usage come at once.
"""

from __future__ import annotations

from polymock.cli import entities as entities  # its commands are below `world`
from polymock.cli.generate import generate
from polymock.cli.group import main
from polymock.cli.instances import ps, restart, server_log, start, stop
from polymock.cli.logs import logs
from polymock.cli.plugins import plugins
from polymock.cli.serving import check, serve
from polymock.cli.sessions import sessions
from polymock.cli.world import world

__all__ = ["main"]

for _command in (serve, start, stop, restart, ps, check, generate, logs, world, sessions, plugins):
    main.add_command(_command)
logs.add_command(server_log)
