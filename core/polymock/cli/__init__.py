"""The command line: `serve`, and a sub-command for each command that is installed.

`deriving` makes them of the commands' definitions, `options` of their parameters; what they answer
is printed by `showing`. What a command needs is imported when it runs, so that `--help` and errors
of usage come at once.
"""

from __future__ import annotations

import rich_click as click

from polymock.cli.deriving import Installed
from polymock.cli.serving import serve

__all__ = ["main"]


@click.group(cls=Installed, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="polymock", prog_name="polymock")
def main() -> None:
    """A mock server that answers as your API's document says, with SQL over its traffic."""


main.add_command(serve)
