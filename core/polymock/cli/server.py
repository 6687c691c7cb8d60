"""Commands on a running server: which one is meant, and who asks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import rich_click as click

from polymock.cli.group import json_option

NOW = "now"
"""An instant that the server knows."""


class Instant(click.ParamType[str]):
    """A date, or a date and a time (RFC 3339); UTC where it does not say."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As RFC 3339 has it; NOW as it is."""
        if value == NOW:
            return NOW
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2026-01-31T12:00:00Z.", param, ctx)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).isoformat()


def on_server(command: Callable[..., None]) -> Callable[..., None]:
    """Options that name a running server. The command gets a `Remote` of it, and `as_json`."""

    @wraps(command)
    def with_server(
        *arguments: Any, url: str | None, config: str | None, journal: str | None, **options: Any
    ) -> None:
        if url is not None and (config is not None or journal is not None):
            raise click.UsageError("--url stands alone: it names the server already.")
        from polymock.commands.remote import Remote, find_admin

        command(Remote(lambda: find_admin(url, config, journal)), *arguments, **options)

    for option in (
        json_option,
        click.option("--journal", metavar="PATH", help="The journal of the server."),
        click.option("--config", metavar="PATH", help="The config that the server serves."),
        click.option("--url", metavar="URL", help="The server's admin API."),
    ):
        with_server = option(with_server)
    return with_server


session_option = click.option(
    "--session", default="", metavar="NAME", help="In this session, not in the base world."
)


def of_session(session: str) -> dict[str, str]:
    """The parameter that names a session, where there is one."""
    return {"session": session} if session else {}
