"""Background servers, printed: what was started, the table of all, their logs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from polymock.output import print_lines, print_table, printable
from polymock_schemas.instances import (
    Instance,
    InstanceList,
    ListParams,
    ServerLog,
    ServerLogParams,
    StopParams,
    Stopped,
)


def show_instance(instance: Instance, _params: object) -> None:
    """What there is to know of an instance that serves now."""
    addresses = [(each.protocol, each.url, ", ".join(each.mocks)) for each in instance.addresses]
    journal = instance.journal or "off: nothing is recorded"
    rows = [*addresses, ("admin", instance.admin_url, ""), ("journal", journal, "")]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{instance.name} is {instance.status} (pid {instance.pid})."]
    lines += [f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in rows]
    if instance.note:
        lines.append(f"  {instance.note}")
    lines += [f"  note: {note}" for note in instance.notes]
    if instance.warnings:
        lines.append(f"  warnings: {instance.warnings}; polymock logs server {instance.name}")
    print_lines([*lines, f"Stop it with: polymock stop {instance.name}"])


def show_stopped(stopped: Sequence[Stopped], params: StopParams) -> None:
    """How each ended."""
    how = {
        "stopped": "has stopped",
        "killed": f"did not stop within {params.grace:g} s, and was killed",
        "exited": "had ended already",
    }
    print_lines([f"{each.name} {how[each.ending]}." for each in stopped] or ["Nothing runs."])


def show_instances(found: InstanceList, _params: ListParams) -> None:
    """A line for each instance."""
    _warn(found)
    rows = [
        {
            "name": each.name,
            "status": each.status,
            "pid": each.pid,
            "uptime": None if each.uptime is None else duration(each.uptime),
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


def as_list(found: InstanceList, _params: ListParams) -> Sequence[Instance]:
    """The instances, as `--json` prints them; what else is to be said goes to standard error."""
    _warn(found)
    return found.instances


def show_log(log: ServerLog, _params: ServerLogParams) -> None:
    """Its lines."""
    print_lines(log.lines)


def follow(_ask: object, params: ServerLogParams) -> None:
    """Its lines, and those that come, until it ends."""
    # Imported here: showing what was answered needs no more than the answer.
    from polymock.commands.instances import follow_log

    for line in follow_log(params):
        print_lines([line])


def _warn(found: InstanceList) -> None:
    """Of files that are no records."""
    # Imported here: it is not needed for `--help`.
    from polymock.instances.registry import warning

    for told in found.set_aside:
        click.echo(printable(f"Warning: {warning(told)}"), err=True)


def duration(seconds: float) -> str:
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
