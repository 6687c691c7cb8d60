"""What `polymock serve` prints: that it is ready, the faults that it finds, why it cannot go on."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from polymock.errors import SpecError, UserError
from polymock.server.messages import Loaded, MockSummary
from polymock_schemas.commands import Fault

MAX_FAULTS = 20
"""How many warnings of one mock the panel shows; `polymock check` shows all."""


class ListenerSummary(msgspec.Struct, frozen=True):
    """A protocol's own wire: where it listens (`127.0.0.1:50051`), and for which mocks."""

    protocol: str
    address: str
    mocks: tuple[str, ...]


class Started(msgspec.Struct, frozen=True):
    """A running server. `journal` is "" where nothing is recorded."""

    mocks: tuple[MockSummary, ...]
    url: str
    admin_url: str
    journal: str
    workers: int
    notes: tuple[str, ...]
    listeners: tuple[ListenerSummary, ...] = ()


def listener_summaries(ready: Loaded, host: str) -> tuple[ListenerSummary, ...]:
    """The listeners at their ports on a `host` as URLs have it."""
    return tuple(
        ListenerSummary(
            protocol,
            f"{host}:{port}",
            tuple(mock.name for mock in ready.mocks if mock.protocol == protocol),
        )
        for protocol, port in sorted(ready.ports.items())
    )


def print_panel(started: Started, *, as_json: bool) -> None:
    """Print the mocks, URLs, operations, warnings and the journal's path to standard output."""
    text = msgspec.json.encode(started).decode() if as_json else "\n".join(render_panel(started))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def render_panel(started: Started) -> list[str]:
    """The panel's lines: plain text, for terminals and logs alike."""
    lines = ["", "Polymock is ready."]
    for mock in started.mocks:
        count = "1 operation" if mock.operations == 1 else f"{mock.operations} operations"
        title = f"  {mock.title}" if mock.title else ""
        lines.append(
            f"  mock     {started.url}{mock.prefix or '/'}  {mock.name}  "
            f"({mock.protocol}, {count}){title}"
        )
        lines.extend(f"           {line}" for line in _fault_lines(mock.faults))
    for listener in started.listeners:
        mocks = ", ".join(listener.mocks)
        lines.append(f"  {listener.protocol:<8} {listener.address}  {mocks}")
    lines.append(f"  admin    {started.admin_url}")
    if started.journal:
        lines.append(f"  journal  {started.journal}")
    else:
        lines.append("  journal  off: nothing is recorded")
    if started.workers > 1:
        lines.append(f"  workers  {started.workers}")
    lines.extend(f"  note     {note}" for note in started.notes)
    lines.append("Stop it with Ctrl+C or SIGTERM.")
    return lines


def print_error(error: UserError) -> None:
    """Say on standard error what is wrong, and what to do."""
    from polymock.output import printable  # it brings what draws tables, seldom needed here

    lines = [f"Error: {error}", *([f"Hint: {error.hint}"] if error.hint else ())]
    sys.stderr.write("".join(f"{printable(line)}\n" for line in lines))
    faults = error.faults if isinstance(error, SpecError) else ()
    print_faults([fault for fault in faults if fault.message not in error.message])


def print_faults(faults: Sequence[Fault]) -> None:
    """Print faults to standard error, one a line."""
    sys.stderr.write("".join(f"{line}\n" for line in map(fault_line, faults)))
    sys.stderr.flush()


def fault_line(fault: Fault) -> str:
    """One fault on one line: level, place, what is wrong, what to do."""
    mark = ":" if fault.path[:1].isdigit() else "#"
    place = f"{fault.file}{mark}{fault.path}" if fault.path else fault.file
    hint = f" ({fault.hint})" if fault.hint else ""
    return f"{fault.level}: {place}: {fault.message}{hint}"


def _fault_lines(faults: Sequence[Fault]) -> list[str]:
    lines = [fault_line(fault) for fault in faults[:MAX_FAULTS]]
    if len(faults) > MAX_FAULTS:
        lines.append(f"and {len(faults) - MAX_FAULTS} more: see `polymock check`")
    return lines
