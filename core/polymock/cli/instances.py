"""Background servers: `start`, `stop`, `restart`, `ps`, and their log, `logs server`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import rich_click as click

from polymock.cli.group import Duration, json_option
from polymock.cli.serving import serve

if TYPE_CHECKING:
    from polymock_schemas.instances import Instance, InstanceList

MAX_SECONDS = 3600
SERVE_OPTIONS = [option for option in serve.params if option.name != "as_json"]
"""What is to be served, as `polymock serve` takes it."""

wait_option = click.option(
    "--wait",
    type=Duration(MAX_SECONDS),
    default="30s",
    show_default=True,
    help="How long it may take to be ready.",
)
grace_option = click.option(
    "--grace",
    type=Duration(MAX_SECONDS),
    default="20s",
    show_default=True,
    help="How long it may take to end before it is killed.",
)


@click.command(params=SERVE_OPTIONS)
@click.option("--name", help="Default: that of the config's folder, or of the first spec.")
@wait_option
@json_option
def start(
    specs: tuple[str, ...],
    port: int | None,
    host: str | None,
    workers: int | None,
    admin_port: int | None,
    grpc_port: int | None,
    seed: int | None,
    journal: str | None,
    no_journal: bool,
    log_level: Literal["debug", "info", "warning", "error"],
    reload: bool,
    strict: bool,
    allow_private: bool,
    name: str | None,
    wait: float,
    as_json: bool,
) -> None:
    """Serve mocks in the background, as `serve` does, and return when they answer.

    Where a port is taken it does not start: `--port 0 --admin-port 0 --grpc-port 0` picks free
    ones.
    """
    if journal is not None and no_journal:
        raise click.UsageError("--journal and --no-journal exclude each other.")
    from polymock.commands import instances
    from polymock_schemas.instances import ServeOptions, StartParams

    options = ServeOptions(
        host=host,
        port=port,
        admin_port=admin_port,
        grpc_port=grpc_port,
        workers=workers,
        seed=seed,
        journal=journal,
        no_journal=no_journal,
        log_level=log_level,
        reload=reload,
        strict=strict,
        allow_private=allow_private,
    )
    _show(instances.start(StartParams(specs, name, options, wait=wait)), as_json=as_json)


@click.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "everything", is_flag=True, help="All that run.")
@grace_option
@json_option
def stop(names: tuple[str, ...], everything: bool, grace: float, as_json: bool) -> None:
    """Stop background servers; what they have begun is answered and recorded first."""
    if everything == bool(names):
        raise click.UsageError("Name what to stop, or say --all.")
    from polymock.commands import instances
    from polymock.output import print_json, print_lines
    from polymock_schemas.instances import StopParams

    stopped = instances.stop(StopParams(names, everything, grace))
    if as_json:
        print_json(stopped)
        return
    how = {
        "stopped": "has stopped",
        "killed": f"did not stop within {grace:g} s, and was killed",
        "exited": "had ended already",
    }
    print_lines([f"{each.name} {how[each.ending]}." for each in stopped] or ["Nothing runs."])


@click.command()
@click.argument("name")
@grace_option
@wait_option
@json_option
def restart(name: str, grace: float, wait: float, as_json: bool) -> None:
    """Stop a background server, and start it with the same options at the same ports."""
    from polymock.commands import instances
    from polymock_schemas.instances import RestartParams

    _show(instances.restart(RestartParams(name, grace, wait)), as_json=as_json)


@click.command()
@click.option("--all", "-a", "everything", is_flag=True, help="Those that ended too.")
@json_option
def ps(everything: bool, as_json: bool) -> None:
    """List background servers, and how they are."""
    from polymock.commands import instances
    from polymock.instances.registry import warning
    from polymock.output import print_json, printable
    from polymock_schemas.instances import ListParams

    found = instances.list_instances(ListParams(everything))
    for told in found.set_aside:
        click.echo(printable(f"Warning: {warning(told)}"), err=True)
    if as_json:
        print_json(found.instances)
    else:
        _show_table(found)


@click.command("server")
@click.argument("name")
@click.option(
    "--lines",
    "-n",
    type=click.IntRange(0, 100_000),
    default=50,
    show_default=True,
    help="How many.",
)
@click.option("--follow", "-f", is_flag=True, help="Go on until it ends.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def server_log(name: str, lines: int, follow: bool, as_json: bool) -> None:
    """Show what a background server has printed."""
    if follow and as_json:
        raise click.UsageError("--follow and --json exclude each other.")
    from polymock.commands import instances
    from polymock.output import print_json, print_lines
    from polymock_schemas.instances import ServerLogParams

    params = ServerLogParams(name, lines)
    if follow:
        for line in instances.follow_log(params):
            print_lines([line])
    elif as_json:
        print_json(instances.server_log(params))
    else:
        print_lines(instances.server_log(params).lines)


def _show(instance: Instance, *, as_json: bool) -> None:
    """What there is to know of an instance that serves now."""
    from polymock.output import print_json, print_lines

    if as_json:
        print_json(instance)
        return
    addresses = [(each.protocol, each.url, ", ".join(each.mocks)) for each in instance.addresses]
    rows = [*addresses, ("admin", instance.admin_url, "")]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{instance.name} is {instance.status} (pid {instance.pid})."]
    lines += [f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in rows]
    if instance.note:
        lines.append(f"  {instance.note}")
    if instance.warnings:
        lines.append(f"  warnings: {instance.warnings}; polymock logs server {instance.name}")
    print_lines([*lines, f"Stop it with: polymock stop {instance.name}"])


def _show_table(found: InstanceList) -> None:
    from polymock.output import print_table

    rows = [
        {
            "name": each.name,
            "status": each.status,
            "pid": each.pid,
            "uptime": None if each.uptime is None else _duration(each.uptime),
            "requests": each.requests,
            "memory": None if each.memory is None else f"{each.memory / 2**20:.0f} MiB",
            "mocks": " ".join(dict.fromkeys(address.url for address in each.addresses)),
            "admin": each.admin_url,
            "serves": each.config or " ".join(each.specs),
            "note": each.note,
        }
        for each in found.instances
    ]
    if rows:
        cells = [["" if cell is None else cell for cell in row.values()] for row in rows]
        print_table([*rows[0]], cells)
    else:
        click.echo("Nothing runs.", err=True)
    if found.hidden:
        click.echo(f"{found.hidden} more ended: --all shows them.", err=True)


def _duration(seconds: float) -> str:
    """A time in its two largest units: `3d 4h`, `12m 5s`."""
    whole = round(seconds)
    parts = [
        (whole // 86_400, "d"),
        (whole // 3600 % 24, "h"),
        (whole // 60 % 60, "m"),
        (whole % 60, "s"),
    ]
    first = next((index for index, (number, _) in enumerate(parts) if number), 3)
    return " ".join(f"{number}{unit}" for number, unit in parts[first : first + 2])
