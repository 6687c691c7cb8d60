"""Entities of a running server's world."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rich_click as click

from polymock.cli.server import of_session, on_server, session_option
from polymock.cli.world import PATH, world

if TYPE_CHECKING:
    from polymock.commands.remote import Remote
    from polymock_schemas.world import EntityInfo


@world.command("list")
@click.argument("collection")
@click.option("--where", multiple=True, metavar="NAME=VALUE", help="Only those that are so.")
@click.option("--sort", default="", metavar="NAMES", help="Such as -createdAt,name.")
@click.option("--limit", type=click.IntRange(1, 1000), default=25, show_default=True)
@click.option("--offset", type=click.IntRange(0, 1_000_000_000), default=0, show_default=True)
@session_option
@on_server
def list_(
    server: Remote,
    collection: str,
    where: tuple[str, ...],
    sort: str,
    limit: int,
    offset: int,
    session: str,
    as_json: bool,
) -> None:
    """List entities of a collection."""
    from polymock.output import print_json, print_table
    from polymock_schemas.world import EntityPage

    query = {"where": where, "sort": sort, "limit": limit, "offset": offset, **of_session(session)}
    page = server.ask("GET", _entities(collection), EntityPage, query=query)
    if as_json:
        print_json(page)
        return
    names = list(dict.fromkeys(name for item in page.items for name in item.value))
    rows = [
        (item.key, "yes" if item.written else "", *(item.value.get(name) for name in names))
        for item in page.items
    ]
    print_table(("key", "written", *names), rows)
    if page.total > offset + len(page.items):
        click.echo(f"{len(page.items)} of {page.total}: --offset and --limit show more.", err=True)


@world.command()
@click.argument("collection")
@click.argument("key")
@session_option
@on_server
def get(server: Remote, collection: str, key: str, session: str, as_json: bool) -> None:
    """Show an entity, whether somebody wrote it or not."""
    from polymock_schemas.world import EntityInfo

    told = server.ask("GET", _entities(collection, key), EntityInfo, query=of_session(session))
    _show_entity(told, as_json=as_json)


@world.command()
@click.argument("collection")
@click.argument("key")
@click.argument("value", metavar="JSON | -")
@session_option
@on_server
def put(server: Remote, collection: str, key: str, value: str, session: str, as_json: bool) -> None:
    """Make an entity what an object says (- reads it from standard input)."""
    from polymock_schemas.world import EntityInfo

    told = server.ask(
        "PUT",
        _entities(collection, key),
        EntityInfo,
        query=of_session(session),
        body=_object(value),
    )
    _show_entity(told, as_json=as_json)


@world.command()
@click.argument("collection")
@click.argument("key")
@session_option
@on_server
def delete(server: Remote, collection: str, key: str, session: str, as_json: bool) -> None:
    """Delete an entity, and do to those who refer to it what their references say."""
    from polymock_schemas.world import EntityInfo

    told = server.ask("DELETE", _entities(collection, key), EntityInfo, query=of_session(session))
    _show_entity(told, as_json=as_json)


def _entities(collection: str, key: str | None = None) -> str:
    path = f"{PATH}/collections/{quote(collection, safe='')}/entities"
    return path if key is None else f"{path}/{quote(key, safe='')}"


def _object(value: str) -> dict[str, Any]:
    """The object that an argument, or standard input, holds. Raises UsageError."""
    import msgspec

    text = sys.stdin.read() if value == "-" else value
    try:
        told = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"JSON: it cannot be read: {error}.") from error
    if not isinstance(told, dict):
        raise click.UsageError("JSON: an entity is an object.")
    return told


def _show_entity(told: EntityInfo, *, as_json: bool) -> None:
    from polymock.output import print_json, print_table

    if as_json:
        print_json(told)
    else:
        print_table(("property", "value"), list(told.value.items()))
