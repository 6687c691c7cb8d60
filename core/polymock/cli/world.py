"""The world of a running server, and what is inferred of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rich_click as click

from polymock.cli.group import PRIVATE_HELP, Duration, json_option
from polymock.cli.server import NOW, Instant, of_session, on_server, session_option

if TYPE_CHECKING:
    from polymock.commands.remote import Remote
    from polymock_schemas.world import CollectionInfo, SnapshotInfo, WorldBindings

PATH = "/api/v1/world"


@click.group()
def world() -> None:
    """See and steer what all protocols share: entities, snapshots, the clock."""


@world.command()
@click.argument("specs", nargs=-1, metavar="[CONFIG | SPEC...]")
@click.option("--all", "everything", is_flag=True, help="Operations that are not bound too.")
@click.option("--allow-private", is_flag=True, help=PRIVATE_HELP)
@json_option
def bindings(specs: tuple[str, ...], everything: bool, allow_private: bool, as_json: bool) -> None:
    """Tell what is inferred of a config's world, and why; no server is needed."""
    from polymock.commands.world import inferred_bindings
    from polymock.config.loading import Overrides, load
    from polymock.output import print_json

    loaded = load(specs, Overrides(allow_private=allow_private))
    found = inferred_bindings(loaded, everything=everything)
    if as_json:
        print_json(found)
    else:
        _show_bindings(found)


@world.command()
@session_option
@on_server
def collections(server: Remote, session: str, as_json: bool) -> None:
    """List the collections."""
    from polymock.output import print_json
    from polymock_schemas.world import CollectionInfo

    found = server.ask(
        "GET", f"{PATH}/collections", tuple[CollectionInfo, ...], query=of_session(session)
    )
    if as_json:
        print_json(found)
    else:
        _show_collections(found)


@world.command()
@session_option
@on_server
def reset(server: Remote, session: str, as_json: bool) -> None:
    """Make the world what it was in the beginning: its seeds, or a session without writes."""
    from polymock.output import print_json, print_lines
    from polymock_schemas.world import ResetInfo

    told = server.ask("POST", f"{PATH}/reset", ResetInfo, body=of_session(session))
    if as_json:
        print_json(told)
    elif session:
        print_lines([f"The session {session} is as the base world is."])
    else:
        print_lines([f"The world is as in the beginning, with {told.entities} entities."])


@world.command()
@click.argument("name")
@session_option
@on_server
def snapshot(server: Remote, name: str, session: str, as_json: bool) -> None:
    """Keep what the world is like now, under a NAME."""
    from polymock_schemas.world import SnapshotInfo

    body = {"name": name, **of_session(session)}
    told = server.ask("POST", f"{PATH}/snapshots", SnapshotInfo, body=body)
    _show_snapshots([told], as_json=as_json, one=True)


@world.command()
@click.argument("name")
@session_option
@on_server
def restore(server: Remote, name: str, session: str, as_json: bool) -> None:
    """Make the world what it was when a snapshot was taken."""
    from polymock_schemas.world import SnapshotInfo

    path = f"{PATH}/snapshots/{quote(name, safe='')}/restore"
    told = server.ask("POST", path, SnapshotInfo, body=of_session(session))
    _show_snapshots([told], as_json=as_json, one=True)


@world.command()
@on_server
def snapshots(server: Remote, as_json: bool) -> None:
    """List the snapshots."""
    from polymock_schemas.world import SnapshotInfo

    found = server.ask("GET", f"{PATH}/snapshots", tuple[SnapshotInfo, ...])
    _show_snapshots(found, as_json=as_json)


@world.command()
@click.argument("name")
@on_server
def forget(server: Remote, name: str, as_json: bool) -> None:
    """Drop a snapshot."""
    from polymock_schemas.world import SnapshotInfo

    told = server.ask("DELETE", f"{PATH}/snapshots/{quote(name, safe='')}", SnapshotInfo)
    _show_snapshots([told], as_json=as_json, one=True)


@world.command()
@click.option(
    "--freeze",
    type=Instant(),
    is_flag=False,
    flag_value=NOW,
    metavar="[INSTANT]",
    help="Stop it: now, or at an instant.",
)
@click.option("--set", "instant", type=Instant(), metavar="INSTANT", help="Put it to an instant.")
@click.option("--move", type=Duration(0, signed=True), metavar="TIME", help="Such as 2h or -30m.")
@click.option("--reset", "resets", is_flag=True, help="Let it run with the machine's again.")
@session_option
@on_server
def clock(
    server: Remote,
    freeze: str | None,
    instant: str | None,
    move: float | None,
    resets: bool,
    session: str,
    as_json: bool,
) -> None:
    """Tell what the world's clock says, or freeze, set or move it."""
    asked: list[dict[str, Any]] = []
    if freeze is not None:
        asked.append({"freeze": True} if freeze == NOW else {"freeze": True, "now": freeze})
    if instant is not None:
        asked.append({} if instant == NOW else {"now": instant})
    if move is not None:
        asked.append({"move": move})
    if resets:
        asked.append({"reset": True})
    if len(asked) > 1:
        raise click.UsageError("--freeze, --set, --move and --reset exclude each other.")
    from polymock.output import print_json, print_table
    from polymock_schemas.world import ClockInfo

    path = f"{PATH}/clock"
    if asked:
        told = server.ask("PUT", path, ClockInfo, body={**asked[0], **of_session(session)})
    else:
        told = server.ask("GET", path, ClockInfo, query=of_session(session))
    if as_json:
        print_json(told)
    else:
        state = "stands still" if told.frozen else f"is {told.offset:g}s ahead of the machine's"
        print_table(("now", "it"), [(told.now, state)])


def _show_snapshots(found: Sequence[SnapshotInfo], *, as_json: bool, one: bool = False) -> None:
    from polymock.output import print_json, print_table

    if as_json:
        print_json(found[0] if one else found)
        return
    rows = [
        (
            each.name,
            datetime.fromtimestamp(each.created, UTC).isoformat(sep=" ", timespec="seconds"),
            each.session or "base",
            each.entities,
        )
        for each in found
    ]
    print_table(("name", "taken", "of", "entities"), rows)


def _show_collections(found: Sequence[CollectionInfo]) -> None:
    from polymock.output import print_table

    rows = [
        (
            each.name,
            each.key,
            ", ".join(each.types),
            ", ".join(f"{r.property} -> {r.collection} ({r.on_delete})" for r in each.references),
            "strict" if each.strict else "",
            "" if each.entities is None else each.entities,
        )
        for each in found
    ]
    print_table(("collection", "key", "types", "references", "strict", "written"), rows)


def _show_bindings(found: WorldBindings) -> None:
    from polymock.output import print_table

    _show_collections(found.collections)
    rows = [
        (each.mock, each.operation, each.role, each.collection, each.why or "not bound")
        for each in found.bindings
    ]
    print_table(("mock", "operation", "role", "collection", "why"), rows)
