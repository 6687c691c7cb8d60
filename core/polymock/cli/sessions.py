"""Sessions of a running server's world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import rich_click as click

from polymock.cli.group import Duration
from polymock.cli.server import on_server

if TYPE_CHECKING:
    from polymock.commands.remote import Remote
    from polymock_schemas.world import SessionInfo

PATH = "/api/v1/sessions"
MAX_SECONDS = 30 * 86400


@click.group()
def sessions() -> None:
    """Worlds of their own, for a client or a test of a running server."""


@sessions.command()
@click.argument("name", default="")
@click.option(
    "--ttl", type=Duration(MAX_SECONDS), help="It ends when it was not used for so long: 30m."
)
@on_server
def create(server: Remote, name: str, ttl: float | None, as_json: bool) -> None:
    """Begin a session, under a NAME or one that is made up."""
    from polymock_schemas.world import SessionInfo

    body = {"name": name} if ttl is None else {"name": name, "ttl": ttl}
    _show([server.ask("POST", PATH, SessionInfo, body=body)], as_json=as_json, one=True)


@sessions.command("list")
@on_server
def list_(server: Remote, as_json: bool) -> None:
    """List the sessions."""
    from polymock_schemas.world import SessionInfo

    _show(server.ask("GET", PATH, tuple[SessionInfo, ...]), as_json=as_json)


@sessions.command()
@click.argument("name")
@on_server
def reset(server: Remote, name: str, as_json: bool) -> None:
    """Forget what was written in a session; it goes on."""
    from polymock_schemas.world import SessionInfo

    told = server.ask("POST", f"{PATH}/{quote(name, safe='')}/reset", SessionInfo)
    _show([told], as_json=as_json, one=True)


@sessions.command()
@click.argument("name")
@on_server
def drop(server: Remote, name: str, as_json: bool) -> None:
    """End a session; what was written in it is gone."""
    from polymock_schemas.world import SessionInfo

    told = server.ask("DELETE", f"{PATH}/{quote(name, safe='')}", SessionInfo)
    _show([told], as_json=as_json, one=True)


def _show(found: Sequence[SessionInfo], *, as_json: bool, one: bool = False) -> None:
    from polymock.output import print_json, print_table

    if as_json:
        print_json(found[0] if one else found)
        return
    rows = [(s.name, _time(s.created), _time(s.expires), f"{s.ttl:g}s", s.writes) for s in found]
    print_table(("name", "created", "ends", "time to live", "writes"), rows)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="seconds")
